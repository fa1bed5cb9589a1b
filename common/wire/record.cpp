#include "wire/record.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::wire {

Share Share::of(double part, double all) {
    if (!(all > 0) || !(part > 0)) return {};
    return {static_cast<std::uint16_t>(std::lround(std::min(part / all, 1.0) * whole))};
}

std::string_view name(CapacityVerdict verdict) {
    switch (verdict) {
    case CapacityVerdict::none: return "none";
    case CapacityVerdict::ok: return "ok";
    case CapacityVerdict::two_rate: return "two-rate";
    case CapacityVerdict::unstable: return "unstable";
    case CapacityVerdict::lower_bound: return "lower-bound";
    case CapacityVerdict::sender_limited: return "sender-limited";
    case CapacityVerdict::receiver_limited: return "receiver-limited";
    case CapacityVerdict::host_stalled: return "host-stalled";
    }
    return "unknown";
}

bool is_of_a_full_path(CapacityVerdict verdict) {
    return verdict == CapacityVerdict::ok || verdict == CapacityVerdict::two_rate ||
           verdict == CapacityVerdict::unstable || verdict == CapacityVerdict::host_stalled;
}

std::string_view name(Pacing pacing) {
    switch (pacing) {
    case Pacing::none: return "none";
    case Pacing::sleep: return "sleep";
    case Pacing::precise: return "precise";
    case Pacing::kernel: return "kernel";
    }
    return "unknown";
}

std::string_view name(LimitedBy limit) {
    switch (limit) {
    case LimitedBy::nothing: return "nothing";
    case LimitedBy::grant: return "grant";
    case LimitedBy::breaker: return "breaker";
    case LimitedBy::stack: return "stack";
    case LimitedBy::volume: return "volume";
    case LimitedBy::time: return "time";
    case LimitedBy::host: return "host";
    case LimitedBy::budget: return "budget";
    case LimitedBy::silence: return "silence";
    }
    return "unknown";
}

LimitedBy stronger(LimitedBy one, LimitedBy other) {
    static constexpr std::array strength{
        LimitedBy::nothing, LimitedBy::time,    LimitedBy::host,
        LimitedBy::grant,   LimitedBy::stack,   LimitedBy::budget,
        LimitedBy::volume,  LimitedBy::silence, LimitedBy::breaker};
    const auto rank = [](LimitedBy which) {
        return std::find(strength.begin(), strength.end(), which) - strength.begin();
    };
    return rank(other) > rank(one) ? other : one;
}

} // namespace wyn::wire
