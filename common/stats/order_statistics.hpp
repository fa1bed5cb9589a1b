// How sure a percentile is, whatever the distribution: between which two of the ordered values the
// true one lies.
//
// Of n independent values, those below the true q-quantile number as Bin(n, q) says. So the l-th
// and the u-th value enclose it when l <= Bin(n, q) < u, and the two ranks are chosen so that this
// has a probability of at least 95 % (David and Nagaraja, Order Statistics, section 7.1). No shape
// is assumed, only independence: of values that follow one another closely fewer count, and
// dependence() estimates how many of them make one.
#pragma once

#include "clock/time.hpp"
#include "stats/histogram.hpp"
#include "stats/proportion.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace wyn::stats {

// Ranks from 1.
struct RankInterval {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    bool operator==(const RankInterval&) const = default;
};

// Nothing when even the extremes of n values do not enclose the quantile with that certainty, which
// takes 29 values for p90, 59 for p95, 299 for p99 and 2995 for p99.9; nor for q outside (0, 1).
// Exact up to a variance of a million, beyond that from the normal distribution.
std::optional<RankInterval> quantile_ranks(double q, std::uint64_t n);

// The same where `values_per_unit` >= 1 of them make one independent value.
std::optional<RankInterval> quantile_ranks(double q, std::uint64_t n, double values_per_unit);

// How many neighbours of a series make one independent value: 1 + 2 * the sum of its
// autocorrelations up to the first that is not positive (Geyer, Statistical Science 7, 1992), from
// 1 to the length of the series. 1 for a series that does not vary. Looks back at most 1000 values.
double dependence(std::span<const double> series) noexcept;

// The same for the estimate of the quantile whose value is `quantile`: what counts there is only
// whether a value lies above it, so a single enormous value does not hide that others follow one
// another.
double dependence_at(std::span<const Duration> series, Duration quantile);

// The least number of values that enough_values_for() takes for q in [0, 1): 20 for the median.
std::uint64_t values_needed_for(double q) noexcept;

struct QuantileEstimate {
    Duration value{};
    // Nothing when too few values are independent to tell.
    std::optional<Duration> low;
    std::optional<Duration> high;
};

// A quantile with its interval, out of anything that knows its values by rank. Nothing when there
// are too few values to publish it at all (enough_values_for()).
template <typename Ranked>
std::optional<QuantileEstimate> estimate_quantile(const Ranked& values, double q,
                                                  double values_per_unit = 1) {
    const std::uint64_t n = values.ranked();
    if (!enough_values_for(q, n)) return std::nullopt;
    const auto value = values.at_rank(nearest_rank(q, n));
    if (!value) return std::nullopt;
    QuantileEstimate estimate{.value = *value, .low = {}, .high = {}};
    if (const auto ranks = quantile_ranks(q, n, values_per_unit)) {
        estimate.low = values.at_rank(ranks->low);
        estimate.high = values.at_rank(ranks->high);
    }
    return estimate;
}

} // namespace wyn::stats
