#include "stats/delay.hpp"

#include <algorithm>

namespace wyn::stats {

void DelayVariation::record(Duration delay) noexcept {
    jitter_.record(delay);
    lowest_ = std::min(lowest_, delay);
    highest_ = std::max(highest_, delay);
    if (count_ >= first_few)
        around_.record(delay, reference_);
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

void DelayVariation::settle_reference() noexcept {
    reference_ = lowest_;
    for (const Duration delay : first_)
        around_.record(delay, reference_);
}

// The rank-th lowest delay. The ends are exact even where their distance from the reference did not
// fit.
Duration DelayVariation::at_rank(std::uint64_t rank) const noexcept {
    if (count_ < first_few) {
        auto sorted = first_;
        std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(count_));
        return sorted[rank - 1];
    }
    if (rank <= 1) return lowest_;
    if (rank >= ranked()) return highest_;
    return reference_ + around_.at_rank(rank).value_or(Duration::zero());
}

std::uint64_t DelayVariation::ranked() const noexcept {
    return count_ < first_few ? count_ : around_.ranked();
}

} // namespace wyn::stats
