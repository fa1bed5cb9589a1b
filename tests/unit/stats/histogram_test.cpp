#include "check.hpp"
#include "stats/histogram.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <vector>

using namespace wyn;
using stats::Histogram;
using test::check_property;

namespace {

Histogram of(const std::vector<Duration>& values) {
    Histogram histogram;
    for (const Duration value : values)
        histogram.record(value);
    return histogram;
}

// Values of all magnitudes that the range holds: a number of up to 36 bits, most of them short.
rc::Gen<std::vector<Duration>> durations() {
    const auto one =
        rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(28, 64)),
                     [](const std::pair<std::uint64_t, int>& drawn) {
                         // Spread over the low digits too: arbitrary() alone gives small numbers.
                         const std::uint64_t mixed = drawn.first * 0x9E3779B97F4A7C15U;
                         return Duration{static_cast<Duration::rep>(mixed >> drawn.second)};
                     });
    return rc::gen::nonEmpty(rc::gen::container<std::vector<Duration>>(one));
}

// Integer arithmetic throughout: the p-th part of a thousand of n.
std::uint64_t exact_rank(std::uint64_t permille, std::uint64_t n) {
    return std::max<std::uint64_t>(1, (permille * n + 999) / 1000);
}

bool within_one_percent(Duration estimate, Duration exact) {
    return std::abs((estimate - exact).count()) * 100 <= exact.count();
}

} // namespace

TEST_CASE("an empty histogram knows nothing", "[stats]") {
    const Histogram histogram;
    CHECK(histogram.count() == 0);
    CHECK_FALSE(histogram.min());
    CHECK_FALSE(histogram.max());
    CHECK_FALSE(histogram.mean());
    CHECK_FALSE(histogram.quantile(0.5));
    CHECK_FALSE(histogram.at_rank(1));
}

TEST_CASE("a single value is every quantile, exactly", "[stats]") {
    const Histogram histogram = of({123'456'789ns});
    for (const double q : {0.0, 0.5, 0.99, 1.0})
        CHECK(histogram.quantile(q) == 123'456'789ns);
    CHECK(histogram.mean() == 123'456'789ns);
}

TEST_CASE("any quantile is within 1 % of the nearest-rank quantile of the values", "[stats]") {
    check_property("random values, every 1/1000 and the ends", [] {
        auto values = *durations();
        const Histogram histogram = of(values);
        std::sort(values.begin(), values.end());
        for (std::uint64_t permille = 0; permille <= 1000; ++permille) {
            const Duration exact = values[exact_rank(permille, values.size()) - 1];
            const auto estimate = histogram.quantile(static_cast<double>(permille) / 1000);
            RC_ASSERT(estimate.has_value());
            RC_ASSERT(within_one_percent(*estimate, exact));
            RC_ASSERT((exact >= 128ns || *estimate == exact));
        }
        RC_ASSERT(histogram.quantile(0) == values.front());
        RC_ASSERT(histogram.quantile(1) == values.back());
    });
}

TEST_CASE("every bucket edge keeps the promised error", "[stats]") {
    for (std::int64_t power = 1; power < Histogram::range.count(); power *= 2)
        for (std::int64_t part = 64; part < 128; ++part)
            for (const std::int64_t off : {-1, 0, 1}) {
                const Duration value{std::max<std::int64_t>(0, power * part / 64 + off)};
                // Neighbours far away on both sides, so that no extreme corrects the middle.
                const auto estimate = of({0s, value, 68s}).at_rank(2);
                INFO(value.count());
                CHECK(within_one_percent(estimate.value_or(-1ns), value));
            }
}

TEST_CASE("extremes and mean are exact whatever the buckets", "[stats]") {
    check_property("random values", [] {
        const auto values = *durations();
        const Histogram histogram = of(values);
        std::int64_t sum = 0;
        for (const Duration value : values)
            sum += value.count();
        const auto n = static_cast<std::int64_t>(values.size());
        RC_ASSERT(histogram.count() == values.size());
        RC_ASSERT(histogram.min() == *std::min_element(values.begin(), values.end()));
        RC_ASSERT(histogram.max() == *std::max_element(values.begin(), values.end()));
        RC_ASSERT(histogram.mean()->count() == (sum + n / 2) / n);
    });
    // Five such values are more than 64 bits hold, and so are twice three.
    const Duration large{std::int64_t{1} << 62};
    CHECK(of({large, large + 2ns, large + 1ns, large, large + 2ns}).mean() == large + 1ns);
    Histogram merged = of({large, large + 1ns, large + 2ns});
    merged.merge(merged);
    CHECK(merged.mean() == large + 1ns);
}

TEST_CASE("merging is the same as recording everything in one", "[stats]") {
    check_property("two random sets of values", [] {
        auto values = *durations();
        const auto more = *durations();
        Histogram merged = of(values);
        merged.merge(of(more));
        values.insert(values.end(), more.begin(), more.end());
        const Histogram at_once = of(values);
        RC_ASSERT(merged.count() == at_once.count());
        RC_ASSERT(merged.mean() == at_once.mean());
        for (std::uint64_t rank = 1; rank <= values.size(); ++rank)
            RC_ASSERT(merged.at_rank(rank) == at_once.at_rank(rank));
    });
    Histogram histogram = of({5ms, 7ms});
    histogram.merge(Histogram{});
    CHECK(histogram.count() == 2);
    CHECK(histogram.min() == 5ms);
}

