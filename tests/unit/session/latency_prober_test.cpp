// What the prober makes of what comes back, and when it asks.
#include "unit/session/probe_flow.hpp"

using namespace wyn;
using namespace wyn::session;
using namespace wyn::session::test;
using stats::ProbeFate;
using stats::ProbeRecord;

TEST_CASE("a record has the four times, and the round trip is free of the server's", "[session]") {
    Flow flow{{.interval = 10ms, .stamp_echoes = false}};
    const wire::Probe probe = flow.send();
    const MonoTime sent = flow.now;
    const MonoTime there = sent + way + far;
    const auto echo = flow.answerer.on_probe(kernel(there), there + 7ms, 0, probe);
    flow.hear(*echo, sent + 27ms);
    flow.finish();
    REQUIRE(flow.records.size() == 1);
    const ProbeRecord& record = flow.records[0];
    CHECK(record.fate == ProbeFate::returned);
    CHECK(record.planned == sent);
    CHECK(record.handed == sent);
    CHECK(record.sent.time == sent);
    CHECK(record.sent.origin == StampOrigin::user); // nobody stamped it
    CHECK(record.far_received.time == there);
    CHECK(record.far_handed == there + 7ms);
    CHECK(record.far_sent.time == there + 7ms);
    CHECK(record.received.time == sent + 27ms);
    CHECK(record.read == sent + 27ms + 5us);
    CHECK(record.rtt() == 20ms);
    CHECK(flow.counts.sent == 1);
    CHECK(flow.counts.returned == 1);
    CHECK(flow.counts.unstamped_sent == 1);
    CHECK(flow.counts.unstamped_far_received == 0);
    CHECK(flow.counts.unstamped_far_sent == 0); // not asked for
    CHECK(flow.counts.unstamped_received == 0);
}

TEST_CASE("the kernel's time of departure takes the place of ours, if it can be true",
          "[session]") {
    Flow flow{{.interval = 10ms}};
    const auto left_after = [&](Duration after) {
        const wire::Probe probe = flow.send();
        flow.prober.on_departure(probe.number, kernel(flow.now + after));
        flow.hear(flow.answer(probe));
        return flow.records.size();
    };
    left_after(3us);
    left_after(-50ns); // two clocks that were not read at quite the same moment
    left_after(-2us);  // before it was handed over
    left_after(50ms);  // after it had come back
    flow.prober.on_departure(17, kernel(flow.now)); // of none that was sent
    flow.finish();
    REQUIRE(flow.records.size() == 4);
    CHECK(flow.records[0].sent.origin == StampOrigin::kernel);
    CHECK(flow.records[0].sent.time - flow.records[0].handed == 3us);
    CHECK(flow.records[0].rtt() == 2 * way - 3us);
    CHECK(flow.records[1].sent.origin == StampOrigin::kernel);
    CHECK(flow.records[2].sent.origin == StampOrigin::user);
    CHECK(flow.records[3].sent.origin == StampOrigin::user);
    CHECK(flow.records[3].rtt() == 2 * way);
    CHECK(flow.counts.unstamped_sent == 2);
}

TEST_CASE("a stamp that comes after the echo still counts", "[session]") {
    Flow flow{{.interval = 10ms}};
    const wire::Probe probe = flow.send();
    const MonoTime handed = flow.now;
    flow.hear(flow.answer(probe));
    flow.prober.on_departure(probe.number, kernel(handed + 2us));
    flow.finish();
    CHECK(flow.records.at(0).sent.time == handed + 2us);
}

