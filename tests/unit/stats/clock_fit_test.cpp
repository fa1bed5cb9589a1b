#include "check.hpp"
#include "stats/clock_fit.hpp"
#include "unit/property.hpp"
#include "unit/stats/probe_path.hpp"

#include <rapidcheck.h>

#include <cmath>
#include <vector>

using namespace wyn;
using stats::ClockEvidence;
using stats::ClockFit;
using stats::fit_clocks;
using test::check_property;
using test::ProbePath;
using test::queue_between;

namespace {

constexpr double ppm = 1e-6;

double ns(Duration duration) {
    return static_cast<double>(duration.count());
}

// What a measurement of some length gives, and how far the truth lies from it at the worst of
// times.
struct Outcome {
    ClockFit fit;
    double worst_error_ns = 0;
};

Outcome measure(const ProbePath::Settings& settings, Duration length, std::uint64_t seed = 1) {
    ProbePath path{settings, seed};
    ClockEvidence evidence;
    Duration base{};
    MonoTime last{};
    for (Duration since{}; since < length; since += settings.interval) {
        const auto probe = path.next();
        if (since == Duration::zero()) base = probe.there();
        evidence.add(ns(probe.sent.time - ProbePath::origin),
                     ns(probe.received.time - ProbePath::origin), ns(probe.there() - base),
                     ns(probe.back() + base));
        last = probe.received.time;
    }
    const auto fit = fit_clocks(evidence);
    REQUIRE(fit);
    Outcome outcome{.fit = *fit};
    for (Duration since{}; since <= last - ProbePath::origin; since += 100ms) {
        const double believed = ns(base) + fit->offset_ns(ns(since));
        const double truth = path.true_offset_ns(ProbePath::origin + since);
        outcome.worst_error_ns = std::max(outcome.worst_error_ns, std::abs(believed - truth));
    }
    return outcome;
}

constexpr double half_rtt_ns = 10e6; // of the path as it is by default
constexpr double half_asymmetry_ns = 2e6;

} // namespace

TEST_CASE("on an idle path the skew is found, and the offset but for the asymmetry", "[stats]") {
    const Outcome ten = measure({.offset = 100ms, .skew = 23 * ppm}, 10s);
    CHECK(std::abs(ten.fit.skew - 23 * ppm) < 1 * ppm);
    CHECK(std::abs(ten.fit.half_gap_ns - half_rtt_ns) < 50e3);
    CHECK(std::abs(ten.worst_error_ns - half_asymmetry_ns) < 50e3);
    CHECK(ten.worst_error_ns <= ten.fit.bound_ns);
    CHECK(ten.fit.least_skew <= 23 * ppm);
    CHECK(ten.fit.most_skew >= 23 * ppm);
    const Outcome two = measure({.offset = 100ms, .skew = 23 * ppm}, 2s);
    CHECK(std::abs(two.fit.skew - 23 * ppm) < 10 * ppm);
    CHECK(two.worst_error_ns <= two.fit.bound_ns);
}

TEST_CASE("a queue in one direction is not taken for skew", "[stats]") {
    SECTION("for some of the time") {
        const Outcome some =
            measure({.skew = 23 * ppm, .queue_up = queue_between(3s, 13s, 60ms)}, 16s);
        CHECK(std::abs(some.fit.skew - 23 * ppm) < 1 * ppm);
        CHECK(some.worst_error_ns < half_asymmetry_ns + 50e3);
        CHECK(some.worst_error_ns <= some.fit.bound_ns);
    }
    SECTION("all the time, while it grows and swings") {
        const auto queue = [](Duration at) {
            return 20ms + at / 500 + Duration{std::llround(5e6 * std::sin(to_seconds(at) * 3))};
        };
        const Outcome all = measure({.jitter_up = 5ms, .skew = 23 * ppm, .queue_up = queue}, 10s);
        CHECK(std::abs(all.fit.skew - 23 * ppm) < 2 * ppm);
        CHECK(all.worst_error_ns <= all.fit.bound_ns);
        CHECK(all.fit.bound_ns > half_rtt_ns + 5e6); // and that it is less sure is said
    }
    SECTION("in both") {
        const Outcome both = measure({.skew = -40 * ppm,
                                      .queue_up = queue_between(2s, 12s, 60ms),
                                      .queue_down = queue_between(2s, 12s, 30ms)},
                                     14s);
        CHECK(std::abs(both.fit.skew + 40 * ppm) < 1 * ppm);
        CHECK(both.worst_error_ns < half_asymmetry_ns + 50e3);
    }
}

