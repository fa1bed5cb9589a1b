// The sender's side of the steps of a load.
#include "check.hpp"
#include "session/sent_steps.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};

SentSteps three_steps() {
    SentSteps steps;
    for (std::uint32_t id = 0; id <= 3; ++id) {
        steps.open({.id = id, .opened = start + id * 30ms, .datagram_bytes = 1000 + id});
        steps.on_sent(20, start + id * 30ms + 1ms, 2ms);
        steps.on_sent(30, start + id * 30ms + 5ms, 1ms);
    }
    return steps;
}

wire::Feedback feedback_of(std::uint32_t first, std::size_t count) {
    wire::Feedback feedback{.lowest_delay_ns = -7'000'000};
    for (std::uint32_t id = first; id < first + count; ++id)
        feedback.steps.add({.id = id,
                            .packets = 49,
                            .first_arrival_ns = std::uint64_t{5'000'000'000} + id,
                            .span_ns = 25'000'000,
                            .lowest_delay = 3ms,
                            .last_delay = 8ms});
    return feedback;
}

} // namespace

TEST_CASE("what both ends know of a step is put together", "[session]") {
    SentSteps steps = three_steps();
    const auto outcomes = steps.outcomes(feedback_of(2, 1));
    REQUIRE(outcomes.size() == 2); // and the one after it, of which nothing was told
    const measure::StepOutcome& told = outcomes[0];
    CHECK(told.id == 2);
    CHECK(told.datagram_bytes == 1002);
    CHECK(told.sent == 50);
    CHECK(told.first_sent == start + 61ms);
    CHECK(told.latest == 2ms);
    CHECK(told.received == 49);
    CHECK(told.first_arrival == mono_from_ns(5'000'000'002));
    CHECK(told.span == 25ms);
    CHECK(told.lowest_delay == -4ms); // the clocks differ
    CHECK(told.last_delay == 1ms);
    CHECK(outcomes[1].id == 3);
    CHECK(outcomes[1].sent == 50);
    CHECK(outcomes[1].received == 0);
}

TEST_CASE("the gap behind the last train of a step is that step's", "[session]") {
    SentSteps steps = three_steps();
    steps.on_end(9ms);
    CHECK(steps.outcomes(feedback_of(3, 1))[0].latest == 9ms);
    steps.on_end(-1ms); // it ended early, as feedback may make it
    CHECK(steps.outcomes(feedback_of(3, 1))[0].latest == 9ms);
    CHECK(steps.outcomes(feedback_of(2, 1))[0].latest == 2ms);
}

TEST_CASE("no more can have arrived than was sent", "[session]") {
    SentSteps steps = three_steps();
    wire::Feedback lie = feedback_of(1, 0);
    lie.steps.add({.id = 1, .packets = 1'000'000});
    CHECK(steps.outcomes(lie)[0].received == 50);
}

TEST_CASE("a feedback about steps that never were, or are forgotten, tells nothing", "[session]") {
    SentSteps steps = three_steps();
    CHECK(steps.outcomes(feedback_of(4, 2)).empty());
    CHECK(steps.outcomes(feedback_of(1, 0)).empty());
    for (std::uint32_t id = 4; id <= 3 + SentSteps::remembered; ++id)
        steps.open({.id = id});
    CHECK(steps.outcomes(feedback_of(2, 3)).empty());
    CHECK(steps.find(3) == nullptr);
    REQUIRE(steps.find(4) != nullptr);
    CHECK(steps.newest().id == 3 + SentSteps::remembered);
}
