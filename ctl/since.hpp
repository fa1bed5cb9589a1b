// A moment in the past as people write it. What hour it is here and now, whoever has a clock knows.
// Pure.
#pragma once

#include "base/error.hpp"
#include "clock/time.hpp"

#include <optional>
#include <string_view>
#include <variant>

namespace wyn::ctl {

// By the calendar and the clock on the wall of this place.
struct LocalMoment {
    std::optional<std::chrono::year_month_day> day; // none: today
    std::chrono::seconds of_day{};

    bool operator==(const LocalMoment&) const = default;
};

// Or so long ago.
using Since = std::variant<Duration, LocalMoment>;

// Reads "15m", "2h", "90" (seconds ago); "today"; "06:58" and "06:58:10" (of today); "2026-11-20"
// and "2026-11-20 06:58".
Result<Since> parse_since(std::string_view text);

} // namespace wyn::ctl
