// How sure a share of counted things is: "12 of 38,655" is 3.1e-4, and may well be 1.8e-4
// or 5.4e-4.
#pragma once

#include <cstdint>
#include <optional>

namespace wyn::stats {

// Everything here is at this level: what is said holds in 19 of 20 measurements.
inline constexpr double confidence = 0.95;

struct ProportionInterval {
    double low = 0;
    double high = 1;

    bool operator==(const ProportionInterval&) const = default;
};

// The interval of the probability behind `hits` of `trials`: Wilson's score interval (Journal of
// the American Statistical Association 22, 1927), which stays within 0 and 1 and holds for small
// counts too. Without a hit its upper end is the exact one-sided bound, a little below 3 / trials
// (the rule of three); when all are hits the same from the other end.
//
// Things that happen in bursts are fewer than they look. `trials_per_unit`, at least 1, says how
// many trials make one independent one.
//
// Nothing without trials. More hits than trials count as that many.
std::optional<ProportionInterval> proportion_interval(std::uint64_t hits, std::uint64_t trials,
                                                      double trials_per_unit = 1) noexcept;

// The fewest trials in which something of probability p shows with 95 % certainty:
// ceil(ln 0.05 / ln(1 - p)). Without a hit in so many, p is refuted: 299 trials for 1 in 100. It is
// also how many values it takes until the largest is likely to lie beyond the (1 - p)-quantile.
// Nothing for a p that is not between 0 and 1.
std::optional<std::uint64_t> trials_to_see(double p) noexcept;

} // namespace wyn::stats
