// What a server may answer that no honest one would. The honest ones are simulated (tests/sim).
#include "check.hpp"
#include "session/client_connection.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};

// The port that probes has come to the end of its time, or was told to stop, and says that nothing
// is under way any more.
void settle_probes(ClientConnection& connection, MonoTime now, ConnectionOutbox& out) {
    const auto ends = [](const auto& to) {
        const auto* probing = std::get_if<SetProbing>(&to.order);
        return probing != nullptr && (probing->interval == 0s || probing->most_time > 0s);
    };
    if (std::ranges::none_of(out.orders, ends)) return;
    std::erase_if(out.orders, ends);
    connection.on_news(now, PortRole::control, LatencyNews{.over = true}, out);
}

// A client that has just asked for its first test: up, at a fixed rate.
struct Asking {
    ConnectionOutbox out;
    ClientConnection connection;
    MonoTime now = start;
    wire::Start asked;

    explicit Asking(wire::Search search)
        : connection{{.directions = {wire::Direction::up},
                      .duration = 2s,
                      .search = search,
                      .rate = BitRate{50'000'000},
                      .datagram_bytes = 1200,
                      .idle_time = 10ms},
                     Terms{},
                     28,
                     start} {
        for (const PortRole role : port_roles)
            connection.on_news(now, role, PortValid{.rtt = 1ms}, out);
        connection.on_news(now, PortRole::control, PathMtuFound{}, out);
        for (int turn = 0; turn < 100 && asked.test == 0; ++turn) {
            now += 10ms;
            connection.on_timer(now, out);
            settle_probes(connection, now, out);
            for (const auto& [role, order] : out.orders)
                if (const auto* say = std::get_if<SendControl>(&order))
                    if (const auto* wish = std::get_if<wire::Start>(&say->body)) asked = *wish;
        }
        REQUIRE(asked.test == 1);
        out.clear();
    }

    void answer(const wire::Ready& ready) {
        connection.on_news(now, PortRole::control, ControlArrived{ready}, out);
    }
    wire::Ready as_asked() const {
        return {.test = asked.test,
                .datagram_bytes = asked.datagram_bytes,
                .rate_bps = asked.rate_bps,
                .duration_ms = asked.duration_ms};
    }
    // The order to begin with the load; null when there is none.
    const BeginSending* begun() const {
        for (const auto& [role, order] : out.orders)
            if (const auto* begin = std::get_if<BeginSending>(&order)) return begin;
        return nullptr;
    }
    bool ends_its_test() const {
        return std::any_of(out.orders.begin(), out.orders.end(), [](const auto& order) {
            return std::holds_alternative<EndTest>(order.order);
        });
    }
    // Why the client has said STOP; none when it has not.
    wire::End stopped() const {
        for (const auto& [role, order] : out.orders)
            if (const auto* say = std::get_if<SendControl>(&order))
                if (const auto* stop = std::get_if<wire::Stop>(&say->body)) return stop->end;
        return wire::End::none;
    }
};

} // namespace

TEST_CASE("a client takes what it asked for, or less", "[session]") {
    Asking client{wire::Search::fixed};
    wire::Ready ready = client.as_asked();
    SECTION("all of it") {}
    SECTION("a lower rate") {
        ready.rate_bps = 1;
    }
    SECTION("smaller datagrams") {
        ready.datagram_bytes = 40;
    }
    SECTION("a shorter time") {
        ready.duration_ms = 1;
    }
    client.answer(ready);
    REQUIRE(client.begun() != nullptr);
    CHECK(client.begun()->rate.bps() == client.asked.rate_bps);
    CHECK(client.begun()->granted.bps() == ready.rate_bps);
    CHECK(client.begun()->datagram_bytes == ready.datagram_bytes);
    CHECK(client.begun()->duration == std::chrono::milliseconds{ready.duration_ms});
    CHECK(client.stopped() == wire::End::none);
}

TEST_CASE("a client does not follow a server that grants what nobody asked for", "[session]") {
    Asking client{wire::Search::fixed};
    wire::Ready ready = client.as_asked();
    SECTION("no rate at all") {
        ready.rate_bps = 0;
    }
    SECTION("a higher rate") {
        ready.rate_bps += 1;
    }
    SECTION("larger datagrams") {
        ready.datagram_bytes = 1201;
    }
    SECTION("a longer time") {
        ready.duration_ms += 1;
    }
    client.answer(ready);
    CHECK(client.begun() == nullptr);
    CHECK(client.stopped() == wire::End::protocol);
}

TEST_CASE("a search may be granted with any ceiling below its own", "[session]") {
    Asking client{wire::Search::type_b};
    wire::Ready ready = client.as_asked();
    SECTION("below") {
        ready.rate_bps = 1'000'000;
        client.answer(ready);
        CHECK(client.begun() != nullptr);
    }
    SECTION("none, which is above") {
        ready.rate_bps = 0;
        client.answer(ready);
        CHECK(client.begun() == nullptr);
        CHECK(client.stopped() == wire::End::protocol);
    }
}

