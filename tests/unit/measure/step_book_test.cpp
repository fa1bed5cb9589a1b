// What a search knows of the steps that it has sent.
#include "check.hpp"
#include "unit/measure/steps.hpp"

using namespace wyn;
using namespace wyn::measure;
using test::Steps;

TEST_CASE("what arrived of a step is counted until the first arrival of the next", "[measure]") {
    Steps steps;
    steps.pass({.mbits = 10, .arrived_mbits = 8});
    CHECK_FALSE(steps.book.arrived(1).has_value()); // more of it may come
    steps.finish();
    REQUIRE(steps.book.arrived(1).has_value());
    CHECK(steps.book.arrived(1)->bps() == Approx(8e6));
    CHECK(steps.book.offered(1)->bps() == Approx(10e6));
}

TEST_CASE("what neighbours carried adds up without an error at their border", "[measure]") {
    Steps steps;
    steps.pass({.mbits = 10, .length = 30ms, .arrived_mbits = 8});
    steps.pass({.mbits = 20, .length = 50ms, .arrived_mbits = 8});
    steps.finish();
    Flow both = *steps.book.arrived(1);
    both += *steps.book.arrived(2);
    CHECK(both.bps() == Approx(8e6));
}

TEST_CASE("a larger next packet belongs to the step before it", "[measure]") {
    StepBook book;
    book.open(1, 8e6, 500);
    book.open(2, 8e6, 1500);
    const std::vector<StepOutcome> outcomes{
        {.id = 1, .sent = 10, .received = 10, .first_arrival = MonoTime{1s}},
        {.id = 2, .sent = 10, .received = 10, .first_arrival = MonoTime{2s}}};
    book.update({.newest_step = 2, .steps = outcomes});
    // From the end of one packet to the end of another: the nine between them and the latter.
    CHECK(book.arrived(1)->bits == Approx(8 * (9 * 500 + 1500)));
}

TEST_CASE("over several steps the first datagram does not count, since it came before",
          "[measure]") {
    Steps steps;
    steps.pass({.mbits = 8, .length = 20ms}); // 20 packets of 1 ms
    const auto flow = steps.book.arrived_within(1, 1);
    REQUIRE(flow.has_value());
    CHECK(flow->bits == Approx(19 * 8000));
    CHECK_FALSE(steps.book.arrived_within(1, 2).has_value()); // never sent
}

TEST_CASE("books are kept of the last 256 steps", "[measure]") {
    StepBook book;
    for (std::uint32_t id = 1; id <= 300; ++id)
        book.open(id, 1e6, 1000);
    CHECK(book.newest() == 300);
    CHECK(book.find(0) == nullptr);
    CHECK(book.find(44) == nullptr);
    CHECK(book.find(45) != nullptr);
    CHECK(book.find(301) == nullptr);
    // What a feedback says of a forgotten step changes nothing.
    const std::vector<StepOutcome> late{{.id = 44, .received = 7}};
    book.update({.newest_step = 44, .steps = late});
    CHECK(book.find(300)->seen.received == 0);
}

TEST_CASE("a step of which nothing arrived carried nothing, for as long as it took", "[measure]") {
    Steps steps;
    steps.pass({.mbits = 8});
    StepBook book;
    book.open(1, 8e6, 1000);
    book.open(2, 8e6, 1000);
    const std::vector<StepOutcome> outcomes{
        {.id = 1, .sent = 10, .received = 0, .first_arrival = MonoTime{1s}},
        {.id = 2, .sent = 10, .received = 10, .first_arrival = MonoTime{2s}}};
    book.update({.newest_step = 2, .steps = outcomes});
    REQUIRE(book.arrived(1).has_value());
    CHECK(book.arrived(1)->bits == 0);
    CHECK(book.arrived(1)->seconds == Approx(1));
    CHECK(book.find(1)->lost() == 10);
}
