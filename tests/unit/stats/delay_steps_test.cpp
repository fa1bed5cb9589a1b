#include "check.hpp"
#include "stats/delay_steps.hpp"
#include "unit/stats/probe_path.hpp"

#include <vector>

using namespace wyn;
using stats::DelayStep;
using stats::DelayStepWatch;
using test::ProbePath;
using test::queue_between;

namespace {

std::vector<DelayStep> steps_in(const ProbePath::Settings& settings, Duration length,
                                std::uint64_t seed = 1) {
    ProbePath path{settings, seed};
    DelayStepWatch watch;
    std::vector<DelayStep> found;
    for (Duration since{}; since < length; since += settings.interval) {
        const auto probe = path.next();
        if (const auto step = watch.record({.number = probe.number,
                                            .sent = probe.sent.time,
                                            .received = probe.received.time,
                                            .there = probe.there(),
                                            .back = probe.back()}))
            found.push_back(*step);
    }
    return found;
}

bool near(auto one, decltype(one) other, Duration within) {
    return one - other <= within && other - one <= within;
}

auto from_on(Duration when, Duration more) {
    return [=](Duration at) { return at < when ? Duration::zero() : more; };
}

} // namespace

TEST_CASE("a steady path has no step, however much it jitters", "[stats]") {
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        CHECK(steps_in({.jitter_up = 5ms, .jitter_down = 3ms}, 120s, seed).empty());
}

TEST_CASE("another route is a step, found after three seconds, in its direction", "[stats]") {
    const auto steps = steps_in({.offset = 9s, .skew = 50e-6, .queue_up = from_on(20s, 5ms)}, 40s);
    REQUIRE(steps.size() == 1);
    CHECK(near(steps[0].from, 20ms, 200us));
    CHECK(near(steps[0].to, 25ms, 200us));
    CHECK(near(steps[0].at, ProbePath::origin + 20s, 1100ms));
    CHECK(near(steps[0].there, 5ms, 400us));
    CHECK(near(steps[0].back, 0ms, 400us));
    CHECK(steps[0].apart >= 1s);
    CHECK(steps[0].apart <= 4s);
}

TEST_CASE("a step down is a step, too", "[stats]") {
    const auto steps = steps_in({.queue_down = from_on(20s, -3ms)}, 40s);
    REQUIRE(steps.size() == 1);
    CHECK(near(steps[0].to, 17ms, 200us));
    CHECK(near(steps[0].back, -3ms, 300us));
    CHECK(near(steps[0].there, 0ms, 300us));
}

TEST_CASE("a queue that stands is a step up and a step down", "[stats]") {
    const auto steps = steps_in({.queue_up = queue_between(20s, 30s, 80ms)}, 60s);
    REQUIRE(steps.size() == 2);
    CHECK(near(steps[0].to, 100ms, 1ms));
    CHECK(near(steps[1].from, 100ms, 1ms));
    CHECK(near(steps[1].to, 20ms, 1ms));
}

TEST_CASE("what lasts for less than three seconds is none", "[stats]") {
    CHECK(steps_in({.queue_up = queue_between(20s, 21s, 80ms)}, 60s).empty());
}

TEST_CASE("a change that is small for this path is none", "[stats]") {
    CHECK(steps_in({.queue_up = from_on(20s, 1ms)}, 60s).empty()); // of 20 ms
    const auto steps = steps_in({.floor_up = 100us,
                                 .floor_down = 100us,
                                 .jitter_up = 2us,
                                 .jitter_down = 2us,
                                 .queue_up = from_on(20s, 100us)},
                                60s);
    CHECK(steps.size() == 1);
}

TEST_CASE("probes that are rare make longer blocks", "[stats]") {
    const auto steps = steps_in({.interval = 1s, .queue_up = from_on(200s, 10ms)}, 600s);
    REQUIRE(steps.size() == 1);
    CHECK(near(steps[0].at, ProbePath::origin + 200s, 11s));
}

TEST_CASE("after a step of the clock the direction is not known", "[stats]") {
    ProbePath path{{.queue_up = from_on(10s, 10ms)}, 1};
    DelayStepWatch watch;
    std::optional<DelayStep> found;
    for (int i = 0; i < 2000; ++i) {
        const auto probe = path.next();
        if (i == 1050) watch.forget_directions();
        const auto step = watch.record({.number = probe.number,
                                        .sent = probe.sent.time,
                                        .received = probe.received.time,
                                        .there = probe.there(),
                                        .back = probe.back()});
        if (step) found = step;
    }
    REQUIRE(found);
    CHECK(near(found->to, 30ms, 200us));
    CHECK(found->there == 0s);
    CHECK(found->back == 0s);
}

TEST_CASE("the largest round trips overflow no level", "[stats]") {
    constexpr Duration most{std::int64_t{1} << 59};
    DelayStepWatch watch;
    for (int i = 0; i < 5000; ++i)
        static_cast<void>(watch.record({.number = static_cast<std::uint32_t>(i),
                                        .sent = MonoTime{i * 100ms},
                                        .received = MonoTime{most},
                                        .there = i / 50 % 2 == 0 ? most : -most,
                                        .back = i / 80 % 2 == 0 ? most : -most}));
    CHECK(watch.record({}) == std::nullopt);
}
