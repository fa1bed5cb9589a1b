// Holds what a client reports against what the network saw: invariants 7 and 14.
#pragma once

#include "session/probe_result.hpp"
#include "sim/checkers.hpp"
#include "sim/ledger.hpp"

namespace wyn::sim {

// How much a result must agree with the books.
enum class Agreement : std::uint8_t {
    exact, // the test came to its end and both sides know it
    bound, // it was cut off: what is reported is true of some earlier moment
};

// One direction. `flow` is null when no bulk was ever seen.
void check_direction(Complaints& complaints, SimTime now, const session::DirectionResult& result,
                     const Flow* flow, Agreement agreement);

// A fixed rate on a steady path: what is reported lies within 1 % of what arrived.
void check_rate(Complaints& complaints, SimTime now, const session::DirectionResult& result,
                const Flow& flow);

} // namespace wyn::sim
