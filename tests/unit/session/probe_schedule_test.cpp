#include "check.hpp"
#include "session/probe_schedule.hpp"

#include <vector>

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};

std::vector<MonoTime> times(ProbeSchedule schedule, std::size_t count) {
    std::vector<MonoTime> all;
    while (all.size() < count)
        all.push_back(schedule.take(schedule.next()).planned);
    return all;
}

} // namespace

TEST_CASE("a periodic schedule keeps its interval from a phase that the seed gives", "[session]") {
    Duration earliest = 1h;
    Duration latest{};
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto all = times({start, 10ms, ProbeTiming::periodic, seed}, 50);
        for (std::size_t i = 1; i < all.size(); ++i)
            REQUIRE(all[i] - all[i - 1] == 10ms);
        earliest = std::min(earliest, all[0] - start);
        latest = std::max(latest, all[0] - start);
    }
    CHECK(earliest >= 0ms);
    CHECK(earliest < 1ms);
    CHECK(latest > 9ms);
    CHECK(latest < 10ms);
}

TEST_CASE("a Poisson schedule has exponential gaps, of five means at most", "[session]") {
    const auto all = times({start, 10ms, ProbeTiming::poisson, 1}, 20'001);
    std::size_t above_mean = 0;
    std::size_t above_two = 0;
    Duration longest{};
    for (std::size_t i = 1; i < all.size(); ++i) {
        const Duration gap = all[i] - all[i - 1];
        REQUIRE(gap >= 0ns);
        above_mean += gap > 10ms ? 1U : 0U;
        above_two += gap > 20ms ? 1U : 0U;
        longest = std::max(longest, gap);
    }
    CHECK(longest == 50ms); // one in 148 is cut
    // exp(-1) and exp(-2) of 20,000, to four standard deviations.
    CHECK(above_mean > 7358 - 273);
    CHECK(above_mean < 7358 + 273);
    CHECK(above_two > 2707 - 194);
    CHECK(above_two < 2707 + 194);
}

TEST_CASE("the same seed gives the same schedule, another seed another one", "[session]") {
    const ProbeSchedule one{start, 10ms, ProbeTiming::poisson, 5};
    CHECK(times(one, 100) == times({start, 10ms, ProbeTiming::poisson, 5}, 100));
    CHECK(times(one, 100) != times({start, 10ms, ProbeTiming::poisson, 6}, 100));
}

TEST_CASE("of several times that have passed the newest is taken and the rest are skipped",
          "[session]") {
    for (const ProbeTiming timing : {ProbeTiming::periodic, ProbeTiming::poisson}) {
        const ProbeSchedule schedule{start, 10ms, timing, 3};
        const auto all = times(schedule, 20);
        ProbeSchedule late = schedule;
        const ProbeSchedule::Slot slot = late.take(all[9]);
        CHECK(slot.planned == all[9]);
        CHECK(slot.skipped == 9);
        CHECK(late.next() == all[10]); // nothing has moved
    }
}
