#include "clock/stamp_map.hpp"

namespace wyn {

// Two readings of the two clocks differ by what lies between the calls: tens of nanoseconds, or a
// preemption of some milliseconds. Slewing moves the offset by at most 0.5 ms per second. Anything
// larger between two batches is a step of the wall clock, or a stall that hides one.
static constexpr Duration largest_slip = 5ms;
static constexpr Duration oldest_stamp = 1s;

void StampMap::observe(MonoTime mono, WallTime wall) noexcept {
    const Duration offset = wall.time_since_epoch() - mono.time_since_epoch();
    const Duration slip = offset - wall_minus_mono_;
    stepped_ = observed_ && (slip > largest_slip || slip < -largest_slip);
    observed_ = true;
    mono_ = mono;
    wall_minus_mono_ = offset;
}

Stamp StampMap::place(WallTime kernel_stamp) const noexcept {
    const MonoTime placed{kernel_stamp.time_since_epoch() - wall_minus_mono_};
    if (stepped_ || placed > mono_ || placed < mono_ - oldest_stamp) return missing();
    return {placed, StampOrigin::kernel};
}

} // namespace wyn
