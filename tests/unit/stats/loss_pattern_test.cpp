#include "base/random.hpp"
#include "check.hpp"
#include "stats/loss_pattern.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

using namespace wyn;
using stats::LossPattern;
using test::check_property;

namespace {

LossPattern of(std::uint64_t count, const std::set<std::uint64_t>& lost) {
    LossPattern pattern;
    for (std::uint64_t number = 1; number <= count; ++number)
        pattern.record(lost.contains(number));
    return pattern;
}

bool near(double value, double wanted) {
    return std::abs(value - wanted) < 1e-9;
}

// A stream of Gilbert's two states.
LossPattern gilbert_stream(double p, double r, int count, std::uint64_t seed) {
    SeededRandom random{seed};
    LossPattern pattern;
    bool bad = false;
    for (int i = 0; i < count; ++i) {
        bad = random.chance(bad ? 1 - r : p);
        pattern.record(bad);
    }
    return pattern;
}

} // namespace

TEST_CASE("an empty stream has lost nothing that one could count", "[stats]") {
    const LossPattern pattern;
    CHECK_FALSE(pattern.ratio());
    CHECK_FALSE(pattern.interval());
    CHECK_FALSE(pattern.newest_distance());
    CHECK_FALSE(pattern.noticeable_ratio());
    CHECK_FALSE(pattern.mean_period());
    CHECK_FALSE(pattern.gilbert());
    CHECK_FALSE(pattern.bursty());
}

TEST_CASE("the pattern of 2, 5, 7, 9, 10 of ten is as RFC 3357 defines it", "[stats]") {
    const std::set<std::uint64_t> lost{2, 5, 7, 9, 10};
    LossPattern pattern;
    std::vector<std::uint64_t> distances;
    std::vector<std::uint64_t> periods;
    for (std::uint64_t number = 1; number <= 10; ++number) {
        pattern.record(lost.contains(number));
        if (!lost.contains(number)) continue;
        distances.push_back(pattern.newest_distance().value_or(99));
        periods.push_back(pattern.periods());
    }
    CHECK(distances == std::vector<std::uint64_t>{0, 3, 2, 2, 1});
    CHECK(periods == std::vector<std::uint64_t>{1, 2, 3, 4, 4});
    CHECK(pattern.lost() == 5);
    CHECK(pattern.longest_period() == 2);
    CHECK(pattern.open_period() == 2);
    CHECK(near(pattern.mean_period().value_or(0), 1.25));
    CHECK(near(pattern.noticeable_ratio(1).value_or(0), 0.2));
    CHECK(near(pattern.noticeable_ratio(2).value_or(0), 0.6));
    CHECK(near(pattern.noticeable_ratio(3).value_or(0), 0.8)); // never the first
}

