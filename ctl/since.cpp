#include "ctl/since.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

#include <fmt/format.h>

#include <charconv>

namespace wyn::ctl {

namespace {

// Takes exactly `digits` of them from the front; nothing when they are not there.
std::optional<unsigned int> take_number(std::string_view& text, std::size_t digits) {
    const std::string_view part = text.substr(0, digits);
    unsigned int value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.size() != digits || error != std::errc{} || end != part.data() + digits)
        return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char wanted) {
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(1);
    return true;
}

// "2026-11-20", from the front.
std::optional<std::chrono::year_month_day> take_day(std::string_view& text) {
    const auto year = take_number(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                           std::chrono::month{*month}, std::chrono::day{*day}};
    if (!date.ok() || *year < 1970) return std::nullopt;
    return date;
}

// "06:58" or "06:58:10", all of it.
std::optional<std::chrono::seconds> read_clock(std::string_view text) {
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ':')) return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    std::optional<unsigned int> seconds = 0;
    if (take(text, ':')) seconds = take_number(text, 2);
    if (!seconds || *seconds > 59 || !text.empty()) return std::nullopt;
    return std::chrono::hours{*hours} + std::chrono::minutes{*minutes} +
           std::chrono::seconds{*seconds};
}

} // namespace

Result<Since> parse_since(std::string_view text) {
    if (text == "today") return LocalMoment{};
    if (const auto clock = read_clock(text)) return LocalMoment{.day = {}, .of_day = *clock};
    std::string_view rest = text;
    if (const auto day = take_day(rest)) {
        if (rest.empty()) return LocalMoment{.day = day};
        if (take(rest, ' '))
            if (const auto clock = read_clock(rest))
                return LocalMoment{.day = day, .of_day = *clock};
    }
    if (const auto ago = parse_duration_ns(text)) return Duration{*ago};
    return fail(
        fmt::format("'{}': expected a time that has passed, such as 15m or 2h, 06:58, today, "
                    "or '2026-11-20 06:58'",
                    escaped(text)));
}

} // namespace wyn::ctl
