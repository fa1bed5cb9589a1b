// Count, mean, deviation and extremes of a stream of durations, without keeping the stream.
#pragma once

#include "clock/time.hpp"

#include <cstdint>
#include <optional>
#include <type_traits>

namespace wyn::stats {

// Minimum and maximum are exact. Mean and deviation are kept in double precision with Welford's
// recurrence (Technometrics 4, 1962), which does not cancel when a large mean meets a small spread;
// they are good to a nanosecond as long as the values stay below 2^52 ns (52 days).
class Running {
public:
    // Any value, negative ones included.
    void record(Duration value) noexcept;
    // As if all values of `other` had been recorded here (Chan, Golub and LeVeque, 1979).
    void merge(const Running& other) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    // Nothing when no value was recorded.
    std::optional<Duration> min() const noexcept;
    std::optional<Duration> max() const noexcept;
    // Rounded to the nearest nanosecond; nothing when no value was recorded.
    std::optional<Duration> mean() const noexcept;
    // Sample standard deviation (divisor n - 1); nothing below two values.
    std::optional<Duration> deviation() const noexcept;

private:
    std::uint64_t count_ = 0;
    double mean_ns_ = 0;
    double squares_ns2_ = 0; // sum of the squared distances from the mean
    Duration min_ = Duration::max();
    Duration max_ = Duration::min();
};
static_assert(std::is_trivially_copyable_v<Running>);

} // namespace wyn::stats
