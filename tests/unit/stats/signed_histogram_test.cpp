#include "check.hpp"
#include "stats/signed_histogram.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace wyn;
using stats::SignedHistogram;
using test::check_property;

TEST_CASE("without values there is no rank", "[stats]") {
    const SignedHistogram histogram;
    CHECK(histogram.count() == 0);
    CHECK_FALSE(histogram.min());
    CHECK_FALSE(histogram.max());
    CHECK_FALSE(histogram.mean_absolute());
    CHECK_FALSE(histogram.at_rank(1));
}

TEST_CASE("values of one sign only are as exact as those of both", "[stats]") {
    SignedHistogram below;
    below.record(-7ms);
    below.record(-3ms);
    CHECK(below.min() == -7ms);
    CHECK(below.max() == -3ms);
    CHECK(below.mean_absolute() == 5ms);
    SignedHistogram above;
    above.record(3ms);
    above.record(7ms);
    CHECK(above.min() == 3ms);
    CHECK(above.max() == 7ms);
}

TEST_CASE("every rank is within one percent of its distance from zero", "[stats]") {
    check_property("any values", [](const std::vector<std::int32_t>& drawn) {
        RC_PRE(!drawn.empty());
        SignedHistogram histogram;
        double sum = 0;
        for (const std::int32_t value : drawn) {
            histogram.record(Duration{value});
            sum += std::abs(static_cast<double>(value));
        }
        auto sorted = drawn;
        std::ranges::sort(sorted);
        RC_ASSERT(histogram.ranked() == sorted.size());
        RC_ASSERT(histogram.min() == Duration{sorted.front()});
        RC_ASSERT(histogram.max() == Duration{sorted.back()});
        for (std::size_t rank = 1; rank <= sorted.size(); ++rank) {
            const auto exact = static_cast<double>(sorted[rank - 1]);
            const auto found = static_cast<double>(histogram.at_rank(rank)->count());
            RC_ASSERT(std::abs(found - exact) <= std::abs(exact) / 100);
        }
        const double mean = sum / static_cast<double>(drawn.size());
        RC_ASSERT(std::abs(static_cast<double>(histogram.mean_absolute()->count()) - mean) <= 1);
    });
}

TEST_CASE("differences of hostile values overflow nothing", "[stats]") {
    SignedHistogram histogram;
    histogram.record(Duration::max(), Duration::min());
    histogram.record(Duration::min(), Duration::max());
    CHECK(histogram.max() == Duration::max());
    CHECK(histogram.min() == -Duration::max());
    CHECK(histogram.at_rank(1) == -Duration::max());
    CHECK(histogram.at_rank(2) == Duration::max());
}
