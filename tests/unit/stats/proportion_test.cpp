#include "base/random.hpp"
#include "check.hpp"
#include "stats/proportion.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <cmath>
#include <limits>

using namespace wyn;
using stats::proportion_interval;
using stats::ProportionInterval;
using stats::trials_to_see;
using test::check_property;

namespace {

bool near(double value, double wanted, double relative = 1e-3) {
    return std::abs(value - wanted) <= relative * wanted;
}

} // namespace

TEST_CASE("a share has Wilson's interval", "[stats]") {
    // Wilson's formula by hand: 12 of 38,655, and Newcombe's examples (Statistics in Medicine 17,
    // 1998, table I, method 3): 81 of 263, 15 of 148, 1 of 29.
    const auto check = [](std::uint64_t hits, std::uint64_t trials, double low, double high) {
        const auto interval = proportion_interval(hits, trials);
        REQUIRE(interval);
        CHECK(near(interval->low, low, 0.01));
        CHECK(near(interval->high, high));
    };
    check(12, 38'655, 1.776e-4, 5.426e-4);
    check(81, 263, 0.2553, 0.3662);
    check(15, 148, 0.0624, 0.1605);
    check(1, 29, 0.0061, 0.1718);
}

TEST_CASE("none of n is less than three of n, and is not nothing", "[stats]") {
    for (const std::uint64_t n : {1U, 3U, 10U, 299U, 2995U, 1'000'000U}) {
        const auto none = proportion_interval(0, n);
        REQUIRE(none);
        CHECK(none->low == 0);
        CHECK(none->high > 0);
        CHECK(none->high < 3.0 / static_cast<double>(n));
        const auto all = proportion_interval(n, n);
        REQUIRE(all);
        CHECK(all->high == 1);
        CHECK(near(1 - all->low, none->high, 1e-9));
    }
    // Exactly: so many trials go without a hit in one of twenty measurements.
    CHECK(near(std::pow(1 - proportion_interval(0, 50)->high, 50), 0.05, 1e-9));
}

TEST_CASE("how many trials refute a share is known to the trial", "[stats]") {
    CHECK(trials_to_see(1e-1) == 29U);
    CHECK(trials_to_see(5e-2) == 59U);
    CHECK(trials_to_see(1e-2) == 299U);
    CHECK(trials_to_see(1e-3) == 2995U);
    CHECK(trials_to_see(1e-4) == 29'956U);
    CHECK(trials_to_see(0.9999) == 1U);
    for (const double p : {1e-1, 1e-2, 1e-3}) {
        const std::uint64_t n = trials_to_see(p).value_or(0);
        CHECK(proportion_interval(0, n)->high <= p);
        CHECK(proportion_interval(0, n - 1)->high > p);
    }
}

TEST_CASE("without trials nothing is said", "[stats]") {
    CHECK_FALSE(proportion_interval(0, 0));
    CHECK_FALSE(proportion_interval(5, 0));
}

TEST_CASE("what comes in groups is as sure as so many fewer trials", "[stats]") {
    const auto grouped = proportion_interval(100, 10'000, 10);
    const auto fewer = proportion_interval(10, 1000);
    CHECK(near(grouped->low, fewer->low, 1e-9));
    CHECK(near(grouped->high, fewer->high, 1e-9));
    CHECK(proportion_interval(0, 1000, 10)->high == proportion_interval(0, 100)->high);
}

TEST_CASE("the true share is in the interval nineteen times of twenty", "[stats]") {
    SeededRandom random{7};
    for (const double p : {0.004, 0.03, 0.5, 0.97}) { // 95 % on average over p, for some less
        int covered = 0;
        constexpr int measurements = 1000;
        for (int i = 0; i < measurements; ++i) {
            std::uint64_t hits = 0;
            for (int trial = 0; trial < 500; ++trial)
                hits += random.chance(p) ? 1U : 0U;
            const auto interval = proportion_interval(hits, 500);
            covered += interval->low <= p && p <= interval->high ? 1 : 0;
        }
        INFO("p " << p << " covered " << covered);
        CHECK(covered >= 920);
    }
}

TEST_CASE("whatever is counted, the interval holds the share and stays within 0 and 1", "[stats]") {
    check_property("any counts", [](std::uint64_t hits, std::uint64_t trials, double group) {
        RC_PRE(trials > 0U);
        const auto interval = proportion_interval(hits, trials, group);
        RC_ASSERT(interval.has_value());
        const double share =
            static_cast<double>(std::min(hits, trials)) / static_cast<double>(trials);
        RC_ASSERT(interval->low >= 0 && interval->high <= 1);
        RC_ASSERT(interval->low <= share && share <= interval->high);
        RC_ASSERT(interval->low < interval->high || trials > 1U << 30U);
    });
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double group : {nan, infinity, -infinity, 0.0, -1.0}) {
        const auto interval = proportion_interval(1, 10, group);
        REQUIRE(interval);
        CHECK(interval->low >= 0);
        CHECK(interval->high <= 1);
    }
    for (const double p : {nan, infinity, -infinity, 0.0, 1.0, -1.0, 2.0})
        CHECK_FALSE(trials_to_see(p));
    CHECK(trials_to_see(std::numeric_limits<double>::min()) > std::uint64_t{1} << 60);
}
