// Percentiles of a stream of durations of either sign in fixed memory: two histograms back to back.
#pragma once

#include "clock/time.hpp"
#include "stats/histogram.hpp"

#include <cstdint>
#include <optional>
#include <type_traits>

namespace wyn::stats {

// a - b, where a >= b; a distance that does not fit is as good as the largest one that does.
Duration distance(Duration a, Duration b) noexcept;

// Counts differences a - b, so that even those of hostile values need no wider type.
class SignedHistogram {
public:
    void record(Duration a, Duration b = Duration::zero()) noexcept;

    std::uint64_t count() const noexcept { return above_.count() + below_.count(); }
    // Exact, as far as a difference fits into a Duration; nothing when empty.
    std::optional<Duration> min() const noexcept;
    std::optional<Duration> max() const noexcept;
    // The mean of the values without their signs, rounded; nothing when empty.
    std::optional<Duration> mean_absolute() const noexcept;

    // How many values can be found by rank; see Histogram.
    std::uint64_t ranked() const noexcept { return above_.ranked() + below_.ranked(); }
    // The rank-th smallest, from 1, to within 1 % of its distance from zero. The first and the last
    // are exact. Nothing when empty.
    std::optional<Duration> at_rank(std::uint64_t rank) const noexcept;

private:
    Histogram above_; // values from zero up
    Histogram below_; // the others, without their signs
};
static_assert(std::is_trivially_copyable_v<SignedHistogram>);

} // namespace wyn::stats
