#include "check.hpp"
#include "stats/clock_steps.hpp"
#include "unit/property.hpp"
#include "unit/stats/probe_path.hpp"

#include <rapidcheck.h>

#include <optional>
#include <vector>

using namespace wyn;
using stats::ClockStepWatch;
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

struct Found {
    std::uint32_t before = 0;
    Duration size{};
};

std::vector<Found> steps_in(const ProbePath::Settings& settings, int probes,
                            std::uint64_t seed = 1) {
    ProbePath path{settings, seed};
    ClockStepWatch watch;
    std::vector<Found> found;
    for (int i = 0; i < probes; ++i) {
        const auto settled = watch.push(sample_of(path.next()));
        if (settled && settled->step != Duration::zero())
            found.push_back({settled->sample.number, settled->step});
    }
    return found;
}

auto step_at(Duration when, Duration size) {
    return [=](Duration at) { return at < when ? Duration::zero() : size; };
}

bool near(Duration one, Duration other, Duration within) {
    return one - other <= within && other - one <= within;
}

} // namespace

TEST_CASE("every probe comes out, in order, once some more are known", "[stats]") {
    ProbePath path{{}, 1};
    ClockStepWatch watch;
    std::uint32_t next = 0;
    for (int i = 0; i < 100; ++i)
        if (const auto settled = watch.push(sample_of(path.next())))
            CHECK(settled->sample.number == next++);
    CHECK(next == 100 - (ClockStepWatch::neighbours - 1));
    CHECK(watch.waiting() == ClockStepWatch::neighbours - 1);
    for (std::size_t i = 0; i < watch.waiting(); ++i)
        CHECK(watch.waiting_at(i).number == next + i);
    while (const auto settled = watch.pop())
        CHECK(settled->sample.number == next++);
    CHECK(next == 100);
    CHECK(watch.waiting() == 0);
}

TEST_CASE("a step is found where it is, with its size", "[stats]") {
    for (const Duration size : {Duration{5ms}, Duration{-5ms}, Duration{250ms}, Duration{-250ms},
                                Duration{3600s}, Duration{-3600s}}) {
        const auto found =
            steps_in({.offset = 77ms, .skew = 50e-6, .step = step_at(3s - 5ms, size)}, 600);
        INFO(size.count());
        REQUIRE(found.size() == 1);
        CHECK(found[0].before >= 298);
        CHECK(found[0].before <= 300);
        CHECK(near(found[0].size, size, 400us));
    }
}

TEST_CASE("each of several steps is found", "[stats]") {
    const auto steps = [](Duration at) { return at / 2s * 40ms; };
    CHECK(steps_in({.step = steps}, 1000).size() == 4);
}

TEST_CASE("a small step is found on a quiet path", "[stats]") {
    const auto found = steps_in({.floor_up = 50us,
                                 .floor_down = 50us,
                                 .jitter_up = 3us,
                                 .jitter_down = 3us,
                                 .step = step_at(1s, 300us)},
                                300);
    REQUIRE(found.size() == 1);
    CHECK(near(found[0].size, 300us, 20us));
}

TEST_CASE("a step larger than the round trip is found under load, too", "[stats]") {
    const auto found = steps_in(
        {.jitter_up = 20ms, .queue_up = queue_between(0s, 10s, 100ms), .step = step_at(3s, 900ms)},
        600);
    REQUIRE(found.size() == 1);
    CHECK(near(found[0].size, 900ms, 60ms));
}

TEST_CASE("queues are no steps", "[stats]") {
    check_property("any load", [] {
        const auto ms = [](int low, int high) { return *rc::gen::inRange(low, high) * 1ms; };
        const Duration change = ms(1000, 3000);
        ProbePath::Settings settings{.jitter_up = ms(0, 5),
                                     .jitter_down = ms(0, 5),
                                     .offset = ms(-250, 250),
                                     .skew = *rc::gen::inRange(-100, 101) * 1e-6};
        // One direction's load ends as the other's begins; both last longer than a probe's
        // interval.
        settings.queue_up = queue_between(500ms, change, ms(15, 200));
        settings.queue_down = queue_between(change, change + 2s, ms(15, 200));
        RC_ASSERT(steps_in(settings, 600, *rc::gen::arbitrary<std::uint64_t>()).empty());
    });
}

TEST_CASE("a longer path in one direction, or in both, is no step", "[stats]") {
    CHECK(steps_in({.queue_up = step_at(2s, 30ms)}, 500).empty());
    CHECK(steps_in({.queue_down = step_at(2s, 30ms)}, 500).empty());
    CHECK(steps_in({.queue_up = step_at(2s, 30ms), .queue_down = step_at(2s, 30ms)}, 500).empty());
}

TEST_CASE("a single wrong time is no step", "[stats]") {
    const auto glitch = [](Duration at) { return at / 10ms == 200 ? Duration{1s} : Duration{0s}; };
    CHECK(steps_in({.step = glitch}, 500).empty());
}

TEST_CASE("clocks that drift between rare probes are not stepped", "[stats]") {
    CHECK(steps_in({.interval = 5s, .skew = 100e-6}, 500).empty());
    CHECK(steps_in({.interval = 5s, .skew = 100e-6, .step = step_at(1000s, 500ms)}, 500).size() ==
          1);
}

TEST_CASE("the largest times overflow no step of a clock", "[stats]") {
    constexpr Duration most{std::int64_t{1} << 60};
    ClockStepWatch watch;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        const Duration sign = i / 100 % 2 == 0 ? most : -most;
        static_cast<void>(watch.push({.number = i,
                                      .sent = MonoTime{i % 7 == 0 ? most : -most},
                                      .received = MonoTime{most},
                                      .there = sign,
                                      .back = i % 3 == 0 ? -sign : sign}));
    }
    CHECK(watch.waiting() == ClockStepWatch::neighbours - 1);
}
