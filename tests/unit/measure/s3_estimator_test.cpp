// When S3 is sure, and what it makes of a rate that changes.
#include "check.hpp"
#include "measure/s3_estimator.hpp"

using namespace wyn;
using namespace wyn::measure;

namespace {

constexpr double step = 0.03; // seconds

// With another rate: two steps of each in turn.
void add(S3Estimator& estimator, std::size_t times, double mbits, double other = 0) {
    for (std::size_t i = 0; i < times; ++i) {
        const double rate = other > 0 && i / 2 % 2 == 1 ? other : mbits;
        estimator.add({.flow = {.bits = rate * 1e6 * step, .seconds = step},
                       .saturated = true,
                       .queue_seconds = 0.015,
                       .sent = 100,
                       .lost = 2});
    }
}

} // namespace

TEST_CASE("a steady rate is sure as soon as the path was full for long enough", "[measure]") {
    S3Estimator estimator;
    CHECK_FALSE(estimator.mean().has_value());
    add(estimator, 13, 100); // 390 ms
    CHECK_FALSE(estimator.converged(0.4));
    add(estimator, 1, 100);
    CHECK(estimator.converged(0.4));
    CHECK(estimator.was_full());
    const auto mean = estimator.mean();
    REQUIRE(mean.has_value());
    CHECK(mean->bps == Approx(100e6));
    CHECK(mean->seconds == Approx(0.42));
    CHECK(mean->bits == Approx(42e6));
    CHECK(estimator.queue_seconds() == Approx(0.015));
    CHECK(estimator.loss() == Approx(0.02));
}

TEST_CASE("no interval is narrower than the stamps allow", "[measure]") {
    S3Estimator estimator;
    add(estimator, 20, 100);
    // 100 us in 600 ms.
    CHECK(estimator.mean()->half_width_bps == Approx(100e6 * 100e-6 / 0.6));
}

TEST_CASE("fewer than eight steps are never enough, however long they are", "[measure]") {
    S3Estimator estimator;
    for (int i = 0; i < 7; ++i)
        estimator.add({.flow = {.bits = 1e6, .seconds = 1}, .saturated = true});
    CHECK_FALSE(estimator.converged(0.4));
    estimator.add({.flow = {.bits = 1e6, .seconds = 1}, .saturated = true});
    CHECK(estimator.converged(0.4));
}

TEST_CASE("what is sure to a hundredth is enough after 800 ms", "[measure]") {
    S3Estimator estimator;
    add(estimator, 26, 98.4, 101.6); // 780 ms
    const auto before = estimator.mean();
    CHECK(before->half_width_bps > 0.005 * before->bps);
    CHECK(before->half_width_bps < 0.009 * before->bps);
    CHECK_FALSE(estimator.converged(0.4));
    add(estimator, 2, 101.6);
    CHECK(estimator.converged(0.4));
}

TEST_CASE("the mean knows what was offered meanwhile", "[measure]") {
    S3Estimator estimator;
    add(estimator, 3, 100);
    CHECK(estimator.mean()->offered_bps == 0); // nobody has told
    estimator.clear();
    for (const double offered : {112.0, 98.0})
        estimator.add({.flow = {.bits = 100e6 * step, .seconds = step},
                       .offered = {.bits = offered * 1e6 * step, .seconds = step},
                       .saturated = true});
    CHECK(estimator.mean()->offered_bps == Approx(105e6));
}

TEST_CASE("a rate that varies is not sure, and its interval says so", "[measure]") {
    S3Estimator estimator;
    add(estimator, 40, 90, 110);
    CHECK_FALSE(estimator.converged(0.4));
    CHECK(estimator.mean()->half_width_bps > 0.005 * 100e6);
    CHECK(estimator.was_full());
}

TEST_CASE("a path that was hardly ever full is not sure", "[measure]") {
    S3Estimator estimator;
    add(estimator, 8, 100);
    for (int i = 0; i < 20; ++i)
        estimator.add({.flow = {.bits = 3e6, .seconds = step}, .saturated = false});
    CHECK_FALSE(estimator.converged(0.4));
    CHECK_FALSE(estimator.was_full());
}

TEST_CASE("a token bucket makes two rates, and tells what it held", "[measure]") {
    S3Estimator estimator;
    add(estimator, 20, 200);
    CHECK_FALSE(estimator.burst().has_value());
    add(estimator, 20, 100);
    REQUIRE(estimator.burst().has_value());
    CHECK(estimator.burst()->bps == Approx(200e6));
    CHECK(estimator.mean()->bps == Approx(100e6));
    CHECK(estimator.bucket_bits() == Approx(100e6 * 20 * step).epsilon(0.05));
    CHECK(estimator.converged(0.4));
}

TEST_CASE("a little less, or less of what was never steady, is no second rate", "[measure]") {
    S3Estimator little;
    add(little, 20, 100);
    add(little, 20, 95);
    CHECK_FALSE(little.burst().has_value());
    S3Estimator unsteady;
    add(unsteady, 20, 170, 230);
    add(unsteady, 20, 100);
    CHECK_FALSE(unsteady.burst().has_value());
}

TEST_CASE("a rate that rises again was no token bucket, and all of it counts", "[measure]") {
    S3Estimator estimator;
    add(estimator, 20, 200);
    add(estimator, 20, 100);
    REQUIRE(estimator.burst().has_value());
    add(estimator, 20, 200);
    CHECK_FALSE(estimator.burst().has_value());
    CHECK(estimator.mean()->seconds == Approx(60 * step));
    CHECK(estimator.mean()->bps == Approx(500e6 / 3));
    CHECK_FALSE(estimator.converged(0.4));
    // Nor is it one when it falls once more.
    add(estimator, 20, 100);
    CHECK_FALSE(estimator.burst().has_value());
}

TEST_CASE("cleared, it knows nothing", "[measure]") {
    S3Estimator estimator;
    add(estimator, 20, 200);
    add(estimator, 20, 100);
    estimator.clear();
    CHECK_FALSE(estimator.mean().has_value());
    CHECK_FALSE(estimator.burst().has_value());
    CHECK(estimator.seconds() == 0);
    CHECK(estimator.loss() == 0);
    CHECK(estimator.queue_seconds() == 0);
}
