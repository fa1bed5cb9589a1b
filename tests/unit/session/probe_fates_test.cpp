// What the prober makes of what does not come back, comes late, twice or out of order.
#include "unit/session/probe_flow.hpp"

using namespace wyn;
using namespace wyn::session;
using namespace wyn::session::test;
using stats::ProbeFate;
using stats::ProbeRecord;

TEST_CASE("probes are lost on one way or the other, and the server's map says on which",
          "[session]") {
    Flow flow{{.interval = 10ms, .stamp_echoes = false}};
    flow.round();
    static_cast<void>(flow.send());              // 1: lost there
    static_cast<void>(flow.answer(flow.send())); // 2: lost back
    flow.round();
    SECTION("while more are sent") {
        for (int i = 0; i < 300; ++i)
            flow.round();
        flow.finish();
    }
    SECTION("or by a sweep") {
        flow.finish();
    }
    REQUIRE(flow.records.size() >= 4);
    CHECK(flow.records[0].fate == ProbeFate::returned);
    CHECK(flow.records[1].fate == ProbeFate::lost_there);
    CHECK(flow.records[2].fate == ProbeFate::lost_back);
    CHECK(flow.records[3].fate == ProbeFate::returned);
    CHECK(flow.counts.lost_there == 1);
    CHECK(flow.counts.lost_back == 1);
    CHECK(flow.counts.lost == 0);
    CHECK(flow.counts.sent == flow.records.size());
}

TEST_CASE("when nobody can tell any more on which way a probe was lost, that is its fate",
          "[session]") {
    Flow flow{{.interval = 10ms}};
    static_cast<void>(flow.send());
    static_cast<void>(flow.answer(flow.send()));
    flow.finish(false); // the sweeps get lost as well
    CHECK(flow.fates() == std::vector{ProbeFate::lost, ProbeFate::lost});
    CHECK(flow.counts.lost == 2);
}

TEST_CASE("when no echo has told of a probe for half of its time, a sweep asks", "[session]") {
    Flow flow{{.interval = 500us, .stamp_echoes = false}};
    std::vector<std::uint32_t> asked;
    std::size_t sent = 0;
    while (sent < 6001) {
        const wire::Probe message = flow.send();
        if (message.sweep) asked.push_back(message.number);
        if (message.sweep) flow.hear(flow.answer(message), flow.now + 100us);
        if (message.sweep) continue;
        // Every other one gets lost there, which maps of 320 numbers tell for 160 ms.
        if (++sent % 2 == 0) flow.hear(flow.answer(message), flow.now + 100us);
    }
    flow.finish();
    CHECK(asked.size() > 10);
    CHECK(asked.size() < 80);
    for (const ProbeRecord& record : flow.records)
        REQUIRE(record.fate ==
                (record.number % 2 == 0 ? ProbeFate::lost_there : ProbeFate::returned));
}

TEST_CASE("when the server is gone nobody is waited for longer than an echo", "[session]") {
    Flow flow{{.interval = 100ms}};
    static_cast<void>(flow.send());
    const MonoTime sent = flow.now;
    flow.prober.set(flow.now, {.unanswered = true});
    flow.finish(false);
    CHECK(flow.fates() == std::vector{ProbeFate::lost});
    CHECK(flow.now < sent + 2100ms);
}

TEST_CASE("a probe that nobody has received, and nothing else either, was lost there",
          "[session]") {
    Flow flow{{.interval = 10ms}};
    static_cast<void>(flow.send());
    flow.finish();
    CHECK(flow.fates() == std::vector{ProbeFate::lost_there});
}

TEST_CASE("a probe that is only late on its way there is not lost there", "[session]") {
    Flow flow{{.interval = 10ms, .stamp_echoes = false}};
    const wire::Probe late = flow.send();
    flow.round(); // its map does not have the first one
    const wire::Echo echo = flow.answer(late, 100ms);
    SECTION("it returns") {
        flow.hear(echo);
        flow.finish();
        CHECK(flow.fates() == std::vector{ProbeFate::returned, ProbeFate::returned});
        CHECK(flow.counts.reordered_there == 1);
        CHECK(flow.counts.reordered_back == 0); // it was answered in this order
    }
    SECTION("its echo is lost") {
        flow.finish();
        CHECK(flow.fates() == std::vector{ProbeFate::lost_back, ProbeFate::returned});
    }
}

