#include "check.hpp"
#include "ctl/since.hpp"

using namespace wyn;
using namespace wyn::ctl;

namespace {

using namespace std::chrono_literals;

Since since(std::string_view text) {
    const auto parsed = parse_since(text);
    INFO(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

constexpr std::chrono::year_month_day day{2026y / 11 / 20};

} // namespace

TEST_CASE("a time without a colon is how long ago it was", "[ctl]") {
    CHECK(since("90") == Since{Duration{90s}});
    CHECK(since("15m") == Since{Duration{15min}});
    CHECK(since("2h") == Since{Duration{2h}});
}

TEST_CASE("a time of the clock is of today", "[ctl]") {
    CHECK(since("today") == Since{LocalMoment{}});
    CHECK(since("06:58") == Since{LocalMoment{.of_day = 6h + 58min}});
    CHECK(since("23:59:59") == Since{LocalMoment{.of_day = 24h - 1s}});
}

TEST_CASE("a date begins at midnight, or at the time behind it", "[ctl]") {
    CHECK(since("2026-11-20") == Since{LocalMoment{.day = day}});
    CHECK(since("2026-11-20 06:58") == Since{LocalMoment{.day = day, .of_day = 6h + 58min}});
    CHECK(since("2026-11-20 06:58:10") ==
          Since{LocalMoment{.day = day, .of_day = 6h + 58min + 10s}});
    CHECK(since("2024-02-29") == Since{LocalMoment{.day = 2024y / 2 / 29}});
}

TEST_CASE("what is no time that was is refused with examples", "[ctl]") {
    for (const std::string_view text :
         {"", "now", "24:00", "06:60", "06:58:60", "6:58", "06:58:", "06:58x", "2026-11-31",
          "2023-02-29", "2026-13-01", "0001-01-01", "2026-11-20T06:58", "2026-11-20 ",
          "2026-11-20 24:00", "2026-11-20 06:58 x", "-5m", "20261120x", "\x1b[31m"}) {
        INFO(text);
        const auto parsed = parse_since(text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().what().find("such as 15m or 2h, 06:58") != std::string::npos);
        CHECK(parsed.error().what().find('\x1b') == std::string::npos);
    }
}
