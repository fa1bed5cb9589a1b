// The hub of a latency measurement, told of its ports by hand; with real ones it runs in tests/sim.
#include "check.hpp"
#include "session/latency_connection.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};

struct Hub {
    explicit Hub(const LatencyPlan& plan = {}) : connection{plan, Terms{}, start} {}

    void open() {
        for (const PortRole role : port_roles)
            tell(PortValid{.rtt = 1ms}, role);
    }
    void tell(const PortNews& news, PortRole role = PortRole::control) {
        connection.on_news(now, role, news, out);
    }
    void run_until(MonoTime end) {
        for (; now < end && !connection.done(); now += 10ms)
            if (now >= connection.due()) connection.on_timer(now, out);
    }
    LatencyPhase phase() const { return connection.progress(now).phase; }
    // The newest order to probe; null: none.
    const SetProbing* probing() const {
        const SetProbing* found = nullptr;
        for (const auto& [role, order] : out.orders)
            if (const auto* set = std::get_if<SetProbing>(&order)) found = set;
        return found;
    }
    template <typename Body>
    int said() const {
        int count = 0;
        for (const auto& [role, order] : out.orders)
            if (const auto* say = std::get_if<SendControl>(&order))
                count += std::holds_alternative<Body>(say->body) ? 1 : 0;
        return count;
    }

    LatencyConnection connection;
    ConnectionOutbox out;
    MonoTime now = start;
};

} // namespace

TEST_CASE("it probes as planned when all ports are open, and closes when all is settled",
          "[session]") {
    Hub hub{{.probing = {.interval = 20ms, .dscp = 46, .most_probes = 10}}};
    CHECK(hub.phase() == LatencyPhase::opening);
    CHECK(hub.probing() == nullptr);
    hub.open();
    REQUIRE(hub.probing() != nullptr);
    CHECK(hub.probing()->interval == 20ms);
    CHECK(hub.probing()->dscp == 46);
    CHECK(hub.probing()->most_probes == 10);
    hub.tell(LatencyNews{.counts = {.sent = 3, .returned = 2}});
    CHECK(hub.phase() == LatencyPhase::probing);
    CHECK(hub.connection.due() == never); // the port says when it is over
    hub.tell(LatencyNews{.counts = {.sent = 10, .returned = 10}, .over = true});
    CHECK(hub.phase() == LatencyPhase::closing);
    CHECK(hub.said<wire::Close>() == 1);
    hub.tell(ControlArrived{wire::Closed{}});
    CHECK(hub.connection.done());
    CHECK(hub.connection.outcome().end == wire::End::completed);
    CHECK(hub.connection.outcome().counts.returned == 10);
}

TEST_CASE("an interrupt stops the probes, and what is under way may come back", "[session]") {
    Hub hub;
    hub.open();
    hub.connection.interrupt(hub.now, hub.out);
    CHECK(hub.phase() == LatencyPhase::settling);
    CHECK(hub.probing()->interval == 0s);
    CHECK(hub.said<wire::Close>() == 0);
    SECTION("until the port says that all is settled") {
        hub.tell(LatencyNews{.over = true});
    }
    SECTION("or for no longer than an echo is waited for") {
        hub.run_until(start + 12s);
        CHECK(hub.said<wire::Close>() > 0);
    }
    hub.run_until(hub.now + 1s);
    CHECK(hub.connection.done());
    CHECK(hub.connection.outcome().end == wire::End::interrupted);
}

TEST_CASE("an interrupt before the ports are open closes at once", "[session]") {
    Hub hub;
    hub.connection.interrupt(hub.now, hub.out);
    CHECK(hub.phase() == LatencyPhase::closing);
    hub.run_until(start + 1s);
    CHECK(hub.connection.done());
    CHECK(hub.connection.outcome().end == wire::End::interrupted);
}

TEST_CASE("when the server closes or falls silent its reason is the result's", "[session]") {
    Hub hub;
    hub.open();
    wire::End expected = wire::End::shutting_down;
    SECTION("it closes") {
        hub.tell(ControlArrived{wire::Close{expected}});
        CHECK(hub.said<wire::Closed>() == 1);
    }
    SECTION("it falls silent") {
        expected = wire::End::peer_silent;
        hub.tell(PortSilent{});
    }
    CHECK(hub.phase() == LatencyPhase::settling); // what has come is still told
    hub.tell(LatencyNews{.counts = {.sent = 5, .returned = 4, .lost = 1}, .over = true});
    CHECK(hub.connection.done());
    CHECK(hub.said<wire::Close>() == 0);
    CHECK(hub.connection.outcome().end == expected);
    CHECK(hub.connection.outcome().counts.lost == 1);
}

TEST_CASE("ports that do not open in time end it", "[session]") {
    Hub hub;
    hub.tell(PortValid{.rtt = 1ms}, PortRole::control);
    hub.run_until(start + 10s);
    CHECK(hub.connection.done());
    CHECK(hub.connection.outcome().end == wire::End::half_open);
    CHECK(hub.connection.outcome().port_reached == std::array{true, false, false});
}

TEST_CASE("a lost port ends it at once", "[session]") {
    Hub hub;
    hub.open();
    hub.connection.on_port_lost(hub.now, hub.out);
    CHECK(hub.connection.done());
    CHECK(hub.connection.outcome().end == wire::End::worker_failed);
}

TEST_CASE("what both clocks do is part of the outcome, and unknown before it is known",
          "[session]") {
    Hub hub;
    CHECK_FALSE(hub.connection.outcome().near_clock.has_value());
    hub.open();
    hub.tell(LatencyNews{});
    CHECK_FALSE(hub.connection.outcome().far_clock.has_value());
    const ClockState far{.discipline = {ClockSync::synchronised, 2ms}, .steps = 1};
    hub.tell(LatencyNews{.far_clock = far, .far_clock_known = true});
    CHECK(hub.connection.outcome().far_clock == far);
    ClockReading reading{.discipline = {ClockSync::unsynchronised, std::nullopt}};
    hub.connection.on_clock(reading);
    reading.mono += 1s;
    reading.raw += 1s;
    reading.wall += 5s; // was set
    hub.connection.on_clock(reading);
    REQUIRE(hub.connection.outcome().near_clock.has_value());
    CHECK(hub.connection.outcome().near_clock->steps == 1);
    CHECK(hub.connection.outcome().near_clock->discipline.sync == ClockSync::unsynchronised);
}
