// Kernel receive stamps are wall-clock times; everything we compute is monotonic. The map turns one
// into the other and refuses to guess when the wall clock was stepped in between.
//
// CLOCK_REALTIME is CLOCK_MONOTONIC plus an offset that the kernel changes only when the wall clock
// is set (timekeeping.c, wall_to_monotonic; checked for 6.1): NTP slews both alike. So each reading
// of the wall clock between two of the monotonic one bounds that offset, all readings together know
// it to some ten nanoseconds, and a preemption between two readings spoils nothing.
#pragma once

#include "clock/stamp.hpp"

namespace wyn {

// A stamp that was placed and our own clock, read at the same moment, may differ by so much.
inline constexpr Duration stamp_tolerance = 1us;

class StampMap {
public:
    // The clocks, read in this order.
    struct Reading {
        MonoTime before;
        WallTime wall;
        MonoTime after;
    };

    // A batch of stamps begins. Calls `read` for a Reading when the last one was a millisecond ago;
    // none counts for longer, so that a step of the wall clock misplaces no more than that. While
    // the offset is vague it reads again: the first reading of all may be one in which we lost the
    // processor, and nothing before it would make that good (seen: 2 ms on a busy host).
    template <typename Read>
    void begin_batch(MonoTime now, Read&& read) noexcept {
        now_ = now;
        if (now - observed_ < 1ms) return;
        for (int attempt = 0; attempt < most_readings; ++attempt) {
            observe(read());
            if (stepped_ || most_ahead_ - least_ahead_ <= stamp_tolerance) break;
        }
    }

    // The monotonic time of a kernel stamp taken before the batch began. Falls back to that time
    // (origin `user`) when the stamp cannot be placed: it lies in the future, more than a second
    // back, or the wall clock was stepped between the last two observations.
    Stamp place(WallTime kernel_stamp) const noexcept;

    // The stamp for a datagram that carried none.
    Stamp missing() const noexcept { return {now_, StampOrigin::user}; }
    // When the batch began.
    MonoTime now() const noexcept { return now_; }

private:
    // Two readings of the monotonic clock and one of the other take 60 ns without a system call.
    static constexpr int most_readings = 5;

    void observe(const Reading& reading) noexcept;

    MonoTime now_{};
    MonoTime observed_{Duration{-1s}}; // before any time there is
    // The wall clock is ahead of the monotonic one by at least and at most this.
    Duration least_ahead_ = Duration::min();
    Duration most_ahead_ = Duration::max();
    bool stepped_ = false;
};

} // namespace wyn