TEST_CASE("a negative value counts as zero", "[stats]") {
    const Histogram histogram = of({-1s, 10ns});
    CHECK(histogram.count() == 2);
    CHECK(histogram.min() == 0s);
    CHECK(histogram.mean() == 5ns);
    CHECK(of({Duration::min()}).quantile(0.5) == 0s);
}

TEST_CASE("values beyond the range are counted and the largest stays exact", "[stats]") {
    const Histogram histogram = of({1ms, 100s, 200s, 1000s});
    CHECK(histogram.max() == 1000s);
    CHECK(histogram.quantile(1) == 1000s);
    CHECK(histogram.mean() == Duration{325'000'250'000});
    // The last bucket's middle: a lower bound of what was recorded.
    const Duration middle = histogram.quantile(0.5).value_or(0s);
    CHECK(middle > 68s);
    CHECK(middle < Histogram::range);
    CHECK(of({Duration::max(), Duration::max()}).mean() == Duration::max());
}

TEST_CASE("a full bucket stops counting and leaves the other ranks right", "[stats]") {
    Histogram histogram = of({1ms, 2ms, 2ms, 2ms});
    for (int doubling = 0; doubling < 31; ++doubling)
        histogram.merge(histogram);
    CHECK(histogram.count() == std::uint64_t{4} << 31);
    // 3 * 2^31 did not fit into the bucket of 2 ms.
    constexpr std::uint64_t fullest = std::numeric_limits<std::uint32_t>::max();
    constexpr std::uint64_t ones = std::uint64_t{1} << 31;
    CHECK(histogram.ranked() == ones + fullest);
    histogram.record(2ms);
    CHECK(histogram.count() == (std::uint64_t{4} << 31) + 1);
    CHECK(histogram.ranked() == ones + fullest);
    CHECK(within_one_percent(histogram.at_rank(ones).value_or(0s), 1ms));
    CHECK(within_one_percent(histogram.at_rank(ones + 1).value_or(0s), 2ms));
    CHECK(histogram.quantile(1) == 2ms);
}

TEST_CASE("a quantile needs ten values beyond it", "[stats]") {
    struct Needed {
        double q;
        std::uint64_t values;
    };
    for (const auto [q, values] :
         {Needed{0, 10}, Needed{0.5, 20}, Needed{0.9, 100}, Needed{0.95, 200}, Needed{0.99, 1000},
          Needed{0.999, 10'000}, Needed{0.9999, 100'000}}) {
        INFO(q);
        CHECK(stats::enough_values_for(q, values));
        CHECK_FALSE(stats::enough_values_for(q, values - 1));
    }
    constexpr auto all = std::numeric_limits<std::uint64_t>::max();
    CHECK_FALSE(stats::enough_values_for(1, all));
    CHECK_FALSE(stats::enough_values_for(-0.1, all));
    CHECK_FALSE(stats::enough_values_for(std::numeric_limits<double>::quiet_NaN(), all));

    Histogram histogram;
    for (int i = 0; i < 19; ++i)
        histogram.record(1ms);
    CHECK_FALSE(histogram.enough_for(0.5));
    histogram.record(1ms);
    CHECK(histogram.enough_for(0.5));
}

TEST_CASE("the nearest rank is that of the decimal fraction, not of its rounding", "[stats]") {
    check_property("thousandths of up to a million values", [] {
        const auto permille = *rc::gen::inRange<std::uint64_t>(0, 1001);
        const auto n = *rc::gen::inRange<std::uint64_t>(1, 1'000'001);
        RC_ASSERT(stats::nearest_rank(static_cast<double>(permille) / 1000, n) ==
                  exact_rank(permille, n));
    });
    CHECK(stats::nearest_rank(0.07, 100) == 7);
    CHECK(stats::nearest_rank(-1, 100) == 1);
    CHECK(stats::nearest_rank(2, 100) == 100);
    CHECK(stats::nearest_rank(std::numeric_limits<double>::quiet_NaN(), 100) == 1);
}

TEST_CASE("how many values are smaller than one is known to 2 %", "[stats]") {
    Histogram histogram;
    CHECK(histogram.below(1s) == 0);
    for (int us = 1; us <= 1000; ++us)
        histogram.record(us * 1us);
    CHECK(histogram.below(-1s) == 0);
    CHECK(histogram.below(0s) == 0);
    CHECK(histogram.below(1us) == 0);
    CHECK(histogram.below(2s) == 1000);
    for (int us = 1; us <= 1000; ++us) {
        const auto below = static_cast<int>(histogram.below(us * 1us));
        CHECK(below <= us - 1);
        CHECK(below >= (us - 1) * 98 / 100 - 1);
    }
    Histogram large;
    large.record(Duration::max());
    CHECK(large.below(Duration::max()) == 0); // both in the last bucket
}
