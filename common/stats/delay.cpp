#include "stats/delay.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wyn::stats {

namespace {

// a - b, where a >= b; a distance that does not fit is as good as the largest one that does.
Duration distance(Duration a, Duration b) noexcept {
    const auto ns = static_cast<std::uint64_t>(a.count()) - static_cast<std::uint64_t>(b.count());
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<Duration::rep>::max());
    return Duration{static_cast<Duration::rep>(std::min(ns, most))};
}

} // namespace

void DelayVariation::record(Duration delay) noexcept {
    if (count_ > 0) {
        const Duration step = distance(std::max(delay, previous_), std::min(delay, previous_));
        jitter_ns_ += (static_cast<double>(step.count()) - jitter_ns_) / 16;
    }
    previous_ = delay;
    lowest_ = std::min(lowest_, delay);
    highest_ = std::max(highest_, delay);
    if (count_ >= first_few)
        place(delay);
    else
        first_[count_] = delay;
    ++count_;
    if (count_ == first_few) settle_reference();
}

std::optional<Duration> DelayVariation::lowest() const noexcept {
    return count_ == 0 ? std::nullopt : std::optional{lowest_};
}

std::optional<Duration> DelayVariation::highest() const noexcept {
    return count_ == 0 ? std::nullopt : std::optional{highest_};
}

std::optional<Duration> DelayVariation::quantile(double q) const noexcept {
    if (count_ == 0) return std::nullopt;
    const Duration delay = std::clamp(at_rank(nearest_rank(q, ranked())), lowest_, highest_);
    return distance(delay, lowest_);
}

std::optional<Duration> DelayVariation::rtp_jitter() const noexcept {
    if (count_ < 2) return std::nullopt;
    constexpr double most =
        9.2e18; // below 2^63, where llround() ends; only hostile delays get there
    return Duration{std::llround(std::min(jitter_ns_, most))};
}

void DelayVariation::settle_reference() noexcept {
    reference_ = lowest_;
    for (const Duration delay : first_)
        place(delay);
}

void DelayVariation::place(Duration delay) noexcept {
    if (delay >= reference_)
        above_.record(distance(delay, reference_));
    else
        below_.record(distance(reference_, delay));
}

// The rank-th lowest delay. The lowest lie farthest below the reference, so `below_` is walked from
// its far end. The ends are exact even where their distance from the reference did not fit.
Duration DelayVariation::at_rank(std::uint64_t rank) const noexcept {
    if (count_ < first_few) {
        auto sorted = first_;
        std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(count_));
        return sorted[rank - 1];
    }
    if (rank <= 1) return lowest_;
    if (rank >= ranked()) return highest_;
    if (rank <= below_.ranked()) {
        const auto below = below_.at_rank(below_.ranked() - rank + 1);
        return reference_ - below.value_or(Duration::zero());
    }
    return reference_ + above_.at_rank(rank - below_.ranked()).value_or(Duration::zero());
}

std::uint64_t DelayVariation::ranked() const noexcept {
    return count_ < first_few ? count_ : above_.ranked() + below_.ranked();
}

} // namespace wyn::stats
