#include "check.hpp"
#include "stats/interval_meter.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace wyn;
using stats::Interval;
using stats::IntervalMeter;
using test::check_property;

namespace {

constexpr MonoTime start{1000s};

// Trains of `packets` datagrams of 1000 bytes, one every `gap`, while start + at < start + until.
void steady(IntervalMeter& meter, Duration from, Duration until, Duration gap,
            std::uint64_t packets = 1) {
    for (Duration at = from; at < until; at += gap)
        meter.on_datagrams(start + at, packets, packets * 1000);
}

bool about(BitRate rate, std::uint64_t bps) {
    return rate.bps() >= bps - 1 && rate.bps() <= bps + 1;
}

} // namespace

TEST_CASE("a meter that heard nothing has no interval", "[stats]") {
    IntervalMeter meter;
    meter.on_datagrams(start, 0, 0);
    CHECK(meter.totals().packets == 0);
    meter.finish();
    CHECK_FALSE(meter.best());
    CHECK_FALSE(meter.last_closed());
    CHECK(meter.dt() == 1s);
}

TEST_CASE("a steady stream has its rate in every interval, wherever the edges cut it", "[stats]") {
    check_property("trains of any length and distance", [] {
        const Duration gap{*rc::gen::inRange<std::int64_t>(10'000, 10'000'000)};
        const auto packets = *rc::gen::inRange<std::uint64_t>(1, 128);
        IntervalMeter meter{100ms};
        const BitRate expected = rate_of(packets * 1000, static_cast<std::uint64_t>(gap.count()));
        const Duration length = std::min<Duration>(1s, 1000 * gap);
        for (Duration at{}; at < length; at += gap) {
            meter.on_datagrams(start + at, packets, packets * 1000);
            if (!meter.last_closed()) continue;
            RC_ASSERT(meter.last_closed()->goodput() == expected);
        }
        meter.finish();
        if (length > 150ms + gap) RC_ASSERT(meter.best()->goodput() == expected);
        RC_ASSERT((!meter.best() || about(meter.best()->goodput(), expected.bps())));
    });
}

TEST_CASE("the span runs from first arrival to first arrival", "[stats]") {
    IntervalMeter meter{1s};
    meter.on_datagrams(start, 10, 10'000);
    meter.on_datagrams(start + 990ms, 10, 10'000);
    CHECK_FALSE(meter.last_closed());
    meter.on_datagrams(start + 1030ms, 10, 10'000);
    CHECK(meter.last_closed() == Interval{0, 20, 20'000, 1030ms});
    meter.on_datagrams(start + 2s, 1, 1000);
    CHECK(meter.last_closed() == Interval{1, 10, 10'000, 970ms});
}

TEST_CASE("an interval before silence is divided by the nominal time", "[stats]") {
    IntervalMeter meter{1s};
    steady(meter, 0s, 500ms, 10ms);
    meter.on_datagrams(start + 3200ms, 1, 1000);
    CHECK(meter.last_closed() == Interval{0, 50, 50'000, 1s});
    SECTION("and the next one keeps its place on the clock") {
        meter.on_datagrams(start + 4s, 1, 1000);
        CHECK(meter.last_closed() == Interval{3, 1, 1000, 1s});
    }
}

TEST_CASE("the burst after a stall is not divided by the time of the burst", "[stats]") {
    IntervalMeter meter{1s};
    steady(meter, 0s, 1s, 10ms);
    // Nothing for 900 ms, then all of it at once, as a queue lets it go.
    meter.on_datagrams(start + 1900ms, 90, 90'000);
    steady(meter, 1900ms, 3s, 10ms);
    CHECK(meter.last_closed() == Interval{1, 100, 100'000, 1s});
    meter.finish();
    CHECK(meter.best().value_or(Interval{}).goodput() == BitRate{800'000});
}

TEST_CASE("the best interval is the one with the most bytes per time", "[stats]") {
    IntervalMeter meter{1s};
    steady(meter, 0s, 1s, 10ms);
    steady(meter, 1s, 2s, 5ms);
    steady(meter, 2s, 4s, 20ms);
    REQUIRE(meter.best());
    CHECK(meter.best()->index == 1);
    CHECK(meter.best()->goodput() == BitRate{1'600'000});
    CHECK(meter.last_closed()->index == 2);
    SECTION("the earlier one of two equals") {
        steady(meter, 4s, 6s, 5ms);
        meter.finish();
        CHECK(meter.best()->index == 1);
    }
}

TEST_CASE("the last interval counts only when half of it was used", "[stats]") {
    IntervalMeter meter{1s};
    steady(meter, 0s, 1s, 10ms);
    SECTION("a third is dropped, however fast it was") {
        steady(meter, 1s, 1300ms, 1ms);
        meter.finish();
        REQUIRE(meter.best());
        CHECK(meter.best()->index == 0);
        CHECK(meter.last_closed()->index == 0);
    }
    SECTION("two thirds are taken for as long as they lasted") {
        steady(meter, 1s, 1701ms, 1ms);
        meter.finish();
        CHECK(meter.best() == Interval{1, 700, 700'000, 700ms});
        CHECK(meter.best()->goodput() == BitRate{8'000'000});
    }
    SECTION("a single train has no rate") {
        IntervalMeter alone{1s};
        alone.on_datagrams(start, 100, 100'000);
        alone.finish();
        CHECK_FALSE(alone.best());
        CHECK(alone.totals().bytes == 100'000);
    }
    SECTION("several trains with one stamp are the last arrival together") {
        steady(meter, 1s, 1600ms, 10ms);
        meter.on_datagrams(start + 1600ms, 5, 5000);
        meter.on_datagrams(start + 1600ms, 5, 5000);
        meter.finish();
        CHECK(meter.last_closed() == Interval{1, 60, 60'000, 600ms});
    }
}

TEST_CASE("what arrives after the end changes the totals only", "[stats]") {
    IntervalMeter meter{1s};
    steady(meter, 0s, 2s, 10ms);
    meter.finish();
    const auto best = meter.best();
    const auto last = meter.last_closed();
    steady(meter, 2s, 5s, 1ms);
    meter.finish();
    CHECK(meter.best() == best);
    CHECK(meter.last_closed() == last);
    CHECK(meter.totals().packets == 3200);
    CHECK(meter.totals().last_arrival == start + 4999ms);
}

TEST_CASE("stamps that swapped count into the open interval", "[stats]") {
    IntervalMeter meter{1s};
    meter.on_datagrams(start, 1, 1000);
    meter.on_datagrams(start - 1us, 1, 1000); // before the very first
    steady(meter, 10ms, 1s, 10ms);
    meter.on_datagrams(start + 1s, 1, 1000);
    meter.on_datagrams(start + 999ms, 1, 1000); // before the edge, after its successor
    CHECK(meter.last_closed() == Interval{0, 101, 101'000, 1s});
    steady(meter, 1010ms, 2s, 10ms);
    meter.on_datagrams(start + 2s, 1, 1000);
    CHECK(meter.last_closed() == Interval{1, 101, 101'000, 1s});
    CHECK(meter.totals().first_arrival == start - 1us);
    CHECK(meter.totals().packets == 203);

    meter.on_datagrams(start + 2700ms, 7, 7000);
    meter.on_datagrams(start + 2690ms, 1, 1000);
    CHECK(meter.totals().last_arrival == start + 2700ms);
    meter.finish();
    // Of these two the later one ends the interval and is not in it.
    CHECK(meter.last_closed() == Interval{2, 2, 2000, 700ms});
}

TEST_CASE("no arrival is lost or counted twice, and no span is far from nominal", "[stats]") {
    check_property("arrivals at random times, a few of them swapped", [] {
        constexpr Duration dt = 1ms;
        IntervalMeter meter{dt};
        MonoTime now = start;
        std::uint64_t closed_packets = 0;
        std::uint64_t fed = 0;
        std::optional<Interval> last;
        double fastest = 0;
        const auto gaps =
            *rc::gen::container<std::vector<std::int64_t>>(rc::gen::weightedOneOf<std::int64_t>(
                {{1, rc::gen::inRange<std::int64_t>(-5'000, 0)},
                 {20, rc::gen::inRange<std::int64_t>(0, 200'000)},
                 {1, rc::gen::inRange<std::int64_t>(0, 9'000'000)}}));
        for (const std::int64_t gap : gaps) {
            now += Duration{gap};
            const auto packets = *rc::gen::inRange<std::uint64_t>(1, 45);
            meter.on_datagrams(now, packets, packets * 1400);
            fed += packets;
            if (meter.last_closed() == last) continue;
            RC_ASSERT((!last || meter.last_closed()->index > last->index));
            last = meter.last_closed();
            closed_packets += last->packets;
            RC_ASSERT(last->span >= dt - dt / 10);
            RC_ASSERT(last->span <= dt + dt / 10);
            fastest = std::max(fastest, static_cast<double>(last->bytes) / to_seconds(last->span));
        }
        RC_ASSERT(meter.totals().packets == fed);
        RC_ASSERT(closed_packets <= fed);
        RC_ASSERT((gaps.empty() || closed_packets < fed)); // the newest arrival is in the open one
        if (last)
            RC_ASSERT(static_cast<double>(meter.best()->bytes) / to_seconds(meter.best()->span) ==
                      fastest);
    });
}
