#include "stats/order_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace wyn::stats {

namespace {

constexpr double missing_share = 1 - confidence;
// From here on the normal distribution is off by less than a thousandth of its deviation.
constexpr double large_variance = 1e6;
constexpr std::size_t longest_memory = 1000;

// The binomial distribution around its most likely value, as far as it is worth a thought: the
// probabilities of first, first + 1, ... They are built outwards by the ratio of neighbours and
// divided by their sum, so no factorial is needed.
struct Binomial {
    std::uint64_t first = 0;
    std::vector<double> probabilities;
};

Binomial binomial(double q, std::uint64_t n) {
    const double odds = q / (1 - q);
    const auto mode = std::min(n, static_cast<std::uint64_t>((static_cast<double>(n) + 1) * q));
    constexpr double negligible = 1e-15;
    std::vector<double> below;
    double weight = 1;
    for (std::uint64_t k = mode; k > 0 && weight > negligible; --k) {
        weight *= static_cast<double>(k) / (static_cast<double>(n - k + 1) * odds);
        below.push_back(weight);
    }
    Binomial made{.first = mode - below.size(), .probabilities = {below.rbegin(), below.rend()}};
    weight = 1;
    made.probabilities.push_back(weight);
    for (std::uint64_t k = mode; k < n && weight > negligible; ++k) {
        weight *= static_cast<double>(n - k) * odds / static_cast<double>(k + 1);
        made.probabilities.push_back(weight);
    }
    double sum = 0;
    for (const double one : made.probabilities)
        sum += one;
    for (double& one : made.probabilities)
        one /= sum;
    return made;
}

// The upper rank leaves half of what may be missed above it, less where the lower one needs more,
// or is the last; the lower rank then leaves what is left of it.
std::optional<RankInterval> exact_ranks(double q, std::uint64_t n) {
    const Binomial distribution = binomial(q, n);
    const auto& p = distribution.probabilities;
    const double at_none = distribution.first == 0 ? p.front() : 0;
    const double most_above = std::min(missing_share / 2, missing_share - at_none);
    double above = 0; // P(Bin >= high)
    std::uint64_t high = distribution.first + p.size();
    if (high > n) {
        above = p.back();
        --high;
    }
    while (high > distribution.first && above + p[high - 1 - distribution.first] <= most_above)
        above += p[--high - distribution.first];
    double below = 0; // P(Bin < low)
    std::uint64_t low = distribution.first;
    while (low < high && below + p[low - distribution.first] + above <= missing_share)
        below += p[low++ - distribution.first];
    if (above > missing_share || low < 1) return std::nullopt;
    return RankInterval{low, high};
}

// With a rank more on either side, because the distribution is a staircase.
RankInterval normal_ranks(double q, std::uint64_t n) noexcept {
    constexpr double z = 1.959963984540054;
    const double middle = q * static_cast<double>(n);
    const double reach = z * std::sqrt(middle * (1 - q));
    const auto rank = [n](double at) {
        const double most = static_cast<double>(n);
        return at >= most ? n : static_cast<std::uint64_t>(std::max(at, 1.0));
    };
    return {rank(std::floor(middle - reach) - 1), rank(std::ceil(middle + reach) + 2)};
}

} // namespace

std::optional<RankInterval> quantile_ranks(double q, std::uint64_t n) {
    if (!(q > 0 && q < 1) || n == 0) return std::nullopt;
    if (static_cast<double>(n) * q * (1 - q) > large_variance) return normal_ranks(q, n);
    return exact_ranks(q, n);
}

std::optional<RankInterval> quantile_ranks(double q, std::uint64_t n, double values_per_unit) {
    const double group = std::max(1.0, values_per_unit);
    if (group == 1) return quantile_ranks(q, n);
    const double all = static_cast<double>(n);
    const auto units = static_cast<std::uint64_t>(all / group);
    const auto ranks = quantile_ranks(q, units);
    if (!ranks) return std::nullopt;
    // The shares of the values that they enclose, outwards to whole values.
    const double scale = all / static_cast<double>(units);
    const auto low = static_cast<std::uint64_t>(static_cast<double>(ranks->low) * scale);
    const auto high = std::ceil(static_cast<double>(ranks->high) * scale);
    return RankInterval{std::max<std::uint64_t>(low, 1),
                        high < all ? static_cast<std::uint64_t>(high) : n};
}

double dependence(std::span<const double> series) noexcept {
    const std::size_t n = series.size();
    if (n < 2 || std::ranges::adjacent_find(series, std::ranges::not_equal_to{}) == series.end())
        return 1;
    double mean = 0;
    for (const double value : series)
        mean += value / static_cast<double>(n);
    const auto covariance = [&](std::size_t lag) {
        double sum = 0;
        for (std::size_t i = lag; i < n; ++i)
            sum += (series[i] - mean) * (series[i - lag] - mean);
        return sum;
    };
    const double variance = covariance(0);
    if (!(variance > 0)) return 1;
    double sum = 1;
    for (std::size_t lag = 1; lag < std::min(n, longest_memory); ++lag) {
        const double correlation = covariance(lag) / variance;
        if (!(correlation > 0)) break;
        sum += 2 * correlation;
    }
    return std::min(sum, static_cast<double>(n));
}

double dependence_at(std::span<const Duration> series, Duration quantile) {
    std::vector<double> above;
    above.reserve(series.size());
    for (const Duration value : series)
        above.push_back(value > quantile ? 1 : 0);
    return dependence(above);
}

std::uint64_t values_needed_for(double q) noexcept {
    auto needed = static_cast<std::uint64_t>(10 / (1 - q));
    while (!enough_values_for(q, needed))
        ++needed;
    return needed;
}

} // namespace wyn::stats
