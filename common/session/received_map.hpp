// The map of received probes out of the window that remembers them.
#pragma once

#include "stats/sequence.hpp"
#include "wire/received_map.hpp"

namespace wyn::session {

// The map of `room` bytes of the numbers below `below` that reaches furthest back, 16,384 numbers
// at most. It begins with the highest of these that came.
wire::ReceivedMap map_of(const stats::SequenceWindow& seen, std::size_t room,
                         std::uint64_t below = std::uint64_t{1} << 32);

} // namespace wyn::session
