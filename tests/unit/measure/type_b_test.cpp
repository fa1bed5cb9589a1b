// RFC 9097, section 8.1 and Appendix A.
#include "check.hpp"
#include "measure/rate_controller.hpp"

using namespace wyn;
using namespace wyn::measure;

namespace {

const Observation good{.received = 100, .rtt = 20ms, .lowest_rtt = 10ms};
const Observation between{.received = 100, .rtt = 70ms, .lowest_rtt = 10ms};
const Observation lossy{.received = 100, .lost = 11, .rtt = 20ms, .lowest_rtt = 10ms};
const Observation delayed{.received = 100, .rtt = 101ms, .lowest_rtt = 10ms};

// Without headers the payload rate is the table's.
std::unique_ptr<RateController> search(BitRate ceiling = BitRate::unlimited()) {
    return make_type_b(ceiling, 1000, 0);
}
std::uint64_t mbits(const RateController& controller) {
    return controller.rate().bps() / 1'000'000;
}

} // namespace

TEST_CASE("the table has the rows of the RFC", "[measure]") {
    CHECK(type_b_rate(0) == BitRate{500'000});
    CHECK(type_b_rate(1) == BitRate{1'000'000});
    CHECK(type_b_rate(1000) == BitRate{1'000'000'000});
    CHECK(type_b_rate(1001) == BitRate{1'100'000'000});
    CHECK(type_b_rate(1090) == BitRate{10'000'000'000});
    CHECK(type_b_rate(1091) == BitRate{11'000'000'000});
    CHECK(type_b_rate(type_b_last_row) == BitRate{100'000'000'000});
    CHECK(type_b_rate(5000) == BitRate{100'000'000'000});
}

TEST_CASE("while nothing hurts the search climbs ten rows at a time, one above 1 Gbit/s",
          "[measure]") {
    const auto controller = search();
    CHECK(controller->rate() == BitRate{500'000});
    for (std::uint64_t expected = 10; expected <= 1000; expected += 10) {
        controller->adjust(good);
        REQUIRE(mbits(*controller) == expected);
    }
    controller->adjust(good);
    CHECK(mbits(*controller) == 1100);
}

TEST_CASE("until congestion is confirmed, or the ceiling reached, no limit was met", "[measure]") {
    for (const Observation& bad : {lossy, delayed}) {
        const auto controller = search();
        for (int i = 0; i < 10; ++i)
            controller->adjust(good);
        CHECK_FALSE(controller->met_limit());
        controller->adjust(bad);
        controller->adjust(bad);
        CHECK_FALSE(controller->met_limit());
        controller->adjust(bad);
        CHECK(controller->met_limit());
        controller->adjust(good);
        CHECK(controller->met_limit());
    }
    const auto bounded = search(BitRate{20'000'000});
    bounded->adjust(good);
    CHECK_FALSE(bounded->met_limit());
    bounded->adjust(good);
    CHECK(bounded->met_limit());
    CHECK(make_fixed(BitRate{1})->met_limit());
}

TEST_CASE("three bad trials in a row confirm congestion: 30 rows back, then single steps",
          "[measure]") {
    for (const Observation& bad : {lossy, delayed}) {
        const auto controller = search();
        for (int i = 0; i < 10; ++i)
            controller->adjust(good);
        controller->adjust(bad);
        CHECK(mbits(*controller) == 99);
        controller->adjust(bad);
        CHECK(mbits(*controller) == 98);
        controller->adjust(bad);
        CHECK(mbits(*controller) == 68);
        controller->adjust(bad);
        CHECK(mbits(*controller) == 67);
        controller->adjust(good);
        CHECK(mbits(*controller) == 68);
        controller->adjust(good);
        CHECK(mbits(*controller) == 69);
    }
}

TEST_CASE("one bad trial before congestion is confirmed is forgiven", "[measure]") {
    const auto controller = search();
    for (int i = 0; i < 10; ++i)
        controller->adjust(good);
    controller->adjust(lossy);
    controller->adjust(good);
    CHECK(mbits(*controller) == 109);
    controller->adjust(lossy);
    controller->adjust(lossy);
    CHECK(mbits(*controller) == 107);
    controller->adjust(good);
    CHECK(mbits(*controller) == 117); // still fast: two are not three
}

TEST_CASE("between the thresholds, and with few losses, the rate stays or grows", "[measure]") {
    const auto controller = search();
    controller->adjust(good);
    controller->adjust(between);
    CHECK(mbits(*controller) == 10);
    Observation few = good;
    few.lost = 10;
    controller->adjust(few);
    CHECK(mbits(*controller) == 20);
}

TEST_CASE("silence is a bad trial", "[measure]") {
    const auto controller = search();
    for (int i = 0; i < 10; ++i)
        controller->adjust(good);
    for (std::uint32_t periods = 1; periods <= 3; ++periods)
        controller->on_silence(periods);
    CHECK(mbits(*controller) == 68);
}

TEST_CASE("the rate never leaves the table, and never passes the ceiling", "[measure]") {
    const auto low = search();
    for (int i = 0; i < 20; ++i)
        low->adjust(lossy);
    CHECK(low->rate() == BitRate{500'000});

    const auto capped = search(BitRate{25'000'000});
    for (int i = 0; i < 20; ++i) {
        capped->adjust(good);
        CHECK(capped->rate() <= BitRate{25'000'000});
    }
    CHECK(capped->rate() == BitRate{25'000'000});
    // It did not climb behind the ceiling's back: two bad trials show at once.
    capped->adjust(lossy);
    CHECK(capped->rate() == BitRate{25'000'000});
    for (int i = 0; i < 5; ++i)
        capped->adjust(lossy);
    CHECK(capped->rate() < BitRate{25'000'000});

    const auto high = search();
    for (int i = 0; i < 500; ++i)
        high->adjust(good);
    CHECK(high->rate() == type_b_rate(type_b_last_row));
}

TEST_CASE("the rows are IP rates, what is offered is payload", "[measure]") {
    const auto controller = make_type_b(BitRate::unlimited(), 1472, 28);
    controller->adjust(good);
    CHECK(controller->rate() == BitRate{9'813'333}); // 1472 of 1500 bytes of 10 Mbit/s
}

TEST_CASE("a fixed rate takes no advice", "[measure]") {
    const auto controller = make_fixed(BitRate{5'000'000});
    controller->adjust(lossy);
    controller->on_silence(3);
    CHECK(controller->rate() == BitRate{5'000'000});
}
