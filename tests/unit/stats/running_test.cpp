#include "check.hpp"
#include "stats/running.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace wyn;
using stats::Running;
using test::check_property;

namespace {

Running of(const std::vector<Duration>& values) {
    Running running;
    for (const Duration value : values)
        running.record(value);
    return running;
}

std::vector<Duration> as_durations(const std::vector<int>& numbers) {
    std::vector<Duration> values(numbers.size());
    std::transform(numbers.begin(), numbers.end(), values.begin(),
                   [](int number) { return Duration{number} * 1000; });
    return values;
}

// Both passes over the stored values, in the widest type there is.
void check_against_two_passes(const std::vector<Duration>& values, const Running& running) {
    long double sum = 0;
    for (const Duration value : values)
        sum += static_cast<long double>(value.count());
    const long double mean = sum / static_cast<long double>(values.size());
    long double squares = 0;
    for (const Duration value : values)
        squares += std::pow(static_cast<long double>(value.count()) - mean, 2.0L);
    const long double deviation = std::sqrt(squares / static_cast<long double>(values.size() - 1));

    RC_ASSERT(running.count() == values.size());
    RC_ASSERT(running.min() == *std::min_element(values.begin(), values.end()));
    RC_ASSERT(running.max() == *std::max_element(values.begin(), values.end()));
    RC_ASSERT(std::abs(static_cast<long double>(running.mean()->count()) - mean) <= 1);
    RC_ASSERT(std::abs(static_cast<long double>(running.deviation()->count()) - deviation) <= 1);
}

} // namespace

TEST_CASE("what was never recorded is unknown, not zero", "[stats]") {
    Running running;
    CHECK(running.count() == 0);
    CHECK_FALSE(running.min());
    CHECK_FALSE(running.max());
    CHECK_FALSE(running.mean());
    CHECK_FALSE(running.deviation());

    running.record(-5ms);
    CHECK(running.mean() == -5ms);
    CHECK(running.min() == -5ms);
    CHECK(running.max() == -5ms);
    CHECK_FALSE(running.deviation()); // one value says nothing about spread
}

TEST_CASE("the deviation is that of a sample", "[stats]") {
    const Running running = of({2ms, 4ms, 4ms, 4ms, 5ms, 5ms, 7ms, 9ms});
    CHECK(running.mean() == 5ms);
    CHECK(running.deviation() == Duration{2'138'090}); // sqrt(32 / 7) ms
}

TEST_CASE("a small spread survives a large offset", "[stats]") {
    const Duration offset = 24h * 365; // clocks of two hosts that booted a year apart
    const Running running = of({offset + 1us, offset + 2us, offset + 3us});
    CHECK(running.mean() == offset + 2us);
    CHECK(running.deviation() == 1us);
}

TEST_CASE("the extremes of the range overflow nothing", "[stats]") {
    const Running running = of({Duration::min(), Duration::max()});
    CHECK(running.min() == Duration::min());
    CHECK(running.max() == Duration::max());
    CHECK(running.deviation() == Duration::max()); // 2^63 * sqrt(2) does not fit
    CHECK(of({Duration::max(), Duration::max()}).mean() == Duration::max());
    // No double holds this value: the mean must not fall below it.
    const Duration odd{(std::int64_t{1} << 53) + 1};
    CHECK(of({odd, odd}).mean() == odd);
}

TEST_CASE("mean, deviation and extremes agree with two passes over the values", "[stats]") {
    check_property("recorded one by one", [](const std::vector<int>& numbers) {
        RC_PRE(numbers.size() >= 2);
        const auto values = as_durations(numbers);
        check_against_two_passes(values, of(values));
    });
    check_property("recorded in two parts and merged",
                   [](const std::vector<int>& left, const std::vector<int>& right) {
                       RC_PRE(left.size() + right.size() >= 2);
                       auto values = as_durations(left);
                       Running running = of(values);
                       running.merge(of(as_durations(right)));
                       for (const Duration value : as_durations(right))
                           values.push_back(value);
                       check_against_two_passes(values, running);
                   });
}