TEST_CASE("later echoes tell when an earlier one left the server's kernel", "[session]") {
    Flow flow{{.interval = 10ms}};
    const auto stamped = [&](std::uint32_t number, Duration after) {
        const wire::Probe probe = flow.send();
        REQUIRE(probe.number == number);
        CHECK(probe.stamp_echo);
        const wire::Echo echo = flow.answer(probe);
        CHECK(echo.stamped);
        flow.answerer.on_departure(number, kernel(mono_from_ns(echo.sent_ns) + after));
        return echo;
    };
    SECTION("the next one") {
        flow.hear(stamped(0, 4us));
        flow.hear(stamped(1, 6us));
        flow.finish(); // the last one's by a sweep
    }
    SECTION("or the one behind it, when that is lost") {
        flow.hear(stamped(0, 4us));
        static_cast<void>(stamped(1, 6us));
        flow.hear(stamped(2, 6us));
        flow.finish();
    }
    SECTION("also when it overtakes the one that it is about") {
        const wire::Echo first = stamped(0, 4us);
        flow.hear(stamped(1, 6us));
        flow.hear(first, flow.now);
        flow.finish();
    }
    const ProbeRecord& record = flow.records.at(0);
    CHECK(record.far_sent.origin == StampOrigin::kernel);
    CHECK(record.far_sent.time == record.far_handed + 4us);
    for (const ProbeRecord& later : flow.records)
        if (later.fate == ProbeFate::returned) CHECK(later.far_sent.origin == StampOrigin::kernel);
    CHECK(flow.counts.unstamped_far_sent == 0);
}

TEST_CASE("an echo whose departure the server's kernel never told goes by the server's own clock",
          "[session]") {
    Flow flow{{.interval = 10ms}};
    for (int i = 0; i < 3; ++i)
        flow.round();
    flow.finish();
    REQUIRE(flow.records.size() == 3);
    for (const ProbeRecord& record : flow.records) {
        CHECK(record.far_sent.origin == StampOrigin::user);
        CHECK(record.far_sent.time == record.far_handed);
    }
    CHECK(flow.counts.unstamped_far_sent == 3);
}

TEST_CASE("of departures that no kernel tells both ends' own estimates count", "[session]") {
    Flow flow{{.interval = 10ms}};
    flow.stack_time = 7us;
    SECTION("nor is asked for") {
        flow.prober.set(flow.now, {.interval = 10ms, .stamp_echoes = false});
    }
    SECTION("though it was asked") {}
    for (int i = 0; i < 3; ++i)
        flow.round();
    flow.finish(); // of the last echo a sweep tells
    REQUIRE(flow.records.size() == 3);
    for (const ProbeRecord& record : flow.records) {
        CHECK(record.sent.origin == StampOrigin::user);
        CHECK(record.sent.time == record.handed + 7us);
        CHECK(record.far_sent.origin == StampOrigin::user);
        CHECK(record.far_sent.time == record.far_handed + 7us);
        CHECK(record.rtt() == 2 * way - 14us);
    }
}

TEST_CASE("a kernel's stamp goes before an estimate, which is kept beside it", "[session]") {
    Flow flow{{.interval = 10ms}};
    flow.stack_time = 7us;
    for (int i = 0; i < 2; ++i) {
        const wire::Probe probe = flow.send();
        flow.prober.on_departure(probe.number, kernel(flow.now + 3us));
        const wire::Echo echo = flow.answer(probe);
        flow.answerer.on_departure(probe.number, kernel(mono_from_ns(echo.sent_ns) + 4us));
        flow.hear(echo);
    }
    flow.finish();
    const ProbeRecord& record = flow.records.at(0);
    CHECK(record.sent.time == record.handed + 3us);
    CHECK(record.sent_estimate == record.handed + 7us);
    CHECK(record.far_sent.time == record.far_handed + 4us);
    CHECK(record.far_sent_estimate == record.far_handed + 7us);
    CHECK(record.kernel_stamps() == 4);
}

TEST_CASE("what a server says of its departures cannot turn time around", "[session]") {
    Flow flow{{.interval = 10ms}};
    const wire::Probe probe = flow.send();
    flow.hear(flow.answer(probe));
    wire::Echo lie = flow.answer(flow.send());
    lie.followed = {.number = 0, .stamped_after = {{4s}}};
    flow.hear(lie);
    flow.finish();
    CHECK(flow.records.at(0).far_sent.origin == StampOrigin::user);
    CHECK(flow.records.at(0).rtt() == 2 * way);
}

