// The bytes that a probe may use: all of IP, both ways, loads, feedback, probes and messages.
#pragma once

#include "clock/time.hpp"

#include <cstdint>

namespace wyn::session {

// Beside the load of one direction, at most, until its end has been seen to: latency probes and
// their echoes, feedback, and what is said about it.
std::uint64_t most_beside_a_load(Duration load);

// What a probe of so many directions needs at least to measure something, and before its first
// load: idle latency, heartbeats, handshake.
std::uint64_t least_bytes(std::size_t directions, Duration load, Duration idle,
                          Duration idle_interval);

class ByteBudget {
public:
    // 0: no limit.
    explicit ByteBudget(std::uint64_t bytes) : bytes_{bytes} {}

    // A direction begins, with so many to come after it. What its load may take; 0: no limit. What
    // is left is divided equally among the directions to come.
    std::uint64_t begin(std::uint64_t used, std::size_t to_come, Duration load);
    // Whether the direction must end, so that what comes after it has its share.
    bool is_over(std::uint64_t used) const { return bytes_ != 0 && used >= direction_end_; }

private:
    std::uint64_t bytes_;
    std::uint64_t direction_end_ = 0; // used bytes at which the direction must end
};

} // namespace wyn::session
