#include "stats/loss_pattern.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::stats {

void LossPattern::record(bool lost) noexcept {
    ++count_;
    if (previous_) {
        ++(*previous_ ? after_bad_ : after_good_);
        if (lost && !*previous_) ++good_to_bad_;
        if (!lost && *previous_) ++bad_to_good_;
    }
    previous_ = lost;
    ++since_loss_;
    if (lost)
        note_loss();
    else
        run_ = 0;
}

void LossPattern::record_unknown() noexcept {
    ++unknown_;
    ++since_loss_;
    previous_.reset();
    run_ = 0;
}

void LossPattern::note_loss() noexcept {
    newest_distance_ = lost_ == 0 ? 0 : since_loss_;
    if (lost_ > 0 && since_loss_ < distances_counted) ++distances_[since_loss_];
    since_loss_ = 0;
    ++lost_;
    if (run_ == 0) ++periods_;
    // (n + 1)^2 - n^2
    squares_ += 2 * static_cast<double>(run_) + 1;
    ++run_;
    longest_ = std::max(longest_, run_);
}

std::optional<double> LossPattern::mean_period() const noexcept {
    if (periods_ == 0) return std::nullopt;
    return static_cast<double>(lost_) / static_cast<double>(periods_);
}

std::optional<double> LossPattern::ratio() const noexcept {
    if (count_ == 0) return std::nullopt;
    return static_cast<double>(lost_) / static_cast<double>(count_);
}

bool LossPattern::bursty() const noexcept {
    if (lost_ < 2 || lost_ >= count_) return false;
    const auto n = static_cast<double>(count_);
    const auto bad = static_cast<double>(lost_);
    const double good = n - bad;
    const double expected = bad * (good + 1) / n;
    const double variance = bad * (bad - 1) * (good + 1) * good / (n * n * (n - 1));
    constexpr double z = 1.6448536269514722; // 5 % of the normal distribution lie beyond it
    return static_cast<double>(periods_) < expected - z * std::sqrt(variance);
}

// With periods as the events, the variance of the number of losses is that of a compound Poisson
// process: the mean square of a period's length over its mean times that of single losses.
double LossPattern::datagrams_per_unit() const noexcept {
    return bursty() ? squares_ / static_cast<double>(lost_) : 1;
}

std::optional<ProportionInterval> LossPattern::interval() const noexcept {
    if (count_ == 0) return std::nullopt;
    const double per_unit = datagrams_per_unit();
    const std::uint64_t all = count_ + unknown_;
    const auto fewest = proportion_interval(lost_, all, per_unit);
    const auto most = proportion_interval(lost_ + unknown_, all, per_unit);
    return ProportionInterval{fewest->low, most->high};
}

std::optional<std::uint64_t> LossPattern::newest_distance() const noexcept {
    return lost_ == 0 ? std::nullopt : std::optional{newest_distance_};
}

std::optional<double> LossPattern::noticeable_ratio(std::size_t distance) const noexcept {
    if (lost_ == 0) return std::nullopt;
    std::uint64_t noticeable = 0;
    for (std::size_t i = 1; i <= std::min(distance, distances_counted - 1); ++i)
        noticeable += distances_[i];
    return static_cast<double>(noticeable) / static_cast<double>(lost_);
}

std::optional<GilbertModel> LossPattern::gilbert() const noexcept {
    if (periods_ < periods_for_model || after_good_ == 0 || after_bad_ == 0) return std::nullopt;
    const GilbertModel model{
        .good_to_bad = static_cast<double>(good_to_bad_) / static_cast<double>(after_good_),
        .bad_to_good = static_cast<double>(bad_to_good_) / static_cast<double>(after_bad_)};
    if (good_to_bad_ == 0 || bad_to_good_ == 0) return std::nullopt;
    return model;
}

} // namespace wyn::stats
