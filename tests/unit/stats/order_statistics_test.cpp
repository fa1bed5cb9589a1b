#include "base/random.hpp"
#include "check.hpp"
#include "stats/order_statistics.hpp"
#include "stats/signed_histogram.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace wyn;
using stats::quantile_ranks;
using stats::RankInterval;
using test::check_property;

namespace {

// P(low <= Bin(n, q) < high), term by term.
double coverage(double q, std::uint64_t n, const RankInterval& ranks) {
    double sum = 0;
    for (std::uint64_t k = ranks.low; k < ranks.high; ++k)
        sum += std::exp(
            std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) -
            std::lgamma(static_cast<double>(n - k) + 1) + static_cast<double>(k) * std::log(q) +
            static_cast<double>(n - k) * std::log1p(-q));
    return sum;
}

double exponential(Random& random) {
    return -std::log1p(-random.unit());
}

// Exact values by rank, for whoever wants to ask like a histogram is asked.
struct Sorted {
    std::vector<Duration> values;
    std::uint64_t ranked() const { return values.size(); }
    std::optional<Duration> at_rank(std::uint64_t rank) const { return values.at(rank - 1); }
};

} // namespace

TEST_CASE("so many values it takes to enclose a percentile", "[stats]") {
    for (const auto& [q, needed] : {std::pair<double, std::uint64_t>{0.5, 6},
                                    {0.9, 29},
                                    {0.95, 59},
                                    {0.99, 299},
                                    {0.999, 2995}}) {
        CHECK_FALSE(quantile_ranks(q, needed - 1));
        const auto ranks = quantile_ranks(q, needed);
        REQUIRE(ranks);
        CHECK(ranks->high == needed);
    }
}

TEST_CASE("known rank intervals", "[stats]") {
    // The tables of the sign test; for 100 they have 40, but 95.4 % lie above 41, too.
    CHECK(quantile_ranks(0.5, 10) == RankInterval{2, 9});
    CHECK(quantile_ranks(0.5, 20) == RankInterval{6, 15});
    CHECK(quantile_ranks(0.5, 100) == RankInterval{41, 61});
}

TEST_CASE("the ranks enclose the quantile with 95 %, and none of them for nothing", "[stats]") {
    check_property("any quantile of up to 5000 values", [] {
        const double q = *rc::gen::inRange(1, 1000) / 1000.0;
        const auto n = *rc::gen::inRange<std::uint64_t>(1, 5000);
        const auto ranks = quantile_ranks(q, n);
        if (!ranks) { // not even all of them do
            RC_ASSERT(coverage(q, n, {1, n}) < 0.95 + 1e-9);
            return;
        }
        RC_ASSERT(ranks->low >= 1U);
        RC_ASSERT(ranks->low < ranks->high);
        RC_ASSERT(ranks->high <= n);
        RC_ASSERT(coverage(q, n, *ranks) >= 0.95 - 1e-9);
        RC_ASSERT(coverage(q, n, {ranks->low + 1, ranks->high}) < 0.95 + 1e-9);
    });
}

