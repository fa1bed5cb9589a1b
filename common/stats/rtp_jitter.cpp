#include "stats/rtp_jitter.hpp"

#include "stats/signed_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::stats {

void RtpJitter::record(Duration delay) noexcept {
    if (count_ > 0) {
        const Duration step = distance(std::max(delay, previous_), std::min(delay, previous_));
        jitter_ns_ += (static_cast<double>(step.count()) - jitter_ns_) / 16;
    }
    previous_ = delay;
    ++count_;
}

std::optional<Duration> RtpJitter::value() const noexcept {
    if (count_ < 2) return std::nullopt;
    constexpr double most =
        9.2e18; // below 2^63, where llround() ends; only hostile delays get there
    return Duration{std::llround(std::min(jitter_ns_, most))};
}

} // namespace wyn::stats
