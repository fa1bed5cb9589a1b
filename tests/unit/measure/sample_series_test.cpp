// What can be said about the mean of a full path's steps.
#include "base/random.hpp"
#include "check.hpp"
#include "measure/sample_series.hpp"

#include <cmath>
#include <numbers>

using namespace wyn;
using namespace wyn::measure;

namespace {

Sample sample(double mbits, double seconds = 0.03, bool saturated = true) {
    return {.flow = {.bits = mbits * 1e6 * seconds, .seconds = seconds}, .saturated = saturated};
}

std::vector<Sample> samples(const std::vector<double>& rates) {
    std::vector<Sample> all;
    for (const double rate : rates)
        all.push_back(sample(rate));
    return all;
}

// Nearly normal, of mean 0 and deviation 1.
double normal(SeededRandom& random) {
    double sum = 0;
    for (int i = 0; i < 12; ++i)
        sum += random.unit();
    return sum - 6;
}

// Each keeps so much of the one before: independent for 0.
std::vector<Sample> noise(std::uint64_t seed, std::size_t count, double kept) {
    SeededRandom random{seed};
    std::vector<Sample> all;
    double state = normal(random);
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(sample(100 + 5 * state));
        state = kept * state + std::sqrt(1 - kept * kept) * normal(random);
    }
    return all;
}

// Of 500 series, how many have the true mean within their interval.
int covered(double kept) {
    int inside = 0;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        const auto all = noise(seed, 40, kept);
        const double mean = mean_bps(all);
        if (std::abs(mean - 100e6) <= *relative_half_width(all) * mean) ++inside;
    }
    return inside;
}

} // namespace

TEST_CASE("a mean is all bits by all seconds, so that long steps weigh more", "[measure]") {
    const std::vector<Sample> two{sample(10, 0.1), sample(40, 0.2)};
    CHECK(mean_bps(two) == Approx(30e6));
    CHECK(seconds_of(two) == Approx(0.3));
    CHECK(mean_bps({}) == 0);
}

TEST_CASE("the share of the time in which the path was full is by time, too", "[measure]") {
    const std::vector<Sample> two{sample(10, 0.1, false), sample(10, 0.3, true)};
    CHECK(saturated_share(two) == Approx(0.75));
    CHECK(saturated_share({}) == 0);
}

TEST_CASE("the 95 % interval of independent steps is that of Student", "[measure]") {
    // Deviation 1 of mean 100, n = 4: t(3) = 3.182, so 3.182 / 2 %, within the expansion's 1 %.
    const double d = std::sqrt(0.75);
    const auto all = samples({100 - d, 100 + d, 100 - d, 100 + d});
    CHECK(*relative_half_width(all) == Approx(0.01 * 3.182 / 2).epsilon(0.01));
    CHECK_FALSE(relative_half_width(samples({100, 100})).has_value());
    CHECK(*relative_half_width(samples({100, 100, 100})) == Approx(0).margin(1e-12));
}

TEST_CASE("the interval holds the truth as often as it says when steps are independent",
          "[measure]") {
    const int inside = covered(0);
    CHECK(inside >= 455); // 475 are meant, with a deviation of 5
    CHECK(inside <= 493);
}

TEST_CASE("steps that resemble their neighbours are joined, so that the interval stays honest",
          "[measure]") {
    CHECK(covered(0.7) >= 425); // without joining it would be about 290
}

TEST_CASE("a mean that drifts shows in its halves", "[measure]") {
    CHECK(halves_differ(samples({100, 100, 100, 100})) == Approx(0).margin(1e-12));
    CHECK(halves_differ(samples({90, 90, 110, 110})) == Approx(0.2));
    CHECK(halves_differ(samples({90})) == 0);
}

TEST_CASE("leading steps that were not full yet, or of a refilled bucket, are left out",
          "[measure]") {
    auto all = samples({50, 130, 104, 100, 101, 99, 100});
    all[0].saturated = false;
    const auto rest = settled(all);
    REQUIRE(rest.size() == 4);
    CHECK(rest.front().bps() == Approx(100e6));
    CHECK(settled({}).empty());
    for (Sample& each : all)
        each.saturated = false;
    CHECK(settled(all).empty());
}

TEST_CASE("the place is found where one rate becomes another", "[measure]") {
    const auto change = largest_change(samples({200, 201, 199, 200, 100, 101, 99, 100, 100}));
    REQUIRE(change.has_value());
    CHECK(change->at == 4);
    CHECK(change->f > 1000);
    // Without one nothing stands out, and with too few on a side nothing can be said.
    const auto none = largest_change(samples({100, 101, 99, 100, 101, 99, 100, 101, 99}));
    CHECK((!none || none->f < 10));
    CHECK_FALSE(largest_change(samples({200, 200, 200, 100, 100, 100})).has_value());
}

TEST_CASE("more samples than are kept are joined, and nothing of them is lost", "[measure]") {
    SampleSeries series;
    for (int i = 0; i < 5000; ++i)
        series.add(sample(i % 2 == 0 ? 90 : 110));
    CHECK(series.all().size() <= 1024);
    CHECK(mean_bps(series.all()) == Approx(100e6));
    CHECK(seconds_of(series.all()) == Approx(5000 * 0.03));
    series.drop_before(series.all().size() - 2);
    CHECK(series.all().size() == 2);
}
