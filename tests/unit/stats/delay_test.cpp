#include "base/random.hpp"
#include "check.hpp"
#include "stats/delay.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace wyn;
using stats::DelayVariation;
using test::check_property;

namespace {

DelayVariation of(const std::vector<Duration>& delays) {
    DelayVariation variation;
    for (const Duration delay : delays)
        variation.record(delay);
    return variation;
}

Duration lowest_of(std::vector<Duration>::const_iterator begin,
                   std::vector<Duration>::const_iterator end) {
    return *std::min_element(begin, end);
}

// RFC 5481 section 4.2 with all delays at hand, and the error that delay.hpp promises.
void check_against_sorted(const std::vector<Duration>& delays, const DelayVariation& variation) {
    auto sorted = delays;
    std::sort(sorted.begin(), sorted.end());
    const auto first_few = static_cast<std::ptrdiff_t>(std::min<std::size_t>(64, delays.size()));
    const Duration reference = lowest_of(delays.begin(), delays.begin() + first_few);
    RC_ASSERT(variation.count() == delays.size());
    RC_ASSERT(variation.lowest() == sorted.front());
    RC_ASSERT(variation.highest() == sorted.back());
    for (std::uint64_t permille = 0; permille <= 1000; ++permille) {
        const std::uint64_t rank =
            std::max<std::uint64_t>(1, (permille * sorted.size() + 999) / 1000);
        const Duration delay = sorted[rank - 1];
        const Duration exact = delay - sorted.front();
        const auto estimate = variation.quantile(static_cast<double>(permille) / 1000);
        RC_ASSERT(estimate.has_value());
        const Duration scale = delay >= reference ? exact : reference - sorted.front();
        RC_ASSERT(std::abs((*estimate - exact).count()) * 100 <= scale.count());
    }
    RC_ASSERT(variation.quantile(1) == sorted.back() - sorted.front());
}

} // namespace

TEST_CASE("without datagrams there is no delay and no variation", "[stats]") {
    DelayVariation variation;
    CHECK(variation.count() == 0);
    CHECK_FALSE(variation.lowest());
    CHECK_FALSE(variation.highest());
    CHECK_FALSE(variation.quantile(0.5));
    CHECK_FALSE(variation.rtp_jitter());
    variation.record(5ms);
    CHECK(variation.quantile(0.5) == 0s);
    CHECK_FALSE(variation.rtp_jitter());
}

TEST_CASE("the offset between the clocks drops out", "[stats]") {
    for (const Duration offset : {Duration{0}, Duration{24h * 365}, Duration{-24h * 365}}) {
        const DelayVariation variation = of({offset + 11ms, offset + 10ms, offset + 14ms});
        CHECK(variation.lowest() == offset + 10ms);
        CHECK(variation.quantile(0.5) == 1ms);
        CHECK(variation.quantile(1) == 4ms);
    }
}

TEST_CASE("delays that came before the lowest one count with their true variation", "[stats]") {
    DelayVariation variation;
    for (int i = 0; i < 1000; ++i)
        variation.record(30ms);
    for (int i = 0; i < 1000; ++i)
        variation.record(10ms);
    // Against the lowest delay so far, all of them would have had none.
    CHECK(variation.quantile(0.25) == 0s);
    const Duration upper = variation.quantile(0.75).value_or(0s);
    CHECK(upper >= 19'800us);
    CHECK(upper <= 20'200us);
}

TEST_CASE("a quantile is as close to that of all delays as promised", "[stats]") {
    check_property("any delays", [](const std::vector<std::int32_t>& drawn) {
        RC_PRE(!drawn.empty());
        const std::vector<Duration> delays(drawn.begin(), drawn.end());
        check_against_sorted(delays, of(delays));
    });
    check_property("more delays than are kept, on a drifting clock", [] {
        SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
        const Duration drift{*rc::gen::inRange(-2000, 2000)};
        const auto spread = *rc::gen::inRange<std::uint64_t>(1, 50'000'000);
        std::vector<Duration> delays(500);
        for (std::size_t i = 0; i < delays.size(); ++i)
            delays[i] = static_cast<Duration::rep>(i) * drift +
                        Duration{static_cast<Duration::rep>(random.below(spread))};
        check_against_sorted(delays, of(delays));
    });
}

TEST_CASE("hostile delays overflow nothing", "[stats]") {
    DelayVariation variation;
    for (int i = 0; i < 2000; ++i)
        variation.record(i % 2 == 0 ? Duration::min() : Duration::max());
    CHECK(variation.lowest() == Duration::min());
    CHECK(variation.highest() == Duration::max());
    CHECK(variation.quantile(0) == 0s);
    CHECK(variation.quantile(1) == Duration::max()); // the distance itself does not fit
    CHECK(variation.rtp_jitter().value_or(0s) > 24h * 365 * 200);
}

TEST_CASE("the largest and the smallest reference work", "[stats]") {
    DelayVariation falling;
    for (int i = 0; i < 64; ++i)
        falling.record(Duration::max());
    falling.record(Duration::min());
    CHECK(falling.quantile(0) == 0s);
    CHECK(falling.quantile(1) == Duration::max());
    DelayVariation rising;
    for (int i = 0; i < 64; ++i)
        rising.record(Duration::min());
    rising.record(Duration::max());
    CHECK(rising.quantile(0.5) == 0s);
    CHECK(rising.quantile(1) == Duration::max());
}

TEST_CASE("the jitter of RFC 3550 moves a sixteenth of the way to each difference", "[stats]") {
    CHECK(of({10ms, 26ms}).rtp_jitter() == 1ms);
    CHECK(of({26ms, 10ms}).rtp_jitter() == 1ms); // the sign of the difference does not matter
    CHECK(of({10ms, 26ms, 26ms}).rtp_jitter() == 937'500ns);
    check_property("random delays against the formula", [](const std::vector<std::int32_t>& drawn) {
        RC_PRE(drawn.size() >= 2U);
        DelayVariation variation;
        double jitter = 0;
        for (std::size_t i = 0; i < drawn.size(); ++i) {
            variation.record(Duration{drawn[i]});
            if (i == 0) continue;
            const double difference = std::abs(static_cast<double>(drawn[i]) - drawn[i - 1]);
            jitter += (difference - jitter) / 16;
        }
        RC_ASSERT(std::abs(static_cast<double>(variation.rtp_jitter()->count()) - jitter) <= 1);
    });
}
