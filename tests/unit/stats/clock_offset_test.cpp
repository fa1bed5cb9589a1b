#include "check.hpp"
#include "stats/clock_offset.hpp"

using namespace wyn;
using stats::ClaimedOffset;
using stats::judge_offset;
using stats::OffsetBasis;

TEST_CASE("without a claim the middle is taken, give or take half the round trip", "[stats]") {
    const auto offset = judge_offset(100ms, 10ms, {});
    CHECK(offset.offset == 100ms);
    CHECK(offset.bound == 10ms);
    CHECK(offset.basis == OffsetBasis::half_rtt);
}

TEST_CASE("synchronised clocks are believed when they are better and agree", "[stats]") {
    const auto offset = judge_offset(100ms, 10ms, ClaimedOffset{.offset = 104ms, .error = 400us});
    CHECK(offset.offset == 104ms);
    CHECK(offset.bound == 400us);
    CHECK(offset.basis == OffsetBasis::synchronised);
    // Just outside, but with its own error it may be inside.
    CHECK(judge_offset(100ms, 10ms, ClaimedOffset{.offset = 110'300us, .error = 400us}).basis ==
          OffsetBasis::synchronised);
}

TEST_CASE("clocks that are less sure than the round trip say nothing new", "[stats]") {
    const auto offset = judge_offset(100ms, 10ms, ClaimedOffset{.offset = 104ms, .error = 16s});
    CHECK(offset.offset == 100ms);
    CHECK(offset.bound == 10ms);
    CHECK(offset.basis == OffsetBasis::half_rtt);
}

TEST_CASE("clocks that cannot be right are caught", "[stats]") {
    for (const Duration claim : {89ms, 111ms, -5000ms}) {
        const auto offset =
            judge_offset(100ms, 10ms, ClaimedOffset{.offset = claim, .error = 400us});
        CHECK(offset.offset == 100ms);
        CHECK(offset.bound == 10ms);
        CHECK(offset.basis == OffsetBasis::contradicted);
    }
}

TEST_CASE("hostile claims overflow nothing and win nothing", "[stats]") {
    CHECK(judge_offset(100ms, 10ms, ClaimedOffset{.offset = Duration::min(), .error = 0s}).basis ==
          OffsetBasis::contradicted);
    CHECK(judge_offset(Duration::max(), 10ms, ClaimedOffset{.offset = Duration::min(), .error = 1s})
              .basis == OffsetBasis::contradicted);
    CHECK(
        judge_offset(100ms, 10ms, ClaimedOffset{.offset = 100ms, .error = Duration::max()}).basis ==
        OffsetBasis::half_rtt);
    CHECK(judge_offset(100ms, 10ms, ClaimedOffset{.offset = 100ms, .error = -1ns}).basis ==
          OffsetBasis::half_rtt);
}

TEST_CASE("two wall clocks that agree tell how far the monotonic ones are apart", "[stats]") {
    // Both wall clocks say 1000 s; ours has been up for 900 s then and the server for 300.
    const ClockState near{.discipline = {ClockSync::synchronised, 300us}, .wall_ahead = 100s};
    ClockState far{.discipline = {ClockSync::synchronised, 200us}, .wall_ahead = 700s};
    const auto claimed = stats::claimed_offset(near, far);
    REQUIRE(claimed);
    CHECK(claimed->offset == -600s);
    CHECK(claimed->error == 500us);
    far.discipline.sync = ClockSync::unknown; // chrony without rtcsync: the bound counts
    CHECK(stats::claimed_offset(near, far));
    far.discipline.max_error.reset();
    CHECK_FALSE(stats::claimed_offset(near, far));
    CHECK_FALSE(stats::claimed_offset(near, std::nullopt));
    CHECK_FALSE(stats::claimed_offset(std::nullopt, near));
}

TEST_CASE("each basis has its word", "[stats]") {
    CHECK(name(OffsetBasis::half_rtt) == "half_rtt");
    CHECK(name(OffsetBasis::synchronised) == "synchronised");
    CHECK(name(OffsetBasis::contradicted) == "contradicted");
}