TEST_CASE("reordering is charged to the direction in which it happened", "[session]") {
    Flow flow{{.interval = 10ms, .stamp_echoes = false}};
    const wire::Echo first = flow.answer(flow.send());
    const wire::Echo second = flow.answer(flow.send());
    flow.hear(second);
    flow.hear(first, flow.now + 1ms);
    flow.finish();
    CHECK(flow.counts.reordered_there == 0);
    CHECK(flow.counts.reordered_back == 1);
}

TEST_CASE("further copies are counted in their direction, and with their record", "[session]") {
    Flow flow{{.interval = 10ms, .stamp_echoes = false}};
    const wire::Probe probe = flow.send();
    const wire::Echo echo = flow.answer(probe);
    flow.answerer.on_copy(probe);
    flow.answerer.on_copy(probe);
    flow.hear(echo);
    flow.prober.on_copy(echo);
    flow.round();
    flow.finish();
    CHECK(flow.records.at(0).duplicates == 1);
    CHECK(flow.records.at(1).duplicates == 0);
    CHECK(flow.counts.duplicates_there == 2);
    CHECK(flow.counts.duplicates_back == 1);
    CHECK(flow.counts.returned == 2);
}

TEST_CASE("an echo is waited for as long as three of the longest round trips, or two seconds",
          "[session]") {
    Flow flow{{.interval = 100ms, .stamp_echoes = false}};
    SECTION("two seconds") {
        const wire::Echo echo = flow.answer(flow.send());
        const MonoTime sent = flow.now;
        flow.hear(flow.answer(flow.send())); // whose map has the first
        flow.now = sent + 2s - 1ms;
        flow.take_news();
        CHECK(flow.records.empty());
        flow.now = sent + 2050ms; // records are told in batches
        flow.take_news();
        REQUIRE(!flow.records.empty());
        CHECK(flow.records[0].fate == ProbeFate::lost_back);
        // What comes later was late, and does not change what was said.
        CHECK_FALSE(flow.hear(echo, flow.now + 1ms).has_value());
        flow.finish();
        CHECK(flow.counts.late == 1);
        CHECK(flow.counts.returned == 1);
    }
    SECTION("also when nothing is known of it, and it comes too late") {
        const wire::Echo echo = flow.answer(flow.send());
        const MonoTime sent = flow.now;
        CHECK_FALSE(flow.hear(echo, sent + 3s).has_value());
        flow.finish();
        CHECK(flow.records.at(0).fate == ProbeFate::lost_back); // it did reach the server
        CHECK(flow.counts.late == 1);
    }
    SECTION("three round trips") {
        flow.stack_time = 7us;
        const wire::Probe slow = flow.send();
        const MonoTime first = flow.now;
        flow.hear(flow.answer(slow), first + 900ms);
        const wire::Probe lost = flow.send();
        const MonoTime sent = flow.now;
        CHECK(lost.number == 1);
        const wire::Probe sweep = [&] {
            wire::Probe message = flow.send();
            while (!message.sweep)
                message = flow.send();
            return message;
        }();
        CHECK(flow.now >= sent + 1350ms); // half of the wait
        flow.hear(flow.answer(sweep));
        flow.now = sent + 2600ms;
        flow.take_news();
        CHECK(flow.records.size() == 1);
        flow.now = sent + 2750ms;
        flow.take_news();
        REQUIRE(flow.records.size() >= 2);
        CHECK(flow.records[1].fate == ProbeFate::lost_there);
    }
    SECTION("never more than ten seconds") {
        const wire::Probe slow = flow.send();
        const MonoTime first = flow.now;
        CHECK_FALSE(flow.hear(flow.answer(slow), first + 1900ms).has_value());
        for (int i = 0; i < 3; ++i) { // each round trip may be a little longer than the one before
            const wire::Probe slower = flow.send();
            const MonoTime sent = flow.now;
            CHECK_FALSE(flow.hear(flow.answer(slower), sent + 5s).has_value());
        }
        const wire::Probe lost = flow.send();
        const MonoTime sent = flow.now;
        flow.now = sent + 10s;
        flow.take_news();
        CHECK(flow.records.size() == lost.number + 1U);
    }
}

TEST_CASE("what is known of the path before the first echo bounds the wait for it", "[session]") {
    Flow flow{{.interval = 100ms, .known_rtt = 600ms, .shortest_wait = 200ms, .longest_wait = 3s}};
    const wire::Echo echo = flow.answer(flow.send());
    CHECK_FALSE(flow.hear(echo, flow.now + 1700ms).has_value());
    flow.finish();
    CHECK(flow.fates() == std::vector{ProbeFate::returned});
}
