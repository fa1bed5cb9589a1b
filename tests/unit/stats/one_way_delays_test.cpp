#include "check.hpp"
#include "stats/one_way_delays.hpp"
#include "unit/property.hpp"
#include "unit/stats/probe_path.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

using namespace wyn;
using stats::OneWayDelays;
using stats::OneWayPicture;
using stats::OneWaySample;
using test::check_property;
using test::ProbePath;
using test::queue_between;

namespace {

OneWaySample sample_of(const stats::ProbeRecord& probe) {
    return {.number = probe.number,
            .sent = probe.sent.time,
            .received = probe.received.time,
            .there = probe.there(),
            .back = probe.back()};
}

Duration magnitude(Duration value) {
    return std::max(value, -value);
}

// A measurement with the truth beside it: the delays in each direction above the lowest one.
struct Measured {
    OneWayPicture picture;
    std::vector<Duration> up; // sorted
    std::vector<Duration> down;
    double true_offset_ns = 0; // when the last probe was sent
    std::vector<OneWayDelays::Step> steps;
};

Measured measure(const ProbePath::Settings& settings, Duration length, std::uint64_t seed = 1) {
    ProbePath path{settings, seed};
    OneWayDelays delays;
    Measured measured;
    for (Duration since{}; since < length; since += settings.interval) {
        const auto probe = path.next();
        if (probe.fate != stats::ProbeFate::returned) continue;
        if (const auto step = delays.record(sample_of(probe))) measured.steps.push_back(*step);
        measured.up.push_back(path.newest_up());
        measured.down.push_back(path.newest_down());
    }
    measured.true_offset_ns = path.true_offset_ns(path.newest_sent());
    for (auto* const direction : {&measured.up, &measured.down}) {
        std::ranges::sort(*direction);
        const Duration lowest = direction->front();
        for (Duration& delay : *direction)
            delay -= lowest;
    }
    measured.picture = delays.picture();
    return measured;
}

// Every tenth of a percent, to within 1 % of the histogram and `within`.
void check_queueing(const std::vector<Duration>& truth, const stats::Histogram& found,
                    Duration within) {
    REQUIRE(found.count() == truth.size());
    for (std::uint64_t permille = 1; permille <= 1000; ++permille) {
        const double q = static_cast<double>(permille) / 1000;
        const Duration exact = truth[stats::nearest_rank(q, truth.size()) - 1];
        const Duration away = magnitude(found.quantile(q).value_or(-1h) - exact);
        if (away <= exact / 100 + within) continue;
        INFO("q " << q << " exact " << exact.count() << " away " << away.count());
        CHECK(away <= exact / 100 + within);
    }
}

bool offset_is_within_bound(const Measured& measured) {
    const double believed = static_cast<double>(measured.picture.clocks->offset.count());
    return std::abs(believed - measured.true_offset_ns) <=
           static_cast<double>(measured.picture.clocks->bound.count());
}

} // namespace

TEST_CASE("without probes there is no picture", "[stats]") {
    const auto picture = OneWayDelays{}.picture();
    CHECK_FALSE(picture.clocks);
    CHECK_FALSE(picture.up.lowest);
    CHECK(picture.up.queueing.count() == 0);
    CHECK(picture.without_fit == 0);
}

TEST_CASE("a handful of probes is pictured as well", "[stats]") {
    const Measured few = measure({.offset = 3600s}, 50ms);
    CHECK(few.picture.up.queueing.count() == 5);
    REQUIRE(few.picture.clocks);
    CHECK(offset_is_within_bound(few));
    CHECK(few.picture.up.variation.count() == 4);
}

