// What the prober makes of what comes back, and of what does not.
#include "check.hpp"
#include "session/latency_answerer.hpp"
#include "session/latency_prober.hpp"

#include <set>
#include <vector>

using namespace wyn;
using namespace wyn::session;
using stats::ProbeFate;
using stats::ProbeRecord;

namespace {

constexpr MonoTime start{1000s};
// The server's clock is hours away.
constexpr Duration far = 5h;
constexpr Duration way = 10ms; // one way

Stamp kernel(MonoTime time) {
    return {time, StampOrigin::kernel};
}

// Both ends, and a path of 10 ms each way between them that does what the test says.
struct Flow {
    explicit Flow(const SetProbing& order) { prober.set(start, order); }

    // The next message at its time, and when that is.
    wire::Probe send() {
        for (;;) {
            now = std::max(now, prober.due());
            take_news();
            if (const auto due = prober.on_timer(now)) {
                if (!due->probe.sweep)
                    prober.on_handed(due->probe.number, {.segments = 1, .handed = now});
                return due->probe;
            }
        }
    }
    // It reaches the server, which answers at once.
    wire::Echo answer(const wire::Probe& probe, Duration late = 0s) {
        const MonoTime there = mono_from_ns(probe.sent_ns) + way + late + far;
        return answerer.on_probe(kernel(there), there + 20us, 0, probe).value();
    }
    std::optional<wire::Drop> hear(const wire::Echo& echo) {
        return hear(echo, mono_from_ns(echo.sent_ns) - far + way);
    }
    std::optional<wire::Drop> hear(const wire::Echo& echo, MonoTime at) {
        now = std::max(now, at);
        return prober.on_echo({.stamp = kernel(at), .read = at + 5us}, echo);
    }
    // One probe there and back.
    void round() {
        const wire::Probe probe = send();
        CHECK_FALSE(hear(answer(probe)).has_value());
    }
    void take_news() {
        while (const auto news = prober.take_news(now)) {
            counts = news->counts;
            over = news->over;
            if (news->count > 0) told.insert(now);
            for (const ProbeRecord& record : news->settled()) {
                REQUIRE(record.number == records.size()); // in order, without a gap
                records.push_back(record);
            }
        }
    }
    // No more probes; what is asked afterwards is answered, or not.
    void finish(bool answered = true) {
        prober.set(now, {});
        for (int turn = 0; turn < 1000 && !over; ++turn) {
            REQUIRE(prober.due() != never);
            now = std::max(now, prober.due());
            if (const auto due = prober.on_timer(now)) {
                CHECK(due->probe.sweep);
                if (answered) CHECK_FALSE(hear(answer(due->probe)).has_value());
            }
            take_news();
        }
        CHECK(over);
        CHECK(prober.due() == never);
    }
    std::vector<ProbeFate> fates() const {
        std::vector<ProbeFate> all;
        for (const ProbeRecord& record : records)
            all.push_back(record.fate);
        return all;
    }

    LatencyProber prober;
    LatencyAnswerer answerer{BitRate{0}};
    MonoTime now = start;
    std::vector<ProbeRecord> records;
    std::set<MonoTime> told; // when there were records
    LatencyCounts counts;
    bool over = false;
};

} // namespace

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
    SECTION("or one of the three behind it, when that is lost") {
        flow.hear(stamped(0, 4us));
        for (const std::uint32_t number : {1U, 2U, 3U})
            static_cast<void>(stamped(number, 6us));
        flow.hear(stamped(4, 6us));
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

TEST_CASE("what a server says of its departures cannot turn time around", "[session]") {
    Flow flow{{.interval = 10ms}};
    const wire::Probe probe = flow.send();
    flow.hear(flow.answer(probe));
    wire::Echo lie = flow.answer(flow.send());
    lie.followed = {.number = 0, .left_after = {{4s}}};
    flow.hear(lie);
    flow.finish();
    CHECK(flow.records.at(0).far_sent.origin == StampOrigin::user);
    CHECK(flow.records.at(0).rtt() == 2 * way);
}

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
    prober.on_handed(0, {.segments = 1, .handed = start + 20ms});
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
    prober.on_handed(0, {.segments = 1, .handed = late});
    CHECK_FALSE(prober.on_timer(late).has_value()); // no burst
    const auto news = prober.take_news(start + 3s);
    REQUIRE(news.has_value());
    CHECK(news->counts.sent == 1);
    CHECK(news->counts.skipped >= 8);
    CHECK(news->counts.skipped <= 9);
}

TEST_CASE("records are told in batches, some 50 ms after they are settled", "[session]") {
    Flow flow{{.interval = 1ms, .stamp_echoes = false}};
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
            prober.on_handed(number++, {.segments = 1, .handed = now});
        while (const auto news = prober.take_news(now))
            sent.push_back(news->counts.sent);
    }
    REQUIRE(!sent.empty());
    CHECK(sent.front() == 2);
}

TEST_CASE("stamps that do not come are asked for only now and then", "[session]") {
    Flow flow{{.interval = 10ms, .stamp_echoes = false}};
    std::size_t asked = 0;
    for (int i = 0; i < 1000; ++i) {
        flow.now = std::max(flow.now, flow.prober.due());
        flow.take_news();
        const auto due = flow.prober.on_timer(flow.now);
        if (!due) continue;
        asked += due->options.departure_id ? 1U : 0U;
        flow.prober.on_handed(due->probe.number, {.segments = 1, .handed = flow.now});
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
        prober.on_handed(due->probe.number, {.segments = 1, .handed = now});
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
