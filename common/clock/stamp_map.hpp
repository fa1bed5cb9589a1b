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

class StampMap {
public:
    // The clocks, read in this order.
    void observe(MonoTime before, WallTime wall, MonoTime after) noexcept;
    // A batch of stamps begins. True: observe() the clocks again, the last time was a millisecond
    // ago; no reading lasts longer, so that a step of the wall clock misplaces no more than that.
    bool begin_batch(MonoTime now) noexcept {
        now_ = now;
        return now - observed_ >= 1ms;
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
    MonoTime now_{};
    MonoTime observed_{Duration{-1s}}; // before any time there is
    // The wall clock is ahead of the monotonic one by at least and at most this.
    Duration least_ahead_ = Duration::min();
    Duration most_ahead_ = Duration::max();
    bool stepped_ = false;
};

} // namespace wyn
