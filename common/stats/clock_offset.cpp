#include "stats/clock_offset.hpp"

#include "stats/signed_histogram.hpp"

#include <algorithm>

namespace wyn::stats {

std::string_view name(OffsetBasis basis) noexcept {
    switch (basis) {
    case OffsetBasis::half_rtt: return "half_rtt";
    case OffsetBasis::synchronised: return "synchronised";
    case OffsetBasis::contradicted: return "contradicted";
    }
    return "half_rtt";
}

// The wall clocks agree, so the monotonic ones are as far apart as what is between each of them and
// its wall clock.
std::optional<ClaimedOffset> claimed_offset(const std::optional<ClockState>& near,
                                            const std::optional<ClockState>& far) noexcept {
    if (!near || !far || !near->discipline.max_error || !far->discipline.max_error)
        return std::nullopt;
    return ClaimedOffset{.offset = near->wall_ahead - far->wall_ahead,
                         .error = *near->discipline.max_error + *far->discipline.max_error};
}

ClockOffset judge_offset(Duration middle, Duration bound,
                         const std::optional<ClaimedOffset>& claimed) noexcept {
    const ClockOffset physical{.offset = middle, .bound = bound};
    if (!claimed || claimed->error < Duration::zero()) return physical;
    const Duration apart =
        distance(std::max(middle, claimed->offset), std::min(middle, claimed->offset));
    const Duration room =
        bound > Duration::max() - claimed->error ? Duration::max() : bound + claimed->error;
    if (apart > room) return {.offset = middle, .bound = bound, .basis = OffsetBasis::contradicted};
    if (claimed->error >= bound) return physical;
    return {.offset = claimed->offset, .bound = claimed->error, .basis = OffsetBasis::synchronised};
}

} // namespace wyn::stats
