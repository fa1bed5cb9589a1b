#include "check.hpp"
#include "ctl/figures.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::ctl;

namespace {

constexpr Style plain{};
constexpr Style unicode{.unicode = true};

std::string text(std::uint64_t hits, std::uint64_t trials, const Style& style = unicode) {
    return share_with_interval({.hits = hits, .trials = trials}, style);
}
std::string column(std::uint64_t hits, std::uint64_t trials) {
    return share_in_column({.hits = hits, .trials = trials}, unicode);
}

} // namespace

TEST_CASE("a share is written with its interval", "[ctl]") {
    CHECK(text(65, 20'791) == "0.31 % (0.25–0.40)");
    CHECK(text(65, 20'791, plain) == "0.31 % (0.25-0.40)");
    CHECK(text(123, 1000) == "12.3 % (10.4–14.5)");
    CHECK(text(2, 100) == "2.00 % (0.55–7.00)");
    CHECK(text(1000, 1000) == "100 % (99.6–100)");
    CHECK(text(20, 100'000) == "0.020 % (0.013–0.031)");
}

TEST_CASE("no hit of n is less than 3/n, rounded up", "[ctl]") {
    CHECK(text(0, 1000) == "0 (<0.3 %)");
    CHECK(text(0, 786'666) == "0 (<0.0004 %)");
    CHECK(text(0, 40'250) == "0 (<0.008 %)");
    CHECK(text(0, 100) == "0 (<3 %)");
    CHECK(text(0, 2) == "0 (<100 %)");
    CHECK(text(0, 0) == "0 (<100 %)");
}

TEST_CASE("a share that is there is never rounded to nothing", "[ctl]") {
    CHECK(text(1, 10'000'000) == "1 ≤0.00006 %");
    CHECK(text(1, 10'000'000, plain) == "1 <=0.00006 %");
}

TEST_CASE("in a column the interval gives way to its upper end", "[ctl]") {
    CHECK(column(65, 20'791) == "0.31 % (0.25–0.40)");
    CHECK(column(20, 100'000) == "20 ≤0.04 %");
    for (std::uint64_t trials = 1; trials < 10'000'000'000'000; trials = trials * 3 + 1)
        for (std::uint64_t hits = 0; hits <= trials; hits = hits * 7 + 1) {
            INFO(hits << " of " << trials);
            CHECK(columns(column(hits, trials)) <= 18);
        }
}

TEST_CASE("a half-width is rounded up to the last digit of its rate", "[ctl]") {
    const auto rate = [](std::uint64_t bps, std::uint64_t half) {
        return rate_with_half_width(BitRate{bps}, BitRate{half}, unicode);
    };
    CHECK(rate(944'100'000, 400'000) == "944 ±1 Mbit/s");
    CHECK(rate(48'300'000, 48'000) == "48.3 ±0.1 Mbit/s");
    CHECK(rate(1'200'000'000, 5'000'000) == "1.20 ±0.01 Gbit/s");
    CHECK(rate(93'420'000, 1'100'000) == "93.4 ±1.1 Mbit/s");
    CHECK(rate(93'420'000, 0) == "93.4 ±0.0 Mbit/s");
    CHECK(rate(500, 20) == "500 ±20 bit/s");
    CHECK(rate_with_half_width(BitRate{48'300'000}, std::nullopt, unicode) == "48.3 Mbit/s");
    CHECK(rate_with_half_width(BitRate{48'300'000}, BitRate{48'000}, plain) == "48.3 +-0.1 Mbit/s");
}

TEST_CASE("counts are exact as long as there is room", "[ctl]") {
    CHECK(short_count(999'999) == "999999");
    CHECK(short_count(1'234'567) == "1.23 M");
    CHECK(short_count(112'345'678) == "112 M");
    CHECK(short_count(1'234'567'890) == "1.23 G");
}
