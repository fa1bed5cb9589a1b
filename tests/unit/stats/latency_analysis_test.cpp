#include "check.hpp"
#include "stats/latency_analysis.hpp"
#include "unit/property.hpp"
#include "unit/stats/probe_path.hpp"

#include <rapidcheck.h>

#include <limits>
#include <type_traits>
#include <vector>

using namespace wyn;
using stats::LatencyAnalysis;
using stats::LatencyEvent;
using stats::LatencySummary;
using stats::ProbeFate;
using stats::ProbeRecord;
using test::check_property;
using test::ProbePath;

namespace {

// An analysis and all the events it told.
struct Analysis {
    LatencyAnalysis analysis;
    std::vector<LatencyEvent> events;

    void take(const ProbeRecord& probe) { analysis.record(probe, events); }
    void take(ProbePath& path, int probes) {
        for (int i = 0; i < probes; ++i)
            take(path.next());
    }
    template <typename Event>
    std::vector<Event> all() const {
        std::vector<Event> found;
        for (const LatencyEvent& event : events)
            if (const auto* one = std::get_if<Event>(&event)) found.push_back(*one);
        return found;
    }
};

bool adds_up(const stats::ProbeTally& tally) {
    return tally.sent == tally.returned + tally.lost() &&
           tally.rtt.count() + tally.implausible == tally.returned;
}

} // namespace

TEST_CASE("an analysis of nothing says nothing", "[stats]") {
    Analysis run;
    const LatencySummary summary = run.analysis.summary();
    CHECK(summary.probes.sent == 0);
    CHECK_FALSE(summary.newest_rtt);
    CHECK_FALSE(summary.round_trip.ratio());
    CHECK_FALSE(summary.one_way.clocks);
    CHECK_FALSE(run.analysis.take_interval());
    run.analysis.finish(run.events);
    CHECK(run.events.empty());
}

TEST_CASE("every probe has one fate, and the sums hold", "[stats]") {
    ProbePath path{{.loss_up = 0.05, .loss_down = 0.03}, 1};
    Analysis run;
    run.take(path, 5000);
    const LatencySummary summary = run.analysis.summary();
    CHECK(summary.probes.sent == 5000);
    CHECK(adds_up(summary.probes));
    CHECK(summary.probes.lost_up == summary.up.lost());
    CHECK(summary.probes.lost_down == summary.down.lost());
    CHECK(summary.up.count() == 5000);
    CHECK(summary.down.count() == 5000 - summary.probes.lost_up);
    CHECK(summary.round_trip.lost() == summary.probes.lost());
    CHECK(summary.up.interval()->low < 0.05);
    CHECK(summary.up.interval()->high > 0.05);
    CHECK(summary.down.interval()->low < 0.03);
    CHECK(summary.down.interval()->high > 0.03);
    CHECK(summary.one_way.up.queueing.count() == summary.probes.returned);
    CHECK(summary.reordering_up.received == summary.probes.returned);
    std::uint64_t in_runs = 0;
    for (const auto& run_of_losses : run.all<stats::LossRun>())
        in_runs += run_of_losses.count;
    CHECK(in_runs == summary.probes.lost());
}

TEST_CASE("probes whose fate is open are left out", "[stats]") {
    Analysis run;
    run.take({.number = 0, .fate = ProbeFate::pending});
    CHECK(run.analysis.summary().probes.sent == 0);
}

TEST_CASE("a loss that nobody can place is in no direction", "[stats]") {
    Analysis run;
    ProbePath path{{}, 1};
    run.take(path, 100);
    ProbeRecord probe = path.next();
    probe.fate = ProbeFate::lost;
    run.take(probe);
    const LatencySummary summary = run.analysis.summary();
    CHECK(summary.probes.lost_unknown == 1);
    CHECK(summary.round_trip.lost() == 1);
    CHECK(summary.up.lost() == 0);
    CHECK(summary.up.unknown() == 1);
    CHECK(summary.down.unknown() == 1);
}