TEST_CASE("when the server closes in the middle of a load, our own port is asked for the rest",
          "[session]") {
    Asking client{wire::Search::fixed};
    client.answer(client.as_asked());
    client.out.clear();
    client.connection.on_news(client.now, PortRole::control,
                              ControlArrived{wire::Close{wire::End::shutting_down}}, client.out);
    REQUIRE(client.ends_its_test());
    REQUIRE(!client.connection.done());
    const auto direction = [&] { return client.connection.result().up.value(); };

    SECTION("and what it says is the result") {
        client.connection.on_news(
            client.now, PortRole::upload,
            TestEnded{.test = client.asked.test, .sent = {.packets_accepted = 700}}, client.out);
        CHECK(direction().sent_known);
        CHECK(direction().sent.packets_accepted == 700);
    }
    SECTION("but not for longer than a second") {
        client.connection.on_timer(client.now + 999ms, client.out);
        REQUIRE(!client.connection.done());
        client.connection.on_timer(client.now + 1s, client.out);
        CHECK(!direction().sent_known);
    }
    SECTION("unless it is gone as well") {
        client.connection.on_port_lost(client.now, client.out);
        CHECK(!direction().sent_known);
    }
    CHECK(client.connection.done());
    CHECK(client.connection.result().end == wire::End::shutting_down);
    CHECK(direction().end == wire::End::shutting_down);
}

namespace {

// A client whose ports have all been proven.
struct Opened {
    explicit Opened(const ProbePlan& plan) : connection{plan, Terms{}, 28, start} {
        for (const PortRole role : port_roles)
            connection.on_news(start, role, PortValid{.rtt = 1ms}, out);
        connection.on_news(start, PortRole::control, PathMtuFound{}, out);
    }
    void run_until(MonoTime end) {
        for (MonoTime now = start; now < end; now += 10ms) {
            connection.on_timer(now, out);
            settle_probes(connection, now, out);
        }
    }

    ClientConnection connection;
    ConnectionOutbox out;
};

} // namespace

TEST_CASE("pacing and offload are asked of whoever sends, and of ourselves", "[session]") {
    Opened client{{.directions = {wire::Direction::down, wire::Direction::up},
                   .search = wire::Search::fixed,
                   .rate = BitRate{1'000'000},
                   .pacing = wire::Pacing::precise,
                   .offload = false,
                   .idle_time = 10ms}};
    client.run_until(start + 1s);
    const auto has = [&client](auto matches) {
        return std::ranges::any_of(client.out.orders,
                                   [&](const auto& order) { return matches(order.order); });
    };
    CHECK(has([](const PortOrder& order) {
        const auto* receive = std::get_if<BeginReceiving>(&order);
        return receive != nullptr && !receive->offload;
    }));
    CHECK(has([](const PortOrder& order) {
        const auto* say = std::get_if<SendControl>(&order);
        const auto* ask = say == nullptr ? nullptr : std::get_if<wire::Start>(&say->body);
        return ask != nullptr && ask->pacing == wire::Pacing::precise && !ask->offload;
    }));
}

TEST_CASE("a plan that goes together with others waits for them before each direction",
          "[session]") {
    Opened client{{.directions = {wire::Direction::up},
                   .search = wire::Search::fixed,
                   .rate = BitRate{1'000'000},
                   .together = true,
                   .idle_time = 10ms}};
    const MonoTime now = start + 10s;
    client.run_until(now);
    auto& [connection, out] = client;
    CHECK(connection.waiting());
    CHECK(connection.due() == never);
    SECTION("and goes on when it is told to") {
        out.clear();
        connection.go_on(now, out);
        CHECK_FALSE(connection.waiting());
        CHECK(std::ranges::any_of(out.orders, [](const auto& order) {
            const auto* say = std::get_if<SendControl>(&order.order);
            return say != nullptr && std::holds_alternative<wire::Start>(say->body);
        }));
    }
    SECTION("or ends when the user wants to stop") {
        connection.interrupt(now, out);
        CHECK_FALSE(connection.waiting());
        CHECK(connection.result().end == wire::End::interrupted);
    }
    SECTION("or when the server is gone") {
        connection.on_news(now, PortRole::control, PortSilent{}, out);
        CHECK(connection.done());
    }
}

TEST_CASE("a client that hears no more of its probes goes on without them", "[session]") {
    Opened client{{.directions = {wire::Direction::up},
                   .search = wire::Search::fixed,
                   .rate = BitRate{1'000'000},
                   .idle_time = 1s}};
    MonoTime now = start;
    const auto asks = [&client] {
        return std::ranges::any_of(client.out.orders, [](const auto& to) {
            const auto* say = std::get_if<SendControl>(&to.order);
            return say != nullptr && std::holds_alternative<wire::Start>(say->body);
        });
    };
    for (; now < start + 10s && !asks(); now += 10ms)
        if (now >= client.connection.due()) client.connection.on_timer(now, client.out);
    CHECK(asks());
    CHECK(now > start + 4s); // it did wait
    CHECK(now < start + 6s);
}

namespace {

// What a client does about the MTU of its path, before a download and an upload.
struct Sized {
    ConnectionOutbox out;
    ClientConnection connection;
    MonoTime now = start;

