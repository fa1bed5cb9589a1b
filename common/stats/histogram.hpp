// Percentiles of a stream of durations in fixed memory: a log-linear histogram.
//
// Every power of two is cut into 64 buckets of equal width, so a bucket is at most 1/64 of its
// values wide and its middle at most 1/128 = 0.78 % away from any of them. Below 128 ns a bucket
// holds one value and is exact. 31 such octaves reach 2^36 ns (68.7 s) with 1984 buckets.
#pragma once

#include "clock/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace wyn::stats {

// The rank, from 1, of the q-quantile of n >= 1 values by the nearest-rank method: ceil(q * n), at
// least 1 and at most n. A q that is off by its own rounding, as every decimal fraction is, gives
// the rank of the fraction that was meant: 0.07 of 100 is rank 7 although 0.07 * 100 > 7.
std::uint64_t nearest_rank(double q, std::uint64_t n) noexcept;

// Whether n values are enough to publish their q-quantile: at least 10 / (1 - q), which is 20 for
// the median, 1000 for the 99th percentile. Never enough for q outside [0, 1): the largest value is
// not a percentile.
bool enough_values_for(double q, std::uint64_t n) noexcept;

class Histogram {
public:
    // Values from here on fall into the last bucket.
    static constexpr Duration range{std::int64_t{1} << 36};

    // A negative value counts as 0, in the extremes and in the mean too. A value of `range` or more
    // takes part in max() and mean() as it is and in quantiles as the last bucket, so a quantile of
    // 68 s is a lower bound when max() is larger.
    void record(Duration value) noexcept;
    // As if all values of `other` had been recorded here; `other` may be this histogram itself.
    void merge(const Histogram& other) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    // Exact; nothing when empty. The mean is rounded to the nearest nanosecond.
    std::optional<Duration> min() const noexcept;
    std::optional<Duration> max() const noexcept;
    std::optional<Duration> mean() const noexcept;

    // The nearest-rank quantile, q from 0 to 1 (clamped), within 1 % of the exact one; the first
    // and last rank are exact. Nothing when empty. Says nothing about whether the values were many
    // enough: ask enough_for().
    std::optional<Duration> quantile(double q) const noexcept;
    bool enough_for(double q) const noexcept { return enough_values_for(q, ranked()); }

    // How many values can be found by rank: count(), less those that met a full bucket (a bucket
    // counts to 2^32 - 1: an hour of a million packets per second with one and the same delay).
    std::uint64_t ranked() const noexcept { return count_ - unranked_; }
    // The rank-th smallest value to within 1 %; rank counts from 1 and is brought into 1 ..
    // ranked(). Nothing when empty.
    std::optional<Duration> at_rank(std::uint64_t rank) const noexcept;
    // How many of the ranked values lie in buckets below that of `value`: those smaller than it, to
    // within 2 % of it.
    std::uint64_t below(Duration value) const noexcept;

private:
    static constexpr unsigned sub_bits = 6; // 64 buckets per octave
    static constexpr unsigned range_bits = 36;
    static constexpr std::size_t buckets = std::size_t{range_bits - sub_bits + 1} << sub_bits;

    static std::size_t bucket_of(std::uint64_t ns) noexcept;
    static std::uint64_t middle_of(std::size_t bucket) noexcept;

    std::array<std::uint32_t, buckets> counters_{};
    std::uint64_t count_ = 0;
    std::uint64_t unranked_ = 0;
    std::uint64_t sum_low_ns_ = 0; // the sum of all values has 128 bits, so it is exact for ever
    std::uint64_t sum_high_ns_ = 0;
    Duration min_ = Duration::max();
    Duration max_ = Duration::zero();
};
static_assert(std::is_trivially_copyable_v<Histogram>);
static_assert(sizeof(Histogram) < 8192);

} // namespace wyn::stats
