// The time of the world that a link is in, from the moment at which it begins. A simulation moves
// it from event to event; an emulator reads it off a clock.
#pragma once

#include "clock/time.hpp"

namespace wyn::link {

// No code under test ever sees it: each host has a clock of its own, so that two hosts' times
// cannot be compared by accident.
struct WorldClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<WorldClock, duration>;
    static constexpr bool is_steady = true;
};
using WorldTime = WorldClock::time_point;

inline constexpr WorldTime end_of_time = WorldTime::max();

} // namespace wyn::link