TEST_CASE("an interval has what was recorded since the last one", "[stats]") {
    ProbePath path{{.loss_up = 0.1}, 1};
    Analysis run;
    stats::ProbeTally sum;
    for (int second = 0; second < 10; ++second) {
        run.take(path, 100);
        const auto interval = run.analysis.take_interval();
        REQUIRE(interval);
        CHECK(interval->from == ProbePath::origin + second * 1s);
        CHECK(interval->until == ProbePath::origin + second * 1s + 990ms);
        CHECK(interval->probes.sent == 100);
        CHECK(adds_up(interval->probes));
        sum.lost_up += interval->probes.lost_up;
        sum.rtt.merge(interval->probes.rtt);
    }
    CHECK_FALSE(run.analysis.take_interval());
    CHECK(run.analysis.summary().probes.lost_up == sum.lost_up);
    CHECK(run.analysis.summary().probes.rtt.quantile(0.9) == sum.rtt.quantile(0.9));
}

TEST_CASE("reordering is charged to the direction in which it was", "[stats]") {
    Analysis run;
    const auto probe = [&](std::uint32_t number, Duration up, Duration down) {
        const MonoTime sent{1000s + number * 10ms};
        const auto stamp = [](MonoTime time) { return Stamp{time, StampOrigin::kernel}; };
        run.take({.number = number,
                  .fate = ProbeFate::returned,
                  .planned = sent,
                  .handed = sent,
                  .sent = stamp(sent),
                  .far_received = stamp(sent + up + 9s),
                  .far_sent = stamp(sent + up + 9s),
                  .received = stamp(sent + up + down),
                  .read = sent + up + down});
    };
    for (std::uint32_t i = 0; i < 100; ++i) {
        const bool late_up = i == 20;
        const bool late_down = i == 50 || i == 51;
        probe(i, late_up ? 45ms : 10ms, late_down ? 60ms : 10ms);
    }
    const LatencySummary summary = run.analysis.summary();
    CHECK(summary.reordering_up.reordered == 1);
    CHECK(summary.reordering_up.largest_extent == 3);
    CHECK(summary.reordering_up.latest == 5ms + 20ms);
    CHECK(summary.reordering_down.reordered == 2);
    CHECK(run.all<stats::Reordered>().empty()); // not yet judged
    probe(1000, 10ms, 10ms);
    const auto reordered = run.all<stats::Reordered>();
    REQUIRE(reordered.size() == 3);
    CHECK(reordered[0].way == stats::Way::up);
    CHECK(reordered[0].displacement.number == 20);
    CHECK(reordered[0].displacement.at == MonoTime{1000s + 200ms});
    CHECK(reordered[1].way == stats::Way::down);
}

TEST_CASE("further copies of an echo are counted apart", "[stats]") {
    ProbePath path{{}, 1};
    Analysis run;
    for (int i = 0; i < 100; ++i) {
        ProbeRecord probe = path.next();
        if (i % 10 == 0) probe.duplicates = 2;
        run.take(probe);
    }
    CHECK(run.analysis.summary().probes.duplicated == 10);
    CHECK(run.analysis.summary().probes.copies == 20);
    CHECK(run.analysis.summary().probes.returned == 100);
}

TEST_CASE("what the hosts added is kept apart from the network", "[stats]") {
    ProbePath path{{}, 1};
    Analysis run;
    for (int i = 0; i < 200; ++i) {
        ProbeRecord probe = path.next();
        if (i >= 100) probe.sent.origin = probe.received.origin = StampOrigin::user;
        run.take(probe);
    }
    const LatencySummary summary = run.analysis.summary();
    CHECK(summary.host.schedule_lag.count() == 200);
    CHECK(summary.host.schedule_lag.max() == 1us);
    CHECK(summary.host.stack_time.count() == 100); // where there is a stamp of the kernel
    CHECK(summary.host.read_lag.count() == 100);
    CHECK(summary.host.read_lag.max() == 15us);
    CHECK(summary.host.far_turnaround.max() == 20us);
    CHECK(summary.stamps.probes == 200);
    CHECK(summary.stamps.sent == 100);
    CHECK(summary.stamps.received == 100);
    CHECK(summary.stamps.far_received == 200);
    CHECK(summary.stamps.far_sent == 200);
}

