#include "clock/clock_state.hpp"

namespace wyn {

std::string_view name(ClockSync sync) {
    switch (sync) {
    case ClockSync::unknown: return "unknown";
    case ClockSync::unsynchronised: return "unsynchronised";
    case ClockSync::synchronised: return "synchronised";
    }
    return "unknown";
}

ClockDiscipline discipline_from(bool unsynchronised, std::int64_t max_error_us) noexcept {
    constexpr std::int64_t unbounded_us = 16'000'000; // NTP_PHASE_LIMIT
    constexpr std::int64_t growth_us = 500;           // a second: MAXFREQ
    ClockDiscipline discipline;
    const bool bounded = max_error_us >= 0 && max_error_us < unbounded_us;
    if (!unsynchronised)
        discipline.sync = ClockSync::synchronised;
    else if (!bounded)
        discipline.sync = ClockSync::unsynchronised;
    if (bounded && max_error_us % growth_us != 0)
        discipline.max_error = std::chrono::microseconds{max_error_us};
    return discipline;
}

} // namespace wyn
