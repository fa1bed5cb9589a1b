#include "clock/stamp_map.hpp"

#include <algorithm>

namespace wyn {

static constexpr Duration oldest_stamp = 1s;

void StampMap::observe(const Reading& reading) noexcept {
    const Duration wall = reading.wall.time_since_epoch();
    const Duration least = wall - reading.after.time_since_epoch();
    const Duration most = wall - reading.before.time_since_epoch();
    now_ = observed_ = reading.after;
    stepped_ = least > most_ahead_ || most < least_ahead_;
    least_ahead_ = stepped_ ? least : std::max(least, least_ahead_);
    most_ahead_ = stepped_ ? most : std::min(most, most_ahead_);
}

Stamp StampMap::place(WallTime kernel_stamp) const noexcept {
    if (stepped_ || most_ahead_ == Duration::max()) return missing();
    const Duration ahead = least_ahead_ + (most_ahead_ - least_ahead_) / 2;
    const MonoTime placed{kernel_stamp.time_since_epoch() - ahead};
    if (placed > now_ || placed < now_ - oldest_stamp) return missing();
    return {placed, StampOrigin::kernel};
}

} // namespace wyn
