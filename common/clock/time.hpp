// Times as types. Nothing here can read a clock: a time is an argument, given by whoever owns one
// (common/clock/system_clock.hpp in production, the simulator's event queue in tests).
#pragma once

#include <chrono>
#include <cstdint>

namespace wyn {

using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""h;

using Duration = std::chrono::nanoseconds;

// Clocks without now(): the tags that keep monotonic, wall and raw time apart.
struct MonoClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonoClock, duration>;
    static constexpr bool is_steady = true;
};
struct WallClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<WallClock, duration>;
    static constexpr bool is_steady = false;
};
struct RawClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<RawClock, duration>;
    static constexpr bool is_steady = true;
};

// Nanoseconds of CLOCK_MONOTONIC. Everything that is measured or waited for uses it.
using MonoTime = MonoClock::time_point;
// Nanoseconds since 1970-01-01 UTC. For printed dates and kernel stamps only.
using WallTime = WallClock::time_point;
// Nanoseconds of CLOCK_MONOTONIC_RAW: the crystal as it is, which nobody steers. Only to find out
// how the other two are steered.
using RawTime = RawClock::time_point;

// No deadline at all.
inline constexpr MonoTime never = MonoTime::max();

// Nanoseconds since the clock's origin, as they travel on the wire.
constexpr std::uint64_t to_ns(MonoTime time) noexcept {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
// The inverse of to_ns; values above the signed range wrap and are for arithmetic only.
constexpr MonoTime mono_from_ns(std::uint64_t ns) noexcept {
    return MonoTime{Duration{static_cast<Duration::rep>(ns)}};
}

// `time + wait` without overflow: adding to `never` stays `never`.
constexpr MonoTime saturating_add(MonoTime time, Duration wait) noexcept {
    return (wait > Duration::zero() && time > never - wait) ? never : time + wait;
}

constexpr double to_seconds(Duration duration) noexcept {
    return std::chrono::duration<double>(duration).count();
}
constexpr Duration from_seconds(double seconds) noexcept {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

} // namespace wyn