TEST_CASE("queueing delay is exact on unsynchronised and drifting clocks", "[stats]") {
    const ProbePath::Settings settings{.offset = -250ms,
                                       .skew = 90e-6,
                                       .queue_up = queue_between(3s, 10s, 60ms),
                                       .queue_down = queue_between(8s, 12s, 25ms)};
    const Measured measured = measure(settings, 16s);
    check_queueing(measured.up, measured.picture.up.queueing, 20us);
    check_queueing(measured.down, measured.picture.down.queueing, 20us);
    REQUIRE(measured.picture.clocks);
    CHECK(std::abs(measured.picture.clocks->skew - 90e-6) < 1e-6);
    CHECK(offset_is_within_bound(measured));
    CHECK(measured.picture.clock_steps == 0);
}

TEST_CASE("the lowest delays add up to the lowest round trip and hold the offset", "[stats]") {
    const Measured measured = measure({.jitter_up = 10us, .jitter_down = 10us, .offset = 5s}, 5s);
    REQUIRE(measured.picture.up.lowest);
    REQUIRE(measured.picture.down.lowest);
    CHECK(magnitude(*measured.picture.up.lowest - 5s - 12ms) < 50us);
    CHECK(magnitude(*measured.picture.down.lowest + 5s - 8ms) < 50us);
    CHECK(magnitude(measured.picture.clocks->half_gap - 10ms) < 50us);
}

TEST_CASE("a stream far longer than what is kept is measured as well", "[stats]") {
    // 20 minutes, of which 60 s are kept; the temperature of a crystal is not modelled.
    const ProbePath::Settings settings{
        .interval = 20ms, .offset = 100ms, .skew = -60e-6, .queue_up = [](Duration at) {
            return at % 30s < 5s ? Duration{15ms} : Duration::zero();
        }};
    const Measured measured = measure(settings, 1200s);
    check_queueing(measured.up, measured.picture.up.queueing, 60us);
    check_queueing(measured.down, measured.picture.down.queueing, 60us);
    CHECK(offset_is_within_bound(measured));
    CHECK(measured.picture.clocks->covers <= 2 * OneWayDelays::window + 1s);
}

TEST_CASE("a stream faster than its memory is measured by what is in sight", "[stats]") {
    const ProbePath::Settings settings{.interval = 200us,
                                       .floor_up = 100us,
                                       .floor_down = 80us,
                                       .jitter_up = 10us,
                                       .jitter_down = 10us,
                                       .skew = 30e-6};
    const Measured measured = measure(settings, 10s); // 50,000 probes
    check_queueing(measured.up, measured.picture.up.queueing, 5us);
    CHECK(offset_is_within_bound(measured));
}

TEST_CASE("probes that are rare are measured too", "[stats]") {
    const Measured measured = measure({.interval = 10s, .offset = 1s, .skew = 20e-6}, 3600s);
    CHECK(measured.picture.up.queueing.count() == 360);
    CHECK(offset_is_within_bound(measured));
}

TEST_CASE("a step of a clock splits the stream and spoils neither side", "[stats]") {
    const ProbePath::Settings settings{.skew = 50e-6, .step = [](Duration at) {
                                           return at < 5s ? Duration::zero() : Duration{-180ms};
                                       }};
    const Measured measured = measure(settings, 10s);
    REQUIRE(measured.steps.size() == 1);
    CHECK(measured.steps[0].before_number >= 498);
    CHECK(measured.steps[0].before_number <= 500);
    CHECK(magnitude(measured.steps[0].size + 180ms) < 500us);
    CHECK(measured.picture.clock_steps == 1);
    check_queueing(measured.up, measured.picture.up.queueing, 40us);
    check_queueing(measured.down, measured.picture.down.queueing, 40us);
    CHECK(offset_is_within_bound(measured));
    // Of neighbours on both sides of it nothing is said.
    CHECK(measured.picture.up.variation.count() == 998);
}

