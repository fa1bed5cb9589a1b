#include "check.hpp"
#include "rt/nap_policy.hpp"

using namespace wyn;

namespace {

// A loop's rounds, as its policy sees them: each takes 10 us.
struct Rounds {
    // True when it may nap then.
    bool one(Duration after, std::size_t served, rt::Haste haste = rt::Haste::some) {
        const MonoTime began = now += after;
        now += 10us;
        nap = policy.on_round(began, now, served, haste, due);
        return nap > 0s;
    }
    // As many as make it busy.
    int until_busy(rt::Haste haste = rt::Haste::some) {
        int rounds = 0;
        while (!one(50us, 1, haste) && rounds < 100)
            ++rounds;
        return rounds;
    }

    rt::NapPolicy policy;
    MonoTime now{1000s};
    MonoTime due = never; // of the next timer
    Duration nap{};
};

} // namespace

TEST_CASE("a loop is busy when many rounds follow one another closely", "[rt]") {
    Rounds rounds;
    CHECK_FALSE(rounds.one(1s, 1));
    const int needed = rounds.until_busy();
    CHECK(needed >= 10);
    CHECK(needed <= 20);

    SECTION("and stays so while naps bring something") {
        for (int i = 0; i < 100; ++i) {
            rounds.policy.woke(rounds.now += 1100us);
            REQUIRE(rounds.one(0us, 2));
        }
    }
    SECTION("but not when they are in vain") {
        int naps = 0;
        for (bool worth_it = true; worth_it; ++naps) {
            rounds.policy.woke(rounds.now += 1100us);
            worth_it = rounds.one(0us, 1);
        }
        CHECK(naps <= 5);
    }
    SECTION("nor after a pause") {
        CHECK_FALSE(rounds.one(3ms, 1));
        CHECK_FALSE(rounds.one(50us, 1));
    }
}

TEST_CASE("a nap is as long as the most hurried can bear", "[rt]") {
    Rounds rounds;
    SECTION("a millisecond while probes are answered, and no longer than to the next timer") {
        rounds.until_busy();
        CHECK(rounds.nap == 1ms);
        rounds.due = rounds.now + 460us;
        CHECK(rounds.one(50us, 1));
        CHECK(rounds.nap == 400us);
        CHECK_FALSE(rounds.one(300us, 1)); // 90 us are left
    }
    SECTION("20 ms at rest, past any timer") {
        rounds.until_busy(rt::Haste::none);
        rounds.due = rounds.now;
        CHECK(rounds.one(50us, 1, rt::Haste::none));
        CHECK(rounds.nap == 20ms);
    }
    SECTION("none during a load") {
        CHECK(rounds.until_busy(rt::Haste::utmost) == 100);
    }
}