TEST_CASE("the truth is within the bound, whatever the path and the clocks", "[stats]") {
    check_property("offsets of 250 ms, skews of 100 ppm, any load", [] {
        const auto ms = [](int low, int high) { return *rc::gen::inRange(low, high) * 1ms; };
        const auto us = [](int low, int high) { return *rc::gen::inRange(low, high) * 1us; };
        const Duration length = ms(20, 20'000);
        ProbePath::Settings settings{.interval = us(1000, 100'000),
                                     .floor_up = us(5, 50'000),
                                     .floor_down = us(5, 50'000),
                                     .jitter_up = us(1, 3000),
                                     .jitter_down = us(1, 3000),
                                     .offset = ms(-250, 250),
                                     .skew = *rc::gen::inRange(-100, 101) * ppm};
        const int load = *rc::gen::inRange(0, 4);
        const auto queue = [&] { return queue_between(ms(0, 10'000), ms(0, 20'000), ms(1, 200)); };
        if ((load & 1) != 0) settings.queue_up = queue();
        if ((load & 2) != 0) settings.queue_down = queue();
        const Outcome outcome = measure(settings, length, *rc::gen::arbitrary<std::uint64_t>());
        RC_ASSERT(outcome.worst_error_ns <= outcome.fit.bound_ns + 1);
        RC_ASSERT(outcome.fit.half_gap_ns >= 0);
        RC_ASSERT(outcome.fit.bound_ns >= outcome.fit.half_gap_ns - 1);
        RC_ASSERT(settings.skew >= outcome.fit.least_skew);
        RC_ASSERT(settings.skew <= outcome.fit.most_skew);
    });
}

TEST_CASE("no fit has queueing delays below zero", "[stats]") {
    ProbePath path{{.offset = 30ms, .skew = 80 * ppm, .queue_up = queue_between(1s, 2s, 50ms)}, 9};
    ClockEvidence evidence;
    std::vector<stats::ProbeRecord> probes;
    for (int i = 0; i < 500; ++i) {
        probes.push_back(path.next());
        const auto& probe = probes.back();
        evidence.add(ns(probe.sent.time - ProbePath::origin),
                     ns(probe.received.time - ProbePath::origin), ns(probe.there()),
                     ns(probe.back()));
    }
    const auto fit = fit_clocks(evidence);
    REQUIRE(fit);
    double least_up = 1e18;
    double least_down = 1e18;
    for (const auto& probe : probes) {
        const double up = ns(probe.there()) - fit->there_floor_ns -
                          fit->skew * ns(probe.sent.time - ProbePath::origin);
        const double down = ns(probe.back()) - fit->back_floor_ns +
                            fit->skew * ns(probe.received.time - ProbePath::origin);
        least_up = std::min(least_up, up);
        least_down = std::min(least_down, down);
    }
    CHECK(std::abs(least_up) < 1e-3);
    CHECK(std::abs(least_down) < 1e-3);
}

TEST_CASE("one probe is enough for an offset and its bound", "[stats]") {
    ClockEvidence evidence;
    CHECK_FALSE(fit_clocks(evidence));
    evidence.add(0, 20e6, 112e6, -92e6); // 12 and 8 ms, 100 ms apart
    const auto fit = fit_clocks(evidence);
    REQUIRE(fit);
    CHECK(fit->skew == 0); // nothing is known of it, and then it is none
    CHECK(fit->offset_ns(0) == 102e6);
    CHECK(fit->half_gap_ns == 10e6);
    CHECK(fit->bound_ns >= 10e6);
    CHECK(fit->bound_ns < 10.1e6);
}

TEST_CASE("where no straight line fits there is no fit", "[stats]") {
    ClockEvidence evidence;
    SECTION("a clock was stepped by more than a round trip") {
        for (int i = 0; i < 100; ++i) {
            const double step = i < 50 ? 0 : 300e6;
            evidence.add(i * 1e7, i * 1e7 + 20e6, 12e6 + step, 8e6 - step);
        }
        CHECK_FALSE(fit_clocks(evidence));
    }
    SECTION("the round trip is said to have been negative") {
        evidence.add(0, 1e6, -5e6, 4e6);
        CHECK_FALSE(fit_clocks(evidence));
    }
    SECTION("the clock runs faster than any clock does") {
        for (int i = 0; i < 1000; ++i)
            evidence.add(i * 1e7, i * 1e7 + 2e6, 1e6 + i * 1e4, 1e6 - i * 1e4);
        CHECK_FALSE(fit_clocks(evidence));
    }
}

TEST_CASE("hostile times give no fit or a finite one", "[stats]") {
    check_property("any times of an uptime", [] {
        SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
        ClockEvidence evidence;
        const auto any = [&random] {
            const double magnitude = std::ldexp(1.0, static_cast<int>(random.below(62)));
            return (random.unit() * 2 - 1) * magnitude;
        };
        for (int i = 0; i < 300; ++i)
            evidence.add(i * 1e7, i * 1e7 + random.unit() * 1e9, any(), any());
        const auto fit = fit_clocks(evidence);
        if (!fit) return;
        for (const double value :
             {fit->skew, fit->there_floor_ns, fit->back_floor_ns, fit->half_gap_ns, fit->bound_ns,
              fit->least_skew, fit->most_skew})
            RC_ASSERT(std::isfinite(value));
    });
}