TEST_CASE("what happens on the path is told", "[stats]") {
    Analysis run;
    SECTION("another route") {
        ProbePath path{
            {.skew = 40e-6,
             .queue_down = [](Duration at) { return at < 20s ? Duration{0s} : Duration{8ms}; }},
            1};
        run.take(path, 4000);
        const auto shifts = run.all<stats::DelayShift>();
        REQUIRE(shifts.size() == 1);
        CHECK(shifts[0].way == stats::Way::down);
        CHECK(run.analysis.summary().delay_shifts == 1);
        CHECK(run.all<stats::ClockStep>().empty());
    }
    SECTION("a step of a clock, which is no step of the delay") {
        ProbePath path{
            {.step = [](Duration at) { return at < 20s ? Duration{0s} : Duration{80ms}; }}, 1};
        run.take(path, 4000);
        const auto steps = run.all<stats::ClockStep>();
        REQUIRE(steps.size() == 1);
        CHECK(steps[0].size > 79ms);
        CHECK(steps[0].size < 81ms);
        CHECK(run.all<stats::DelayShift>().empty());
        CHECK(run.analysis.summary().one_way.clock_steps == 1);
    }
    SECTION("an outage") {
        ProbePath path{{}, 1};
        run.take(path, 500);
        for (int i = 0; i < 300; ++i) {
            ProbeRecord probe = path.next();
            probe.fate = ProbeFate::lost_back;
            run.take(probe);
        }
        CHECK(run.all<stats::OutageBegan>().size() == 1);
        CHECK(run.all<stats::LossRun>().empty());
        run.take(path, 10);
        const auto runs = run.all<stats::LossRun>();
        REQUIRE(runs.size() == 1);
        CHECK(runs[0].outage);
        CHECK(runs[0].lost_down == 300);
        CHECK(run.analysis.summary().outages == 1);
        CHECK(run.analysis.summary().longest_outage == 3010ms);
    }
    SECTION("losses up to the end") {
        ProbePath path{{}, 1};
        run.take(path, 5);
        ProbeRecord probe = path.next();
        probe.fate = ProbeFate::lost_there;
        run.take(probe);
        run.analysis.finish(run.events);
        REQUIRE(run.all<stats::LossRun>().size() == 1);
        CHECK_FALSE(run.all<stats::LossRun>()[0].ended);
    }
}

TEST_CASE("times that cannot be are counted and poison nothing", "[stats]") {
    constexpr auto extremes = std::to_array<std::int64_t>(
        {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), 0, -1,
         std::int64_t{1} << 59, -(std::int64_t{1} << 59), (std::int64_t{1} << 59) - 1,
         1 - (std::int64_t{1} << 59)});
    check_property("any stamps of the server", [&] {
        SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
        ProbePath path{{}, random.u64()};
        Analysis run;
        const auto lie = [&](MonoTime honest) {
            if (random.chance(0.3)) return honest;
            if (random.chance(0.5)) return MonoTime{Duration{extremes[random.below(8)]}};
            return MonoTime{Duration{static_cast<Duration::rep>(random.u64())}};
        };
        for (int i = 0; i < 2000; ++i) {
            ProbeRecord probe = path.next();
            probe.far_received.time = lie(probe.far_received.time);
            probe.far_sent.time = lie(probe.far_sent.time);
            run.take(probe);
        }
        const LatencySummary summary = run.analysis.summary();
        RC_ASSERT(summary.probes.returned == 2000U);
        RC_ASSERT(adds_up(summary.probes));
        RC_ASSERT(summary.probes.implausible > 0U);
        RC_ASSERT(summary.one_way.without_fit + summary.one_way.up.queueing.count() ==
                  summary.probes.rtt.count());
    });
}