TEST_CASE("an echo counts once, and only for a probe that was sent", "[session]") {
    Flow flow{{.interval = 10ms}};
    const wire::Echo echo = flow.answer(flow.send());
    wire::Echo other = echo;
    other.number = 1;
    CHECK(flow.hear(other) == wire::Drop::unexpected);
    other = echo;
    other.probe_sent_ns += 1;
    CHECK(flow.hear(other) == wire::Drop::unexpected);
    other = echo;
    other.sent_ns = other.probe_received_ns - 1;
    CHECK(flow.hear(other, flow.now) == wire::Drop::value);
    CHECK_FALSE(flow.hear(echo).has_value());
    CHECK(flow.hear(echo) == wire::Drop::unexpected);
}

TEST_CASE("an echo that claims to have been held for longer than it was away has returned",
          "[session]") {
    Flow flow{{.interval = 10ms}};
    wire::Echo echo = flow.answer(flow.send());
    echo.sent_ns += 1'000'000'000;
    CHECK_FALSE(flow.hear(echo, flow.now + 20ms).has_value());
    flow.finish();
    CHECK(flow.records.at(0).fate == ProbeFate::returned);
    CHECK(flow.records.at(0).rtt() < 0s); // and whoever reads it knows
}

TEST_CASE("a probe that the stack refuses was not sent, and its number is the next one's",
          "[session]") {
    LatencyProber prober;
    prober.set(start, {.interval = 10ms});
    const auto refused = prober.on_timer(start + 10ms);
    REQUIRE(refused.has_value());
    prober.on_handed(0, {.status = dgram::SendStatus::refused, .error = 105});
    const auto sent = prober.on_timer(start + 20ms);
    REQUIRE(sent.has_value());
    CHECK(sent->probe.number == 0);
    prober.on_handed(0, {.segments = 1, .handed = start + 20ms, .left = start + 20ms});
    const auto news = prober.take_news(start + 3s);
    REQUIRE(news.has_value());
    CHECK(news->counts.refused == 1);
    CHECK(news->counts.sent == 1);
}

TEST_CASE("probing ends by count or by time, and says when all is settled", "[session]") {
    SECTION("by count") {
        Flow flow{{.interval = 10ms, .stamp_echoes = false, .most_probes = 5}};
        for (int i = 0; i < 5; ++i)
            flow.round();
        const wire::Probe next = flow.send();
        CHECK(next.sweep);
        CHECK(next.number == 5); // all below it
        flow.hear(flow.answer(next));
        flow.finish();
        CHECK(flow.counts.sent == 5);
        CHECK(flow.counts.returned == 5);
    }
    SECTION("by time") {
        Flow flow{{.interval = 10ms, .stamp_echoes = false, .most_time = 1s}};
        wire::Probe next = flow.send();
        for (; !next.sweep; next = flow.send())
            flow.hear(flow.answer(next), flow.now + 1ms);
        CHECK(next.number == 100);
        CHECK(flow.now - start < 1100ms);
        flow.finish();
        CHECK(flow.counts.returned == 100);
    }
    SECTION("and when there was nothing under way, at once") {
        LatencyProber prober;
        prober.set(start, {.interval = 1s});
        prober.set(start, {});
        const auto news = prober.take_news(start);
        REQUIRE(news.has_value());
        CHECK(news->over);
        CHECK_FALSE(prober.take_news(start).has_value()); // said once
    }
}

TEST_CASE("times of the schedule that have passed are skipped and counted", "[session]") {
    LatencyProber prober;
    prober.set(start, {.interval = 10ms});
    const MonoTime late = start + 95ms;
    REQUIRE(prober.on_timer(late).has_value());
    prober.on_handed(0, {.segments = 1, .handed = late, .left = late});
    CHECK_FALSE(prober.on_timer(late).has_value()); // no burst
    const auto news = prober.take_news(start + 3s);
    REQUIRE(news.has_value());
    CHECK(news->counts.sent == 1);
    CHECK(news->counts.skipped >= 8);
    CHECK(news->counts.skipped <= 9);
}