TEST_CASE("losses that follow the last one closely are noticeable", "[stats]") {
    // The example of RFC 3357 section 6.1: 50 is lost, and then three from 125 on.
    const LossPattern pattern = of(200, {50, 125, 126, 127});
    CHECK(near(pattern.noticeable_ratio(99).value_or(0), 0.75));
    CHECK(near(pattern.noticeable_ratio(74).value_or(0), 0.5));
    CHECK(near(of(1000, {1, 900}).noticeable_ratio(100'000).value_or(1), 0));
}

TEST_CASE("without losses the share has an upper bound all the same", "[stats]") {
    const auto interval = of(299, {}).interval();
    REQUIRE(interval);
    CHECK(interval->low == 0);
    CHECK(interval->high < 0.01);
    CHECK(interval->high > 0.0099);
}

TEST_CASE("random losses are not bursty, and their interval is that of datagrams", "[stats]") {
    const LossPattern pattern = gilbert_stream(0.02, 0.98, 20'000, 17);
    CHECK_FALSE(pattern.bursty());
    const auto plain = stats::proportion_interval(pattern.lost(), pattern.count());
    CHECK(pattern.interval() == plain);
    const auto model = pattern.gilbert();
    REQUIRE(model);
    CHECK(std::abs(model->burst_ratio() - 1) < 0.1);
}

TEST_CASE("losses in bursts are found to be so and are less sure", "[stats]") {
    const LossPattern pattern = gilbert_stream(0.002, 0.1, 50'000, 23);
    CHECK(pattern.bursty());
    const auto model = pattern.gilbert();
    REQUIRE(model);
    CHECK(std::abs(model->mean_period() - 10) < 2.5);
    CHECK(std::abs(model->good_to_bad - 0.002) < 0.0005);
    CHECK(std::abs(model->loss_ratio() - *pattern.ratio()) < 0.001);
    CHECK(std::abs(model->burst_ratio() - 9.8) < 2.5);
    const auto plain = stats::proportion_interval(pattern.lost(), pattern.count());
    const auto wide = pattern.interval();
    CHECK(wide->high - wide->low > 3 * (plain->high - plain->low));
}

TEST_CASE("the true share of bursty loss is in the interval", "[stats]") {
    constexpr double p = 0.002;
    constexpr double r = 0.1;
    int covered = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto interval = gilbert_stream(p, r, 20'000, seed).interval();
        covered += interval->low <= p / (p + r) && p / (p + r) <= interval->high ? 1 : 0;
    }
    INFO("covered " << covered);
    CHECK(covered >= 180); // with datagrams as the unit it would be about 70
}

TEST_CASE("a model takes ten periods", "[stats]") {
    std::set<std::uint64_t> lost;
    for (std::uint64_t i = 1; i <= 9; ++i)
        lost.insert(10 * i);
    CHECK_FALSE(of(200, lost).gilbert());
    lost.insert(100);
    const auto model = of(200, lost).gilbert();
    REQUIRE(model);
    CHECK(near(model->bad_to_good, 1));
    CHECK(near(model->good_to_bad,
               10.0 / 189)); // of those that arrived all but the last are followed
}

TEST_CASE("a single outage is one event and not a thousand", "[stats]") {
    LossPattern pattern;
    for (int i = 0; i < 100'000; ++i)
        pattern.record(i >= 5000 && i < 6000);
    CHECK(pattern.bursty());
    CHECK(pattern.periods() == 1);
    CHECK(pattern.longest_period() == 1000);
    const auto interval = pattern.interval();
    CHECK(interval->low < 0.003);
    CHECK(interval->high > 0.03);
}

TEST_CASE("what is unknown may be lost or not, and the interval says so", "[stats]") {
    LossPattern pattern = of(900, {5, 10});
    for (int i = 0; i < 100; ++i)
        pattern.record_unknown();
    CHECK(pattern.count() == 900);
    CHECK(pattern.unknown() == 100);
    CHECK(near(pattern.ratio().value_or(0), 2.0 / 900));
    const auto interval = pattern.interval();
    CHECK(interval->low < 2.0 / 1000);
    CHECK(interval->high > 0.102);
    SECTION("runs end at it") {
        pattern.record(true);
        pattern.record_unknown();
        pattern.record(true);
        CHECK(pattern.periods() == 4);
        CHECK(pattern.newest_distance() == 2U);
    }
    SECTION("and knowing nothing says nothing") {
        LossPattern nothing;
        nothing.record_unknown();
        CHECK_FALSE(nothing.ratio());
        CHECK_FALSE(nothing.interval());
    }
}

TEST_CASE("a stream is counted as its definition says", "[stats]") {
    check_property("any stream", [](const std::vector<bool>& stream) {
        LossPattern pattern;
        for (const bool lost : stream)
            pattern.record(lost);
        std::uint64_t lost = 0;
        std::uint64_t periods = 0;
        std::uint64_t run = 0;
        std::uint64_t longest = 0;
        std::vector<std::size_t> at;
        for (std::size_t i = 0; i < stream.size(); ++i) {
            if (!stream[i]) {
                run = 0;
                continue;
            }
            ++lost;
            periods += run == 0 ? 1U : 0U;
            longest = std::max(longest, ++run);
            at.push_back(i);
        }
        RC_ASSERT(pattern.count() == stream.size());
        RC_ASSERT(pattern.lost() == lost);
        RC_ASSERT(pattern.periods() == periods);
        RC_ASSERT(pattern.longest_period() == longest);
        for (const std::size_t distance : {1U, 2U, 5U, 127U}) {
            std::size_t noticeable = 0;
            for (std::size_t i = 1; i < at.size(); ++i)
                noticeable += at[i] - at[i - 1] <= distance ? 1U : 0U;
            if (lost == 0) continue;
            RC_ASSERT(near(*pattern.noticeable_ratio(distance),
                           static_cast<double>(noticeable) / static_cast<double>(lost)));
        }
        if (stream.empty()) return;
        const auto interval = pattern.interval();
        RC_ASSERT(interval->low <= *pattern.ratio() && *pattern.ratio() <= interval->high);
    });
}
