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
    // The clocks, read in this order, once per batch of stamps.
    void observe(MonoTime before, WallTime wall, MonoTime after) noexcept;

    // The monotonic time of a kernel stamp taken before the last observe(). Falls back to the time
    // of that observation (origin `user`) when the stamp cannot be placed: it lies in the future,
    // more than a second back, or the wall clock was stepped since the previous batch.
    Stamp place(WallTime kernel_stamp) const noexcept;

    // The stamp for a datagram that carried none.
    Stamp missing() const noexcept { return {now_, StampOrigin::user}; }
    // When the last batch was observed.
    MonoTime now() const noexcept { return now_; }

private:
    MonoTime now_{};
    // The wall clock is ahead of the monotonic one by at least and at most this.
    Duration least_ahead_ = Duration::min();
    Duration most_ahead_ = Duration::max();
    bool stepped_ = false;
};

} // namespace wyn
