#include "check.hpp"
#include "session/load_watch.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};

class Gauge final : public HostGauge {
public:
    std::optional<ThreadTimes> thread_times() override {
        ++readings;
        if (!time) return std::nullopt;
        return ThreadTimes{.running = *time, .waiting = waiting};
    }
    void begin() override { ++begun; }
    wire::HostRecord changes(wire::Role role) override {
        ++asked;
        return {.qdisc_drops = role == wire::Role::sender ? 7 : 8};
    }

    std::optional<Duration> time = 5s;
    std::optional<Duration> waiting = 1s;
    int readings = 0;
    int begun = 0;
    std::uint64_t asked = 0;
};

wire::HostRecord record_of(LoadWatch& watch, wire::Role role, std::uint32_t test = 1) {
    TestEnded ended{.test = test};
    watch.complete(ended, role);
    return role == wire::Role::sender ? ended.sent.host : ended.received.host;
}

} // namespace

TEST_CASE("a thread is as busy as it was while packets moved", "[session]") {
    Gauge gauge;
    LoadWatch watch{gauge};
    watch.begin(1);
    CHECK(gauge.begun == 1);
    // Two seconds of waiting, one of a load that takes 30 % of it, two of waiting.
    MonoTime now = start;
    std::uint64_t packets = 0;
    for (; now < start + 2s; now += 5ms)
        watch.on_turn(now, 0);
    for (; now <= start + 3s; now += 5ms, gauge.time = *gauge.time + 1500us) {
        watch.on_turn(now, packets += 3);
        gauge.waiting = *gauge.waiting + 500us;
    }
    for (; now < start + 5s; now += 5ms)
        watch.on_turn(now, packets);
    const wire::HostRecord record = record_of(watch, wire::Role::receiver);
    REQUIRE(record.thread_busy.has_value());
    CHECK(std::abs(record.thread_busy->ratio() - 0.3) < 0.001);
    REQUIRE(record.thread_kept_waiting.has_value());
    CHECK(std::abs(record.thread_kept_waiting->ratio() - 0.1) < 0.001);
    CHECK(gauge.readings <= 42); // one each 25 ms of the load
}

TEST_CASE("how busy a thread was is unknown of a load that is too short, or of a mute clock",
          "[session]") {
    Gauge gauge;
    LoadWatch watch{gauge};
    watch.begin(1);
    watch.on_turn(start, 1);
    watch.on_turn(start + 99ms, 2);
    CHECK_FALSE(record_of(watch, wire::Role::sender).thread_busy.has_value());
    gauge.waiting.reset(); // a kernel may count the one and not the other
    watch.begin(3);
    watch.on_turn(start, 1);
    watch.on_turn(start + 10s, 2);
    const wire::HostRecord record = record_of(watch, wire::Role::sender, 3);
    CHECK(record.thread_busy == wire::Share{0});
    CHECK_FALSE(record.thread_kept_waiting.has_value());
    gauge.time.reset();
    watch.begin(2);
    watch.on_turn(start, 1);
    watch.on_turn(start + 10s, 2);
    CHECK_FALSE(record_of(watch, wire::Role::sender, 2).thread_busy.has_value());
    CHECK(record_of(watch, wire::Role::sender, 2).qdisc_drops == 7);
}

TEST_CASE("a record goes to the role that the port had, and is the same when told again",
          "[session]") {
    Gauge gauge;
    LoadWatch watch{gauge};
    watch.begin(1);
    TestEnded ended{.test = 1};
    watch.complete(ended, wire::Role::receiver);
    CHECK(ended.received.host.qdisc_drops == 8);
    CHECK(ended.sent.host == wire::HostRecord{});
    CHECK(record_of(watch, wire::Role::receiver).qdisc_drops == 8);
    CHECK(gauge.asked == 1);
    CHECK(record_of(watch, wire::Role::receiver, 9) == wire::HostRecord{}); // of another test
}

TEST_CASE("a share is held between nothing and all", "[session]") {
    CHECK(wire::Share::of(1, 4) == wire::Share{2500});
    CHECK(wire::Share::of(1, 3) == wire::Share{3333});
    CHECK(wire::Share::of(5, 4) == wire::Share{10'000});
    CHECK(wire::Share::of(-1, 4) == wire::Share{0});
    CHECK(wire::Share::of(1, 0) == wire::Share{0});
    CHECK(wire::Share{4120}.ratio() == 0.412);
}
