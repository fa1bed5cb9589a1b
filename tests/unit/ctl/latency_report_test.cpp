#include "check.hpp"
#include "unit/ctl/latency_reports.hpp"

using namespace wyn;
using namespace wyn::ctl;

TEST_CASE("the lowest one-way delays are within their bound of the truth, in opposite senses",
          "[ctl]") {
    const auto check = [](const LatencyReport& report, Duration up, Duration down) {
        const auto lowest = lowest_delays(report);
        REQUIRE(lowest.has_value());
        const auto off = [](Duration one, Duration other) {
            return std::max(one - other, other - one);
        };
        CHECK(off(lowest->up, up) <= lowest->offset.bound);
        CHECK(off(lowest->down, down) <= lowest->offset.bound);
        return lowest->offset;
    };
    const auto of_fit = check(test::measured({.offset = -3600s, .skew = 40e-6}, 3000), 12ms, 8ms);
    CHECK(of_fit.basis == stats::OffsetBasis::half_rtt);
    CHECK(of_fit.bound > 9ms);
    const auto of_clocks = check(test::quiet(), 5800us, 5400us);
    CHECK(of_clocks.basis == stats::OffsetBasis::synchronised);
    CHECK(of_clocks.bound < 200us);
    CHECK(test::troubled().outcome->far_clock->discipline.sync == ClockSync::synchronised);
    const auto of_liars = check(test::troubled(), 5800us, 5400us);
    CHECK(of_liars.basis == stats::OffsetBasis::contradicted);
}

TEST_CASE("of a measurement without a fit no one-way delay is told", "[ctl]") {
    CHECK_FALSE(lowest_delays(LatencyReport{}));
    CHECK_FALSE(lowest_delays(test::measured({.loss_up = 1}, 100)));
}

TEST_CASE("a difference of the two ways is told only beyond what the bound allows", "[ctl]") {
    LowestDelays delays{
        .offset = {.offset = {}, .bound = 1ms, .basis = {}}, .up = 12ms, .down = 8ms};
    CHECK(delays.asymmetry() == 4ms);
    delays.offset.bound = 2ms; // each may be off by 2 ms, in opposite senses
    CHECK_FALSE(delays.asymmetry());
    delays.offset.bound = 1999us;
    CHECK(delays.asymmetry() == 4ms);
    std::swap(delays.up, delays.down);
    CHECK(delays.asymmetry() == -4ms);
}

TEST_CASE("whoever set no end and interrupts has all that was asked for", "[ctl]") {
    LatencyReport report = test::measured({}, 100);
    CHECK_FALSE(judge(report));
    report.outcome->end = wire::End::interrupted;
    CHECK_FALSE(judge(report));
    report.options.count = 200;
    REQUIRE(judge(report));
    CHECK(judge(report)->code == ExitCode::partial);
    CHECK(judge(report)->reason == "interrupted");
    report.options.count.reset();
    report.outcome->end = wire::End::peer_silent;
    REQUIRE(judge(report));
    CHECK(judge(report)->code == ExitCode::partial);
}
