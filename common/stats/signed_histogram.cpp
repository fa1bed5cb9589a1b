#include "stats/signed_histogram.hpp"

#include <algorithm>
#include <limits>

namespace wyn::stats {

Duration distance(Duration a, Duration b) noexcept {
    const auto ns = static_cast<std::uint64_t>(a.count()) - static_cast<std::uint64_t>(b.count());
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<Duration::rep>::max());
    return Duration{static_cast<Duration::rep>(std::min(ns, most))};
}

void SignedHistogram::record(Duration a, Duration b) noexcept {
    if (a >= b)
        above_.record(distance(a, b));
    else
        below_.record(distance(b, a));
}

std::optional<Duration> SignedHistogram::min() const noexcept {
    if (const auto deepest = below_.max()) return -*deepest;
    return above_.min();
}

std::optional<Duration> SignedHistogram::max() const noexcept {
    if (const auto highest = above_.max()) return highest;
    const auto nearest = below_.min();
    return nearest ? std::optional{-*nearest} : std::nullopt;
}

std::optional<Duration> SignedHistogram::mean_absolute() const noexcept {
    Histogram all = above_;
    all.merge(below_);
    return all.mean();
}

// The smallest lie farthest below zero, so `below_` is walked from its far end.
std::optional<Duration> SignedHistogram::at_rank(std::uint64_t rank) const noexcept {
    if (count() == 0) return std::nullopt;
    if (rank <= 1) return min();
    if (rank >= ranked()) return max();
    if (rank > below_.ranked()) return above_.at_rank(rank - below_.ranked());
    return -*below_.at_rank(below_.ranked() - rank + 1);
}

} // namespace wyn::stats
