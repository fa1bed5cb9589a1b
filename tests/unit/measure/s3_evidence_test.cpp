// What shows S3 that a path was full.
#include "check.hpp"
#include "measure/s3_evidence.hpp"
#include "unit/measure/steps.hpp"

using namespace wyn;
using namespace wyn::measure;
using test::Steps;

namespace {

constexpr double capacity = 8e6;

struct Judge {
    PathBase base{.delay = 10ms, .packet_bytes = Steps::packet_bytes}; // threshold: 3 ms
    S3Evidence evidence{base};
    Steps steps;

    Evidence newest() const { return evidence.of(steps.step(steps.newest()), capacity); }
    bool is_void() const { return evidence.is_void(steps.step(steps.newest()), capacity); }
};

} // namespace

TEST_CASE("a queue shows when even the quickest datagram stood in it", "[measure]") {
    Judge judge;
    judge.steps.pass({.delay = 12ms, .last_delay = 30ms});
    CHECK(judge.newest().queue == 2ms);
    CHECK_FALSE(judge.newest().any());
    judge.steps.pass({.delay = 12'200us, .last_delay = 30ms});
    CHECK(judge.newest().queue_visible);
}

TEST_CASE("loss shows a full path only as far as it exceeds that of an empty one", "[measure]") {
    Judge judge;
    judge.steps.pass({.loss = 0.05});
    CHECK(judge.newest().loss_visible);
    judge.evidence.set_loss_floor(0.03);
    CHECK_FALSE(judge.newest().loss_visible);
    CHECK(judge.newest().excess_loss == Approx(0.02));
}

TEST_CASE("a step in which the receiver's socket overflowed says nothing", "[measure]") {
    Judge judge;
    judge.steps.pass({.delay = 40ms, .receiver_dropped = true});
    CHECK(judge.is_void());
}

TEST_CASE("a sender that was late says nothing, unless there was a queue all the time",
          "[measure]") {
    Judge judge;
    judge.steps.pass({.latest = 5ms});
    CHECK_FALSE(judge.is_void());
    judge.steps.pass({.latest = 9ms});
    CHECK(judge.is_void());
    judge.steps.pass({.delay = 20ms, .latest = 9ms});
    CHECK_FALSE(judge.is_void());
    judge.steps.pass({.is_cut = true});
    CHECK(judge.is_void());
}

TEST_CASE("several steps are judged as one, when none of them is void", "[measure]") {
    Judge judge;
    judge.steps.pass({.mbits = 10, .arrived_mbits = 8, .delay = 14ms});
    judge.steps.pass({.mbits = 10, .arrived_mbits = 8, .delay = 22ms});
    CHECK_FALSE(judge.evidence.over(judge.steps.book, 1, 2, capacity).has_value());
    judge.steps.finish();
    const auto passage = judge.evidence.over(judge.steps.book, 1, 2, capacity);
    REQUIRE(passage.has_value());
    CHECK(passage->offered.bps() == Approx(10e6));
    CHECK(passage->got.bps() == Approx(8e6));
    CHECK(passage->lowest_queue == 4ms);
    CHECK(passage->always_queue);
    CHECK(passage->any_evidence);
    judge.steps.pass({.receiver_dropped = true});
    judge.steps.finish();
    CHECK_FALSE(judge.evidence.over(judge.steps.book, 2, 4, capacity).has_value());
}

TEST_CASE("the newest step that is over is the one before the newest", "[measure]") {
    Steps steps;
    CHECK(newest_over(steps.book, 1) == 0);
    steps.pass(3, {});
    CHECK(newest_over(steps.book, 1) == 2);
    CHECK(newest_over(steps.book, 3) == 0);
}
