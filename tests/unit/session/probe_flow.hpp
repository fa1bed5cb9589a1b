// A prober and the answerer that it asks, with a path between them that does what a test says.
#pragma once

#include "check.hpp"
#include "session/latency_answerer.hpp"
#include "session/latency_prober.hpp"

#include <set>
#include <vector>

namespace wyn::session::test {

inline constexpr MonoTime start{1000s};
// The server's clock is hours away.
inline constexpr Duration far = 5h;
inline constexpr Duration way = 10ms; // one way

inline Stamp kernel(MonoTime time) {
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
                    prober.on_handed(due->probe.number,
                                     {.segments = 1, .handed = now, .left = now + stack_time});
                return due->probe;
            }
        }
    }
    // It reaches the server, which answers at once.
    wire::Echo answer(const wire::Probe& probe, Duration late = 0s) {
        const MonoTime there = mono_from_ns(probe.sent_ns) + way + late + far;
        const MonoTime made = there + 20us;
        const wire::Echo echo = answerer.on_probe(kernel(there), made, 0, probe).value();
        if (stack_time > Duration::zero() && !probe.sweep)
            answerer.on_handed(echo.number, {.handed = made, .left = made + stack_time});
        return echo;
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
            for (const stats::ProbeRecord& record : news->settled()) {
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
    std::vector<stats::ProbeFate> fates() const {
        std::vector<stats::ProbeFate> all;
        for (const stats::ProbeRecord& record : records)
            all.push_back(record.fate);
        return all;
    }

    LatencyProber prober;
    LatencyAnswerer answerer{BitRate{0}};
    MonoTime now = start;
    Duration stack_time{}; // as both ends estimate it; zero: the server does not
    std::vector<stats::ProbeRecord> records;
    std::set<MonoTime> told; // when there were records
    LatencyCounts counts;
    bool over = false;
};

} // namespace wyn::session::test