TEST_CASE("records are told in batches, some 50 ms after they are settled", "[session]") {
    Flow flow{{.interval = 1ms, .stamp_echoes = false}};
    flow.stack_time = 7us;
    for (int i = 0; i < 500; ++i)
        flow.hear(flow.answer(flow.send()), flow.now + 100us);
    CHECK(flow.told.size() >= 8);
    CHECK(flow.told.size() <= 10);
}

TEST_CASE("counts are told once a second while nothing comes back", "[session]") {
    LatencyProber prober;
    prober.set(start, {.interval = 500ms});
    MonoTime now = start;
    std::uint32_t number = 0;
    std::vector<std::uint32_t> sent;
    while (now < start + 1900ms) {
        now = prober.due();
        if (const auto due = prober.on_timer(now); due && !due->probe.sweep)
            prober.on_handed(number++, {.segments = 1, .handed = now, .left = now});
        while (const auto news = prober.take_news(now))
            sent.push_back(news->counts.sent);
    }
    REQUIRE(!sent.empty());
    CHECK(sent.front() == 2);
}

TEST_CASE("stamps that do not come are asked for only now and then", "[session]") {
    Flow flow{{.interval = 10ms, .stamp_echoes = false}};
    flow.stack_time = 7us;
    std::size_t asked = 0;
    for (int i = 0; i < 1000; ++i) {
        flow.now = std::max(flow.now, flow.prober.due());
        flow.take_news();
        const auto due = flow.prober.on_timer(flow.now);
        if (!due) continue;
        asked += due->options.departure_id ? 1U : 0U;
        flow.prober.on_handed(due->probe.number,
                              {.segments = 1, .handed = flow.now, .left = flow.now});
        flow.hear(flow.answer(due->probe));
    }
    CHECK(asked > 16);
    CHECK(asked < 40);
}

TEST_CASE("probes and echoes leave with the code point of the order, and changes are counted",
          "[session]") {
    LatencyProber prober;
    LatencyAnswerer answerer{BitRate{0}};
    prober.set(start, {.interval = 10ms, .dscp = 46, .stamp_echoes = false});
    MonoTime now = start;
    const auto round = [&](std::uint8_t there, std::uint8_t back) {
        now = prober.due();
        const auto due = prober.on_timer(now);
        if (!due) return;
        CHECK(due->options.traffic_class == 46 << 2);
        prober.on_handed(due->probe.number, {.segments = 1, .handed = now, .left = now});
        const auto echo = answerer.on_probe(kernel(now + far), now + far, there, due->probe);
        CHECK(echo->traffic_class == there);
        prober.on_echo({.stamp = kernel(now + 1ms), .read = now, .traffic_class = back}, *echo);
    };
    round(46 << 2, 46 << 2);
    round(46 << 2 | 3, 46 << 2); // congestion marks are no other code point
    round(0, 0);                 // bleached on the way there
    round(46 << 2, 0);           // bleached on the way back
    const auto news = prober.take_news(now + 3s);
    REQUIRE(news.has_value());
    CHECK(news->counts.remarked_there == 1);
    CHECK(news->counts.remarked_back == 1);
}

TEST_CASE("numbers go on when probing begins anew", "[session]") {
    Flow flow{{.interval = 10ms, .stamp_echoes = false}};
    flow.round();
    flow.finish();
    flow.over = false;
    flow.prober.set(flow.now, {.interval = 5ms, .payload_bytes = 1000, .stamp_echoes = false});
    const wire::Probe probe = flow.send();
    CHECK(probe.number == 1);
    CHECK(probe.length == 1000);
    flow.hear(flow.answer(probe));
    flow.finish();
    CHECK(flow.records.size() == 2);
}
