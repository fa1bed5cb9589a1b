// The algorithm that TR-471 calls type C.
#include "check.hpp"
#include "measure/rate_rows.hpp"
#include "unit/measure/trials.hpp"

using namespace wyn;
using namespace wyn::measure;
using test::delayed;
using test::good;
using test::lossy;
using test::Trial;
using test::Trials;

namespace {

Trials search(BitRate ceiling = BitRate::unlimited()) {
    return Trials{make_type_c(
        {.ceiling = ceiling, .datagram_bytes = 1000, .adjustment_delay = Trials::length})};
}

// Up to 128 Mbit/s, whose second good trial is still to come.
Trials at_128() {
    Trials trials = search();
    for (int i = 0; i < 14; ++i)
        trials.pass(good);
    REQUIRE(trials.mbits() == 128);
    return trials;
}

} // namespace

TEST_CASE("while nothing hurts type C doubles with every second trial, up to 1 Gbit/s",
          "[measure]") {
    Trials trials = search();
    CHECK(trials.rate() == BitRate{500'000});
    std::vector<std::uint64_t> rates;
    for (int i = 0; i < 20; ++i) {
        trials.pass(good);
        rates.push_back(trials.mbits());
    }
    CHECK(rates == std::vector<std::uint64_t>{1,  2,  2,  4,   4,   8,   8,   16,  16,   32,
                                              32, 64, 64, 128, 128, 256, 256, 512, 1000, 1100});
}

TEST_CASE("type C goes thirty rows back when congestion is confirmed, then one at a time",
          "[measure]") {
    for (const Trial& bad : {lossy, delayed}) {
        Trials trials = at_128();
        trials.pass(bad);
        trials.pass(bad);
        CHECK(trials.mbits() == 126);
        CHECK_FALSE(trials.controller().met_limit());
        trials.pass(bad);
        CHECK(trials.mbits() == 96);
        CHECK(trials.controller().met_limit());
        trials.pass(good);
        CHECK(trials.mbits() == 97);
    }
}

TEST_CASE("after five slow trials type C doubles again, then after ten", "[measure]") {
    Trials trials = at_128();
    for (int i = 0; i < 3; ++i)
        trials.pass(lossy); // two of them were slow, one the long step back: 96
    trials.pass(good);
    trials.pass(good);
    CHECK(trials.mbits() == 98);
    trials.pass(good); // the fifth slow one
    CHECK(trials.mbits() == 99);
    CHECK(trials.controller().met_limit()); // what was seen stays seen
    trials.pass(good);
    trials.pass(good);
    CHECK(trials.mbits() == 198);
    for (int i = 0; i < 3; ++i)
        trials.pass(lossy);
    CHECK(trials.mbits() == 166);
    for (int i = 0; i < 8; ++i)
        trials.pass(good); // with the two slow bad ones ten
    CHECK(trials.mbits() == 174);
    trials.pass(good);
    trials.pass(good);
    CHECK(trials.mbits() == 348);
}

TEST_CASE("silence is bad for type C, too", "[measure]") {
    Trials trials = at_128();
    for (int i = 0; i < 6; ++i)
        trials.pass_without_feedback();
    CHECK(trials.mbits() == 96);
}

TEST_CASE("type C never leaves the table, and never passes the ceiling", "[measure]") {
    Trials low = search();
    for (int i = 0; i < 30; ++i)
        low.pass(lossy);
    CHECK(low.rate() == BitRate{500'000});
    Trials capped = search(BitRate{25'000'000});
    for (int i = 0; i < 30; ++i) {
        capped.pass(good);
        CHECK(capped.rate() <= BitRate{25'000'000});
    }
    CHECK(capped.controller().met_limit());
    Trials high = search();
    for (int i = 0; i < 500; ++i)
        high.pass(good);
    CHECK(high.rate() == rate_of_row(last_row));
}
