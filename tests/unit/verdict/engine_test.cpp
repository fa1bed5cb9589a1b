#include "check.hpp"
#include "unit/verdict/loads.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::verdict;

namespace {

Evidence both(const Load& down, const Load& up) {
    Evidence evidence{.idle_rtt = 10ms, .down = down, .up = up};
    evidence.down->direction = wire::Direction::down;
    evidence.up->direction = wire::Direction::up;
    return evidence;
}

Load bloated(Duration added = 176ms) {
    Load load = test::sound_load();
    load.latency = test::risen_by(added);
    load.in_band = added;
    return load;
}

std::string summary(const Evidence& evidence) {
    return judge(evidence).value().summary;
}

} // namespace

TEST_CASE("nothing measured, nothing judged", "[verdict]") {
    CHECK_FALSE(judge({}).has_value());
}

TEST_CASE("a sound probe has no finding", "[verdict]") {
    const auto verdict = judge(both(test::sound_load(), test::sound_load()));
    REQUIRE(verdict);
    CHECK(verdict->findings.empty());
    CHECK(verdict->level == Level::good);
    CHECK(verdict->summary == "Download and upload clean.");
}

TEST_CASE("the worst finding comes first and sets the level", "[verdict]") {
    Load down = test::sound_load();
    down.wire = BitRate{990'000'000};                            // line rate: good
    Load up = bloated(250ms);                                    // bad
    up.marks = {Mark{.sent = 2, .received = 0, .packets = 100}}; // bleached: warn
    const auto verdict = judge(both(down, up));
    REQUIRE(verdict);
    REQUIRE(verdict->findings.size() == 3);
    CHECK(verdict->findings[0].code == Code::bufferbloat);
    CHECK(verdict->findings[1].code == Code::ecn_bleached);
    CHECK(verdict->findings[2].code == Code::line_rate);
    CHECK(verdict->level == Level::bad);
    CHECK(verdict->summary == "Download at line rate, upload spoiled by bufferbloat.");
}

TEST_CASE("a doubt about the hosts comes before what is said of the path all the same",
          "[verdict]") {
    Evidence evidence = both(bloated(), bloated());
    evidence.other_loads = 1;
    const auto verdict = judge(evidence);
    REQUIRE(verdict);
    REQUIRE(verdict->findings.size() == 3);
    CHECK(verdict->findings[0].code == Code::busy_server);
    CHECK(verdict->findings[1].code == Code::bufferbloat);
    CHECK(verdict->findings[1].confidence == Confidence::medium);
}

TEST_CASE("findings of equal weight go download first", "[verdict]") {
    const auto verdict = judge(both(bloated(), bloated()));
    REQUIRE(verdict);
    REQUIRE(verdict->findings.size() == 2);
    CHECK(verdict->findings[0].direction == wire::Direction::down);
    CHECK(verdict->findings[1].direction == wire::Direction::up);
    CHECK(verdict->summary == "Download and upload spoiled by bufferbloat.");
}

TEST_CASE("a finding of one direction does not silence one of the other", "[verdict]") {
    Load limited = test::sound_load();
    limited.capacity->word = CapacityWord::lower_bound;
    Load queued = test::sound_load();
    queued.refused = 5'000;
    queued.received = 95'000;
    const auto verdict = judge(both(limited, queued));
    const auto has = [&](Code code, wire::Direction direction) {
        return std::ranges::any_of(verdict->findings, [&](const Finding& finding) {
            return finding.code == code && finding.direction == direction;
        });
    };
    CHECK(has(Code::lower_bound, wire::Direction::down));
    CHECK(has(Code::sender_queue, wire::Direction::up));
}

TEST_CASE("the sentence hedges what is not sure", "[verdict]") {
    Load load = bloated();
    load.latency->idle_spread.reset();
    CHECK(summary(test::probe_of(load)) == "Upload probably spoiled by bufferbloat.");
    load = test::sound_load();
    load.limited_by = wire::LimitedBy::stack;
    load.path_lost = 500;
    load.received = 99'500;
    CHECK(summary(test::probe_of(load)) == "Upload perhaps held back by the queue of this host.");
}

TEST_CASE("the sentence says no more than is known", "[verdict]") {
    SECTION("only the latency without load") {
        CHECK(summary({.idle_rtt = 11'200us}) ==
              "Round trip without load 11.2 ms; no load was measured.");
    }
    SECTION("a load of which nobody knows what it did to others") {
        CHECK(summary(test::probe_of(test::bare_load())) == "Upload without a fault that shows.");
    }
    SECTION("a load that was cut short") {
        Load load = test::sound_load();
        load.complete = false;
        CHECK(summary(test::probe_of(load)) == "Upload clean (cut short).");
    }
    SECTION("a load without a result") {
        CHECK(summary(test::probe_of(Load{.direction = wire::Direction::up})) ==
              "Upload without a result (cut short).");
    }
    SECTION("a reason that is not known") {
        Load load = test::sound_load();
        load.kind = LoadKind::fixed;
        load.capacity.reset();
        load.path_lost = 3'000;
        load.received = 97'000;
        load.latency = test::risen_by(0ms);
        load.in_band = 0ms;
        CHECK(summary(test::probe_of(load)) == "Upload in trouble for reasons not known.");
    }
    SECTION("what disturbed the whole probe") {
        Evidence evidence = both(test::sound_load(), test::sound_load());
        evidence.other_loads = 1;
        evidence.clock_steps = 1;
        CHECK(summary(evidence) == "Download and upload clean; the server had others to serve; a "
                                   "clock was set meanwhile.");
    }
    SECTION("a possibility is no headline") {
        Load load = test::sound_load();
        load.wire = BitRate{99'900'000};
        CHECK(test::found(load, Code::line_rate));
        CHECK(summary(test::probe_of(load)) == "Upload clean.");
    }
}