    explicit Sized(std::optional<std::uint16_t> datagram_bytes, const Terms& terms = {},
                   std::uint64_t budget_bytes = 0)
        : connection{{.budget_bytes = budget_bytes,
                      .datagram_bytes = datagram_bytes,
                      .kernel_mtu = 1480,
                      .idle_time = 10ms},
                     terms,
                     28,
                     start} {
        for (const PortRole role : port_roles)
            connection.on_news(now, role, PortValid{.rtt = 1ms}, out);
    }
    std::optional<FindPathMtu> wanted() const {
        for (const auto& [role, order] : out.orders)
            if (const auto* find = std::get_if<FindPathMtu>(&order)) return *find;
        return std::nullopt;
    }
    void find(const PathMtuFound& found) { connection.on_news(now, PortRole::control, found, out); }
    // The datagrams of the load that is asked for next; 0: none was.
    std::uint16_t asked_bytes() {
        for (int turn = 0; turn < 100; ++turn) {
            now += 10ms;
            connection.on_timer(now, out);
            settle_probes(connection, now, out);
            for (const auto& [role, order] : out.orders)
                if (const auto* say = std::get_if<SendControl>(&order))
                    if (const auto* wish = std::get_if<wire::Start>(&say->body))
                        return wish->datagram_bytes;
        }
        return 0;
    }
};

constexpr PathMtu tunnel{1420, measure::MtuLimit::silence};
constexpr PathMtu ethernet{1500, measure::MtuLimit::host};
constexpr PathMtu jumbo{9000, measure::MtuLimit::none};

} // namespace

TEST_CASE("before anything is measured the path's MTU is looked for", "[session]") {
    Sized client{std::nullopt};
    REQUIRE(client.wanted().has_value());
    CHECK(client.wanted()->ceiling == 9000);
    CHECK(Sized{1472}.wanted()->ceiling == 9000);
    CHECK(Sized{20'000}.wanted()->ceiling == 20'028); // whether it passes is worth knowing
    CHECK(Sized{65'507}.wanted()->ceiling == 65'535);
    const std::uint64_t budget = 5'000'000; // is for the load
    CHECK(Sized{std::nullopt, Terms{}, budget}.wanted()->ceiling == 1500);
    CHECK(Sized{8972, Terms{}, budget}.wanted()->ceiling == 9000);
    client.find({.up = tunnel, .down = ethernet});
    CHECK(client.connection.result().path->up == tunnel);
}

TEST_CASE("a load has the datagrams that fit its direction of the path", "[session]") {
    Sized client{std::nullopt};
    client.find({.up = tunnel, .down = ethernet});
    CHECK(client.asked_bytes() == 1472); // the first one is the download
    Sized large{std::nullopt};
    large.find({.up = ethernet, .down = jumbo});
    CHECK(large.asked_bytes() == 8972);
    Sized limited{std::nullopt, {.max_datagram_bytes = 1000}};
    limited.find({.up = ethernet, .down = ethernet});
    CHECK(limited.asked_bytes() == 1000);
}

TEST_CASE("where the path's MTU is not found out the kernel's has to do", "[session]") {
    Sized client{std::nullopt};
    SECTION("nothing passed") {
        client.find({});
    }
    SECTION("nothing is heard of the search") {
        client.now = start + 60s;
        client.connection.on_timer(client.now, client.out);
    }
    CHECK(client.asked_bytes() == 1480 - 28);
}

TEST_CASE("a load that cannot pass is not begun, and the next one is", "[session]") {
    Sized client{1472};
    client.find({.up = ethernet, .down = tunnel});
    CHECK(client.asked_bytes() == 1472);
    const ProbeResult& result = client.connection.result();
    REQUIRE(result.down.has_value());
    CHECK(result.down->end == wire::End::too_long);
    REQUIRE(result.up.has_value());
    CHECK(result.up->end == wire::End::none);
}

TEST_CASE("a load is not held back by a search that was cut short", "[session]") {
    Sized client{1472};
    client.find({.up = {.bytes = 1400}, .down = {.bytes = 1400}}); // larger ones may well pass
    CHECK(client.asked_bytes() == 1472);
    CHECK(client.connection.result().down->end == wire::End::none);
}

TEST_CASE("a wall clock that is set during a probe is counted, on either host", "[session]") {
    Asking client{wire::Search::fixed};
    CHECK_FALSE(client.connection.result().clock_steps.has_value());
    ClockReading reading{.mono = client.now};
    client.connection.on_clock(reading);
    CHECK(client.connection.result().clock_steps == 0);
    SECTION("this host's") {
        reading.mono += 1s;
        reading.raw += 1s;
        reading.wall += 5s;
        client.connection.on_clock(reading);
        CHECK(client.connection.result().clock_steps == 1);
    }
    SECTION("the server's, as its echoes tell") {
        const LatencyNews news{.far_clock = {.steps = 2}, .far_clock_known = true};
        client.connection.on_news(client.now, PortRole::control, news, client.out);
        CHECK(client.connection.result().clock_steps == 2);
    }
}