TEST_CASE("variation is between neighbours that both returned", "[stats]") {
    OneWayDelays delays;
    const auto probe = [&](std::uint32_t number, Duration up, Duration down) {
        const MonoTime sent{1000s + number * 10ms};
        static_cast<void>(delays.record({.number = number,
                                         .sent = sent,
                                         .received = sent + up + down,
                                         .there = up + 7s,
                                         .back = down - 7s}));
    };
    probe(1, 10ms, 5ms);
    probe(2, 12ms, 5ms);
    probe(4, 20ms, 5ms); // 3 was lost
    probe(5, 17ms, 9ms);
    const auto picture = delays.picture();
    CHECK(picture.up.variation.count() == 2);
    CHECK(magnitude(*picture.up.variation.min() + 3ms) < 10us);
    CHECK(magnitude(*picture.up.variation.max() - 2ms) < 10us);
    CHECK(magnitude(*picture.down.variation.max() - 4ms) < 10us);
    CHECK(picture.up.newest_queueing > 6ms);
}

TEST_CASE("the newest values are at hand, in order", "[stats]") {
    ProbePath path{{}, 3};
    OneWayDelays delays;
    std::vector<Duration> rtts;
    for (int i = 0; i < 300; ++i) {
        const auto probe = path.next();
        static_cast<void>(delays.record(sample_of(probe)));
        rtts.push_back(probe.rtt());
    }
    const auto newest = delays.newest();
    CHECK(newest.rtt == rtts);
    CHECK(newest.up.size() == 300);
    CHECK(newest.down.size() == 300);
    CHECK(*std::ranges::min_element(newest.up) == 0s);
    CHECK(std::abs(delays.skew()) < 10e-6);
}

TEST_CASE("times that no pair of clocks can have are counted and not used", "[stats]") {
    OneWayDelays delays;
    SeededRandom random{4};
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        const MonoTime sent{1000s + i * 10ms};
        const Duration lie{static_cast<Duration::rep>(random.below(1'000'000'000'000))};
        static_cast<void>(delays.record({.number = i,
                                         .sent = sent,
                                         .received = sent + 20ms,
                                         .there = lie,
                                         .back = 20ms - lie}));
    }
    const auto picture = delays.picture();
    CHECK(picture.without_fit + picture.up.queueing.count() == 20'000);
    CHECK(picture.without_fit > 15'000);
}

TEST_CASE("one lie among true times costs what is in sight and no more", "[stats]") {
    ProbePath path{{}, 5};
    OneWayDelays delays;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        auto sample = sample_of(path.next());
        if (i == 100) sample.there -= 10s, sample.back += 10s;
        static_cast<void>(delays.record(sample));
    }
    const auto picture = delays.picture();
    CHECK(picture.clocks.has_value());
    CHECK(picture.without_fit > 0);
    CHECK(picture.without_fit <= OneWayDelays::most_kept);
    CHECK(picture.without_fit + picture.up.queueing.count() == 20'000);
}

TEST_CASE("the truth is within the bound for streams of any length and load", "[stats]") {
    check_property("any", [] {
        const auto ms = [](int low, int high) { return *rc::gen::inRange(low, high) * 1ms; };
        ProbePath::Settings settings{.interval = ms(10, 200),
                                     .floor_up = ms(0, 50) + 5us,
                                     .floor_down = ms(0, 50) + 5us,
                                     .jitter_up = ms(0, 3),
                                     .jitter_down = ms(0, 3),
                                     .offset = ms(-250, 250),
                                     .skew = *rc::gen::inRange(-100, 101) * 1e-6,
                                     .loss_up = *rc::gen::inRange(0, 20) / 100.0};
        settings.queue_up = queue_between(ms(0, 100'000), ms(0, 200'000), ms(0, 200));
        settings.queue_down = queue_between(ms(0, 100'000), ms(0, 200'000), ms(0, 200));
        const Measured measured =
            measure(settings, ms(100, 200'000), *rc::gen::arbitrary<std::uint64_t>());
        if (measured.up.empty()) return;
        RC_ASSERT(measured.picture.clocks.has_value());
        RC_ASSERT(offset_is_within_bound(measured));
        RC_ASSERT(measured.picture.clock_steps == 0U);
        RC_ASSERT(measured.picture.up.queueing.count() == measured.up.size());
        RC_ASSERT(measured.picture.largest_bound >= measured.picture.clocks->bound);
    });
}
