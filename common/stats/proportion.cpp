#include "stats/proportion.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::stats {

namespace {

// The standard normal distribution has 2.5 % beyond it on either side.
constexpr double z = 1.959963984540054;

// The largest probability of which none in n trials still happens in 5 % of all measurements.
double bound_without_hits(double n) noexcept {
    return -std::expm1(std::log(1 - confidence) / n);
}

} // namespace

std::optional<ProportionInterval> proportion_interval(std::uint64_t hits, std::uint64_t trials,
                                                      double trials_per_unit) noexcept {
    if (trials == 0) return std::nullopt;
    hits = std::min(hits, trials);
    const double all = static_cast<double>(trials);
    const double n = std::max(1.0, all / std::max(1.0, trials_per_unit));
    if (hits == 0) return ProportionInterval{0, bound_without_hits(n)};
    if (hits == trials) return ProportionInterval{1 - bound_without_hits(n), 1};
    const double share = static_cast<double>(hits) / all;
    const double centre = share + z * z / (2 * n);
    const double reach = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    const double scale = 1 + z * z / n;
    return ProportionInterval{std::max(0.0, (centre - reach) / scale),
                              std::min(1.0, (centre + reach) / scale)};
}

std::optional<std::uint64_t> trials_to_see(double p) noexcept {
    if (!(p > 0 && p < 1)) return std::nullopt;
    const double trials = std::ceil(std::log(1 - confidence) / std::log1p(-p));
    constexpr double most = 9e18; // below 2^63; only a p below 1e-18 gets there
    return static_cast<std::uint64_t>(std::clamp(trials, 1.0, most));
}

} // namespace wyn::stats
