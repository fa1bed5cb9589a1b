// RFC 9097, section 8.1 and Appendix A.
#include "check.hpp"
#include "measure/rate_rows.hpp"
#include "unit/measure/trials.hpp"

using namespace wyn;
using namespace wyn::measure;
using test::between;
using test::delayed;
using test::good;
using test::lossy;
using test::Trial;
using test::Trials;

namespace {

// Without headers the payload rate is the table's.
Trials search(BitRate ceiling = BitRate::unlimited()) {
    return Trials{make_type_b(
        {.ceiling = ceiling, .datagram_bytes = 1000, .adjustment_delay = Trials::length})};
}

} // namespace

TEST_CASE("the table has the rows of the RFC", "[measure]") {
    CHECK(rate_of_row(0) == BitRate{500'000});
    CHECK(rate_of_row(1) == BitRate{1'000'000});
    CHECK(rate_of_row(1000) == BitRate{1'000'000'000});
    CHECK(rate_of_row(1001) == BitRate{1'100'000'000});
    CHECK(rate_of_row(1090) == BitRate{10'000'000'000});
    CHECK(rate_of_row(1091) == BitRate{11'000'000'000});
    CHECK(rate_of_row(last_row) == BitRate{100'000'000'000});
    CHECK(rate_of_row(5000) == BitRate{100'000'000'000});
}

TEST_CASE("while nothing hurts type B climbs ten rows at a time, one above 1 Gbit/s", "[measure]") {
    Trials trials = search();
    CHECK(trials.rate() == BitRate{500'000});
    for (std::uint64_t expected = 10; expected <= 1000; expected += 10) {
        trials.pass(good);
        REQUIRE(trials.mbits() == expected);
    }
    trials.pass(good);
    CHECK(trials.mbits() == 1100);
}

TEST_CASE("until congestion is confirmed, or the ceiling reached, no limit was met", "[measure]") {
    for (const Trial& bad : {lossy, delayed}) {
        Trials trials = search();
        for (int i = 0; i < 10; ++i)
            trials.pass(good);
        CHECK_FALSE(trials.controller().met_limit());
        trials.pass(bad);
        trials.pass(bad);
        CHECK_FALSE(trials.controller().met_limit());
        trials.pass(bad);
        CHECK(trials.controller().met_limit());
        trials.pass(good);
        CHECK(trials.controller().met_limit());
    }
    Trials bounded = search(BitRate{20'000'000});
    bounded.pass(good);
    CHECK_FALSE(bounded.controller().met_limit());
    bounded.pass(good);
    CHECK(bounded.controller().met_limit());
    CHECK(make_fixed({.ceiling = BitRate{1}, .datagram_bytes = 1000})->met_limit());
}

TEST_CASE("three bad trials in a row confirm congestion: 30 rows back, then single steps",
          "[measure]") {
    for (const Trial& bad : {lossy, delayed}) {
        Trials trials = search();
        for (int i = 0; i < 10; ++i)
            trials.pass(good);
        trials.pass(bad);
        CHECK(trials.mbits() == 99);
        trials.pass(bad);
        CHECK(trials.mbits() == 98);
        trials.pass(bad);
        CHECK(trials.mbits() == 68);
        trials.pass(bad);
        CHECK(trials.mbits() == 67);
        trials.pass(good);
        CHECK(trials.mbits() == 68);
        trials.pass(good);
        CHECK(trials.mbits() == 69);
    }
}

TEST_CASE("one bad trial before congestion is confirmed is forgiven", "[measure]") {
    Trials trials = search();
    for (int i = 0; i < 10; ++i)
        trials.pass(good);
    trials.pass(lossy);
    trials.pass(good);
    CHECK(trials.mbits() == 109);
    trials.pass(lossy);
    trials.pass(lossy);
    CHECK(trials.mbits() == 107);
    trials.pass(good);
    CHECK(trials.mbits() == 117); // still fast: two are not three
}

TEST_CASE("between the thresholds, and with few losses, the rate stays or grows", "[measure]") {
    Trials trials = search();
    trials.pass(good);
    trials.pass(between);
    CHECK(trials.mbits() == 10);
    trials.pass({.lost = 10});
    CHECK(trials.mbits() == 20);
}

// RFC 9097, section 8.1: 90 ms and two trials, then one trial more each time.
TEST_CASE("feedback that stays away makes bad trials, and the first to come again ends that",
          "[measure]") {
    Trials trials = search();
    for (int i = 0; i < 10; ++i)
        trials.pass(good); // the last feedback is 25 ms old
    const auto silent = [&trials] {
        trials.pass_without_feedback();
        return trials.mbits();
    };
    CHECK(silent() == 100); // 75 ms
    CHECK(silent() == 100); // 125 ms
    CHECK(silent() == 100); // 175 ms
    CHECK(silent() == 99);  // 225 ms, more than 190
    CHECK(silent() == 98);  // 275 ms, more than 240
    CHECK(silent() == 68);
    trials.pass(good);
    CHECK(trials.mbits() == 69);
    CHECK(silent() == 69);
}

TEST_CASE("feedback about the primer alone is neither good nor silence", "[measure]") {
    const auto controller =
        make_type_b({.datagram_bytes = 1000, .adjustment_delay = Trials::length});
    MonoTime now{1000s};
    BitRate rate = controller->next_step(1, now).rate;
    for (std::uint32_t id = 2; id < 20; ++id) {
        controller->on_feedback({.now = now, .rtt = 600ms, .lowest_rtt = 600ms});
        now = controller->step_end();
        rate = controller->next_step(id, now).rate;
    }
    CHECK(rate == BitRate{500'000});
}

TEST_CASE("the rate never leaves the table, and never passes the ceiling", "[measure]") {
    Trials low = search();
    for (int i = 0; i < 20; ++i)
        low.pass(lossy);
    CHECK(low.rate() == BitRate{500'000});

    Trials capped = search(BitRate{25'000'000});
    for (int i = 0; i < 20; ++i) {
        capped.pass(good);
        CHECK(capped.rate() <= BitRate{25'000'000});
    }
    CHECK(capped.rate() == BitRate{25'000'000});
    // It did not climb behind the ceiling's back: two bad trials show at once.
    capped.pass(lossy);
    CHECK(capped.rate() == BitRate{25'000'000});
    for (int i = 0; i < 5; ++i)
        capped.pass(lossy);
    CHECK(capped.rate() < BitRate{25'000'000});

    Trials high = search();
    for (int i = 0; i < 500; ++i)
        high.pass(good);
    CHECK(high.rate() == rate_of_row(last_row));
}

TEST_CASE("the rows are IP rates, what is offered is payload", "[measure]") {
    Trials trials{make_type_b(
        {.datagram_bytes = 1472, .header_bytes = 28, .adjustment_delay = Trials::length})};
    trials.pass(good);
    CHECK(trials.rate() == BitRate{9'813'333}); // 1472 of 1500 bytes of 10 Mbit/s
}

TEST_CASE("a fixed rate takes no advice", "[measure]") {
    Trials trials{make_fixed({.ceiling = BitRate{5'000'000},
                              .datagram_bytes = 1000,
                              .adjustment_delay = Trials::length})};
    trials.pass(lossy);
    for (int i = 0; i < 10; ++i)
        trials.pass_without_feedback();
    CHECK(trials.rate() == BitRate{5'000'000});
    CHECK_FALSE(trials.controller().finished());
    CHECK(trials.controller().capacity() == wire::CapacityRecord{});
}
