#include "stats/running.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::stats {

namespace {

// The nearest whole nanosecond; what does not fit becomes the nearest value that does.
Duration rounded(double ns) noexcept {
    constexpr double beyond = 9223372036854775808.0; // 2^63
    if (ns >= beyond) return Duration::max();
    if (ns <= -beyond) return Duration::min();
    return Duration{std::llround(ns)};
}

} // namespace

void Running::record(Duration value) noexcept {
    const auto ns = static_cast<double>(value.count());
    ++count_;
    const double before = ns - mean_ns_;
    mean_ns_ += before / static_cast<double>(count_);
    squares_ns2_ += before * (ns - mean_ns_);
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
}

void Running::merge(const Running& other) noexcept {
    if (other.count_ == 0) return;
    const auto ours = static_cast<double>(count_);
    const auto theirs = static_cast<double>(other.count_);
    const double apart = other.mean_ns_ - mean_ns_;
    squares_ns2_ += other.squares_ns2_ + apart * apart * ours * theirs / (ours + theirs);
    mean_ns_ += apart * theirs / (ours + theirs);
    count_ += other.count_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
}

std::optional<Duration> Running::min() const noexcept {
    return count_ == 0 ? std::nullopt : std::optional{min_};
}

std::optional<Duration> Running::max() const noexcept {
    return count_ == 0 ? std::nullopt : std::optional{max_};
}

std::optional<Duration> Running::mean() const noexcept {
    if (count_ == 0) return std::nullopt;
    return std::clamp(rounded(mean_ns_), min_, max_);
}

std::optional<Duration> Running::deviation() const noexcept {
    if (count_ < 2) return std::nullopt;
    return rounded(std::sqrt(squares_ns2_ / static_cast<double>(count_ - 1)));
}

} // namespace wyn::stats
