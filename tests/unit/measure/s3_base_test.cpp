// What S3 learns of a path while it is empty.
#include "check.hpp"
#include "measure/s3_base.hpp"

#include <vector>

using namespace wyn;
using namespace wyn::measure;

namespace {

constexpr S3Packets packets{.largest = 1500, .header_bytes = 28};
constexpr Duration none{-1};

// The base phase, sent from step 1 on, and back with these delays of its probes; `none`: lost.
struct BasePhase {
    explicit BasePhase(const std::vector<Duration>& delays, std::uint64_t of_train = 10) {
        for (std::uint32_t i = 0; i < S3Base::steps; ++i) {
            const S3Step step = base.next(i, 20ms);
            book.open(i + 1, step.ip_bps, step.packet_bytes);
            StepOutcome outcome{.id = i + 1, .sent = step.most_packets};
            if (i < delays.size() && delays[i] != none) {
                outcome.received = 1;
                outcome.lowest_delay = outcome.last_delay = delays[i];
            } else if (i == delays.size()) {
                outcome.received = of_train;
                outcome.first_arrival = MonoTime{1s};
                outcome.span = 9ms; // nine packets of 556 bytes: 4.448 Mbit/s
            }
            outcomes.push_back(outcome);
        }
        observation.steps = outcomes;
        book.update(observation);
    }
    std::optional<PathBase> result() const { return base.result(book, 1); }
    bool is_over(Duration quiet) {
        observation.quiet = quiet;
        return base.over(book, 1, observation);
    }

    S3Base base{packets};
    StepBook book;
    std::vector<StepOutcome> outcomes;
    Observation observation{.newest_step = S3Base::steps};
};

std::vector<Duration> delays(Duration all) {
    return std::vector<Duration>(S3Base::steps - 1, all);
}

StepBook::Entry step_with(Duration lowest, Duration last, std::uint32_t bytes) {
    return {.id = 20,
            .target_bps = 8e6,
            .packet_bytes = bytes,
            .seen = {.id = 20, .received = 5, .lowest_delay = lowest, .last_delay = last}};
}

} // namespace

TEST_CASE("ten single datagrams and a short train go out first, and all of it is little",
          "[measure]") {
    const S3Base base{packets};
    std::uint32_t bytes = 0;
    Duration time{};
    for (std::uint32_t i = 0; i < S3Base::steps; ++i) {
        const S3Step step = base.next(i, 20ms);
        bytes += step.packet_bytes * step.most_packets;
        if (i + 1 < S3Base::steps) time += step.length;
    }
    CHECK(bytes < 7000);
    CHECK(time == 100ms);
}

TEST_CASE("the lowest delay is the path's, and three quarters of them say its jitter",
          "[measure]") {
    const auto base =
        BasePhase{{11ms, 13ms, 10ms, 12ms, 14ms, 15ms, 16ms, 17ms, 18ms, 19ms}}.result();
    REQUIRE(base.has_value());
    CHECK(base->delay == 10ms);
    CHECK(base->jitter == 6ms);
    CHECK(base->queue_threshold() == 13ms);
    CHECK(base->queue_target() == 25ms);
    const auto calm = BasePhase{delays(10ms)}.result();
    CHECK(calm->jitter == 0ms);
    CHECK(calm->queue_threshold() == 3ms);
}

TEST_CASE("delays that fall at first are a queue that was there before, and no jitter",
          "[measure]") {
    const auto draining =
        BasePhase{{55ms, 50ms, 45ms, 40ms, 35ms, 30ms, 25ms, 20ms, 15ms, 10ms}}.result();
    CHECK(draining->delay == 10ms);
    CHECK(draining->jitter == 0ms);
}

TEST_CASE("a train tells a first rate, and its absence none", "[measure]") {
    const auto base = BasePhase{delays(10ms)}.result();
    CHECK(base->train_bps == Approx(9 * 8 * 528 / 9e-3));
    CHECK(BasePhase(delays(10ms), 0).result()->train_bps == 0);
}

TEST_CASE("lost datagrams do not matter while one arrives; without any there is no base",
          "[measure]") {
    auto some = delays(none);
    some[7] = 10ms;
    REQUIRE(BasePhase{some}.result().has_value());
    CHECK(BasePhase{some}.result()->delay == 10ms);
    CHECK_FALSE(BasePhase{delays(none)}.result().has_value());
}

TEST_CASE("it is over when the whole train is there, or when nothing more comes", "[measure]") {
    CHECK(BasePhase{delays(10ms)}.is_over(0ms));
    CHECK_FALSE(BasePhase(delays(10ms), 7).is_over(10ms));
    CHECK(BasePhase(delays(10ms), 7).is_over(50ms));
}

TEST_CASE("what a larger packet takes longer is no queue", "[measure]") {
    const PathBase base{.delay = 10ms, .packet_bytes = 100};
    // 1100 bytes more at 8 Mbit/s are 1.1 ms.
    CHECK(base.queue_of(step_with(15ms, 18ms, 1200), 8e6) == 3'900us);
    CHECK(base.queue_of(step_with(11ms, 18ms, 1200), 8e6) == 0ms);
    CHECK(base.delay_at_end_of(step_with(15ms, 18ms, 1200)) == 6'900us);
}

TEST_CASE("where datagrams overtake each other the quickest says what the last cannot",
          "[measure]") {
    PathBase base{.delay = 10ms, .packet_bytes = 1200};
    base.reorders = true;
    CHECK(base.delay_at_end_of(step_with(15ms, 40ms, 1200)) == 5ms);
}

TEST_CASE("a lower delay than ever is the path's from then on", "[measure]") {
    PathBase base{.delay = 10ms, .packet_bytes = 100};
    base.lower(step_with(11ms, 12ms, 1200));
    CHECK(base.delay == 10ms);
    base.lower(step_with(9ms, 12ms, 1200));
    CHECK(base.delay == 9ms);
    CHECK(base.packet_bytes == 1200);
}

TEST_CASE("packets are as large as a step of so many allows", "[measure]") {
    CHECK(packets.fit(8e6, 100ms, 8) == 1500);
    CHECK(packets.fit(64e3, 100ms, 2) == 400);
    CHECK(packets.fit(1e3, 10ms, 8) == 100); // less is all header
    CHECK(S3Packets{.largest = 68, .header_bytes = 28}.fit(1e3, 10ms, 8) == 68);
}