TEST_CASE("of very many values the normal distribution tells, on the safe side", "[stats]") {
    for (const double q : {0.5, 0.9, 0.999}) {
        const auto n = static_cast<std::uint64_t>(1.1e6 / (q * (1 - q)));
        const auto ranks = quantile_ranks(q, n);
        REQUIRE(ranks);
        const double covered = coverage(q, n, *ranks);
        CHECK(covered >= 0.95);
        CHECK(covered < 0.952);
    }
    for (const std::uint64_t n : {std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        const auto ranks = quantile_ranks(0.5, n);
        REQUIRE(ranks);
        CHECK(ranks->low < n / 2);
        CHECK(ranks->high > n / 2);
        CHECK(ranks->high - ranks->low < n / 1000);
    }
}

TEST_CASE("values that hang together count for fewer", "[stats]") {
    CHECK(quantile_ranks(0.5, 1000, 1) == quantile_ranks(0.5, 1000));
    CHECK(quantile_ranks(0.5, 1000, 10) == RankInterval{410, 610}); // of 100: 41 and 61
    CHECK_FALSE(quantile_ranks(0.9, 1000, 40));                     // 25 are too few
    CHECK_FALSE(quantile_ranks(0.5, 1000, 1e30));
    check_property("any group", [](double group) {
        const auto n = *rc::gen::inRange<std::uint64_t>(1, 100'000);
        const double q = *rc::gen::inRange(1, 1000) / 1000.0;
        const auto ranks = quantile_ranks(q, n, group);
        if (!ranks) return;
        RC_ASSERT(ranks->low >= 1U);
        RC_ASSERT(ranks->low <= ranks->high);
        RC_ASSERT(ranks->high <= n);
    });
}

TEST_CASE("a quantile that is none has no interval", "[stats]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double q : {0.0, 1.0, -1.0, 2.0, nan})
        CHECK_FALSE(quantile_ranks(q, 1000));
    CHECK_FALSE(quantile_ranks(0.5, 0));
    CHECK_FALSE(quantile_ranks(0.5, 0, 3));
}

TEST_CASE("the true percentile is between the bounds nineteen times of twenty", "[stats]") {
    SeededRandom random{11};
    for (const double q : {0.5, 0.9, 0.99}) {
        const Duration truth{std::llround(-std::log1p(-q) * 1e6)};
        int covered = 0;
        for (int i = 0; i < 500; ++i) {
            Sorted sample;
            for (int k = 0; k < 1000; ++k)
                sample.values.emplace_back(std::llround(exponential(random) * 1e6));
            std::ranges::sort(sample.values);
            const auto estimate = stats::estimate_quantile(sample, q);
            REQUIRE(estimate);
            REQUIRE(estimate->low);
            REQUIRE(estimate->high);
            CHECK(*estimate->low <= estimate->value);
            CHECK(estimate->value <= *estimate->high);
            covered += *estimate->low <= truth && truth <= *estimate->high ? 1 : 0;
        }
        INFO("q " << q << " covered " << covered);
        CHECK(covered >= 465);
    }
}

TEST_CASE("a percentile of too few values is not published at all", "[stats]") {
    stats::Histogram histogram;
    for (int i = 0; i < 999; ++i)
        histogram.record(1ms);
    CHECK(stats::estimate_quantile(histogram, 0.9));
    CHECK_FALSE(stats::estimate_quantile(histogram, 0.99));
    histogram.record(1ms);
    const auto p99 = stats::estimate_quantile(histogram, 0.99);
    REQUIRE(p99);
    CHECK(p99->low == 1ms);
    CHECK(p99->high == 1ms);
    // Enough to publish, and too few of them independent to bound.
    const auto dependent = stats::estimate_quantile(histogram, 0.99, 10);
    REQUIRE(dependent);
    CHECK_FALSE(dependent->low);
    CHECK_FALSE(dependent->high);
}

TEST_CASE("independent values count as many as they are", "[stats]") {
    SeededRandom random{3};
    std::vector<double> noise(4000);
    for (double& value : noise)
        value = random.unit();
    CHECK(stats::dependence(noise) < 1.2);
}

TEST_CASE("an autoregressive series counts as its theory says", "[stats]") {
    // x' = a x + noise has autocorrelations a^k and so (1 + a) / (1 - a) values to each independent
    // one.
    SeededRandom random{5};
    for (const double a : {0.5, 0.8, 0.95}) {
        std::vector<double> series(8000);
        double x = 0;
        for (double& value : series)
            value = x = a * x + random.unit() - 0.5;
        const double theory = (1 + a) / (1 - a);
        const double found = stats::dependence(series);
        INFO("a " << a << " found " << found);
        CHECK(found > theory * 0.7);
        CHECK(found < theory * 1.6);
    }
}

TEST_CASE("an outlier does not hide that values hang together", "[stats]") {
    std::vector<Duration> series;
    for (int i = 0; i < 4000; ++i)
        series.emplace_back(i / 100 % 2 == 0 ? 10ms : 20ms);
    series[1234] = 100s;
    std::vector<double> raw;
    for (const Duration value : series)
        raw.push_back(static_cast<double>(value.count()));
    CHECK(stats::dependence(raw) < 2); // the one value is all the variance
    CHECK(stats::dependence_at(series, 15ms) > 20);
}

TEST_CASE("a series that says nothing counts as it is", "[stats]") {
    CHECK(stats::dependence({}) == 1);
    CHECK(stats::dependence(std::vector<double>{7}) == 1);
    CHECK(stats::dependence(std::vector<double>(100, 7.0)) == 1);
    CHECK(stats::dependence_at({}, 1ms) == 1);
    check_property("never below one, never above the length", [](const std::vector<int>& drawn) {
        RC_PRE(!drawn.empty());
        const std::vector<double> series(drawn.begin(), drawn.end());
        const double found = stats::dependence(series);
        RC_ASSERT(found >= 1);
        RC_ASSERT(found <= static_cast<double>(series.size()));
    });
}

TEST_CASE("a percentile says how many values it takes", "[stats]") {
    CHECK(stats::values_needed_for(0.5) == 20);
    CHECK(stats::values_needed_for(0.9) == 100);
    CHECK(stats::values_needed_for(0.99) == 1000);
    CHECK(stats::values_needed_for(0.999) == 10'000);
    for (const double q : {0.0, 0.07, 0.5, 0.75, 0.95, 0.999}) {
        CHECK(stats::enough_values_for(q, stats::values_needed_for(q)));
        CHECK_FALSE(stats::enough_values_for(q, stats::values_needed_for(q) - 1));
    }
}
