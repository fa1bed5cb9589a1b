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

// What limits the packets of one direction of a path.
struct PathLimits {
    std::size_t sender_mtu = 1500; // of the devices
    std::size_t receiver_mtu = 1500;
    std::size_t largest_packet = 65535; // that all links on the way carry
};

// No path is said to carry more than it does; one without losses no less either.
void check_path_mtu(Complaints& complaints, SimTime now, const session::PathMtu& found,
                    const PathLimits& limits, bool is_spotless);

// A fixed rate on a steady path: what is reported lies within 1 % of what arrived.
void check_rate(Complaints& complaints, SimTime now, const session::DirectionResult& result,
                const Flow& flow);

} // namespace wyn::sim
