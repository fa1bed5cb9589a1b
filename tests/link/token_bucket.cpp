#include "link/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::link {

double TokenBucket::level(WorldTime now) const {
    const double come = spec_.rate.as_double() / 8 * to_seconds(now - since_);
    return std::min(level_ + come, static_cast<double>(spec_.burst_bytes));
}

bool TokenBucket::take(WorldTime now, std::uint32_t bytes) {
    level_ = level(now);
    since_ = now;
    if (level_ < bytes) return false;
    level_ -= bytes;
    return true;
}

void TokenBucket::charge(WorldTime now, std::uint32_t bytes) {
    level_ = level(now) - bytes;
    since_ = now;
}

WorldTime TokenBucket::ready(WorldTime from, std::uint32_t bytes) const {
    const double needed =
        std::min(static_cast<double>(bytes), static_cast<double>(spec_.burst_bytes));
    const double missing = needed - level(from);
    if (missing <= 0) return from;
    if (spec_.rate.bps() == 0) return end_of_time;
    const double ns = std::ceil(missing * 8e9 / spec_.rate.as_double());
    return from + Duration{static_cast<Duration::rep>(ns)};
}

void TokenBucket::change(WorldTime now, const TokenBucketSpec& spec) {
    level_ = std::min(level(now), static_cast<double>(spec.burst_bytes));
    since_ = now;
    spec_ = spec;
}

} // namespace wyn::link
