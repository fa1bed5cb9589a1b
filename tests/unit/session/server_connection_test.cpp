#include "check.hpp"
#include "session/server_connection.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};

Terms terms_with_volume(std::uint64_t bytes) {
    Terms terms;
    terms.max_rate = BitRate{10'000'000};
    terms.max_volume_bytes = bytes;
    terms.max_duration = 5s;
    terms.max_datagram_bytes = 1200;
    return terms;
}

// A session and what it has said.
struct Session {
    explicit Session(std::uint64_t volume = 0)
        : connection{{.session = 5, .terms = terms_with_volume(volume), .allowed_dscp = {0, 8}},
                     start} {}

    void open() {
        for (const PortRole role : port_roles)
            connection.on_news(start, role, PortValid{.rtt = 10ms}, out);
        out.clear();
    }
    void hear(const ControlBody& body, MonoTime now = start) {
        out.clear();
        connection.on_news(now, PortRole::control, ControlArrived{body}, out);
    }
    void end_test(PortRole role, const TestEnded& ended) {
        out.clear();
        connection.on_news(start, role, ended, out);
    }
    // The newest message to the client of this kind.
    template <typename Body>
    std::optional<Body> said() const {
        std::optional<Body> found;
        for (const auto& [role, order] : out.orders)
            if (const auto* say = std::get_if<SendControl>(&order))
                if (const auto* body = std::get_if<Body>(&say->body)) found = *body;
        return found;
    }
    template <typename Order>
    std::optional<Order> ordered(PortRole role) const {
        for (const auto& [to, order] : out.orders)
            if (const auto* found = std::get_if<Order>(&order); found != nullptr && to == role)
                return *found;
        return std::nullopt;
    }
    template <typename News>
    std::optional<News> told() const {
        for (const ConnectionNews& news : out.news)
            if (const auto* found = std::get_if<News>(&news)) return *found;
        return std::nullopt;
    }
    static wire::Start ask(std::uint32_t test, wire::Direction direction) {
        return {.test = test,
                .direction = direction,
                .datagram_bytes = 1472,
                .rate_bps = 50'000'000,
                .duration_ms = 10'000};
    }

    ConnectionOutbox out;
    ServerConnection connection;
};

} // namespace

TEST_CASE("a session opens when all three ports are proven, and not before", "[session]") {
    Session session;
    session.connection.on_news(start, PortRole::control, PortValid{.rtt = 10ms}, session.out);
    session.connection.on_news(start, PortRole::upload, PortValid{}, session.out);
    CHECK_FALSE(session.told<ConnectionOpened>().has_value());
    session.hear(Session::ask(1, wire::Direction::down));
    CHECK(session.out.orders.empty()); // the client will say it again
    session.connection.on_news(start, PortRole::download, PortValid{}, session.out);
    REQUIRE(session.told<ConnectionOpened>().has_value());
    CHECK(session.told<ConnectionOpened>()->rtt == 10ms);
}

TEST_CASE("a session that does not open in time is over, silently", "[session]") {
    Session session;
    CHECK(session.connection.due() <= start + 3s);
    session.connection.on_timer(start + 3s, session.out);
    REQUIRE(session.told<ConnectionEnded>().has_value());
    CHECK(session.told<ConnectionEnded>()->end == wire::End::half_open);
    CHECK(session.out.orders.empty());
    CHECK(session.connection.due() == never);
}

TEST_CASE("a wish is brought down to the terms", "[session]") {
    Session session;
    session.open();
    session.hear(Session::ask(1, wire::Direction::down));
    const auto ready = session.said<wire::Ready>();
    REQUIRE(ready.has_value());
    CHECK(ready->end == wire::End::none);
    CHECK(ready->rate_bps == 10'000'000);
    CHECK(ready->duration_ms == 5000);
    CHECK(ready->datagram_bytes == 1200);
    const auto begin = session.ordered<BeginSending>(PortRole::download);
    REQUIRE(begin.has_value());
    CHECK(begin->granted == BitRate{10'000'000});
    CHECK(begin->duration == 5s);
}

TEST_CASE("a download leaves with a code point that is allowed, or as best effort", "[session]") {
    using dgram::Ecn;
    using dgram::TrafficClass;
    const auto granted = [](TrafficClass wish) {
        Session session;
        session.open();
        wire::Start start = Session::ask(1, wire::Direction::down);
        start.traffic_class = wish.byte();
        session.hear(start);
        const auto begin = session.ordered<BeginSending>(PortRole::download);
        REQUIRE(begin.has_value());
        return begin->traffic_class;
    };
    CHECK(granted({}) == TrafficClass{});
    CHECK(granted({8, Ecn::not_ect}) == TrafficClass{8, Ecn::not_ect});
    CHECK(granted({46, Ecn::not_ect}) == TrafficClass{});
    CHECK(granted({46, Ecn::ect0}) == TrafficClass{0, Ecn::ect0});
}

TEST_CASE("START that is said again gets the same READY and begins nothing", "[session]") {
    Session session;
    session.open();
    session.hear(Session::ask(1, wire::Direction::up));
    REQUIRE(session.ordered<BeginReceiving>(PortRole::upload).has_value());
    session.hear(Session::ask(1, wire::Direction::up));
    CHECK(session.said<wire::Ready>().has_value());
    CHECK(session.out.orders.size() == 1);
    // The same number with another wish, an older one, or one too early: not answered.
    session.hear(Session::ask(1, wire::Direction::down));
    CHECK(session.out.orders.empty());
    session.hear(Session::ask(2, wire::Direction::down));
    CHECK(session.out.orders.empty());
}

TEST_CASE("a report tells the most that the server had to do while the test ran", "[session]") {
    Session session;
    session.open();
    session.connection.note_server_load({.sessions = 99, .loads = 99}); // no test yet
    session.hear(Session::ask(1, wire::Direction::up));
    REQUIRE(session.told<ConnectionSnapshot>().has_value()); // at once, so that it is told soon
    CHECK(session.told<ConnectionSnapshot>()->running);
    session.connection.note_server_load({.sessions = 3, .loads = 1});
    session.connection.note_server_load({.sessions = 2, .loads = 2});
    session.hear(wire::Stop{.test = 1});
    session.end_test(PortRole::upload, {.test = 1, .end = wire::End::completed});
    session.connection.note_server_load({.sessions = 50, .loads = 50}); // it is over
    REQUIRE(session.said<wire::Report>().has_value());
    CHECK(session.said<wire::Report>()->server == wire::ServerLoad{.sessions = 3, .loads = 2});
}

TEST_CASE("STOP is answered when the record is there, as often as it is said", "[session]") {
    Session session;
    session.open();
    session.hear(Session::ask(1, wire::Direction::up));
    const wire::Stop stop{.test = 1, .packets_accepted = 100};
    session.hear(stop);
    CHECK(session.ordered<EndTest>(PortRole::upload).has_value());
    CHECK_FALSE(session.said<wire::Report>().has_value());
    session.end_test(PortRole::upload,
                     {.test = 1, .end = wire::End::completed, .received = {.packets = 99}});
    REQUIRE(session.said<wire::Report>().has_value());
    CHECK(session.said<wire::Report>()->received.packets == 99);
    CHECK(session.said<wire::Report>()->role == wire::Role::receiver);
    const auto done = session.told<TestDone>();
    REQUIRE(done.has_value());
    CHECK(done->sent.packets_accepted == 100);
    CHECK(done->received.packets == 99);
    for (int i = 0; i < 3; ++i) {
        session.hear(stop);
        CHECK(session.said<wire::Report>().has_value());
        CHECK_FALSE(session.told<TestDone>().has_value()); // once
    }
    session.hear(wire::Stop{.test = 2});
    CHECK(session.out.orders.empty());
}

TEST_CASE("a download is announced with what its receiver said last", "[session]") {
    Session session;
    session.open();
    session.hear(Session::ask(1, wire::Direction::down));
    session.end_test(PortRole::download, {.test = 1,
                                          .end = wire::End::completed,
                                          .sent = {.packets_accepted = 100},
                                          .received = {.packets = 80}});
    session.hear(wire::Stop{.test = 1});
    CHECK(session.ordered<EndTest>(PortRole::download).has_value()); // feedback has come since
    session.end_test(PortRole::download, {.test = 1,
                                          .end = wire::End::completed,
                                          .sent = {.packets_accepted = 100},
                                          .received = {.packets = 90}});
    REQUIRE(session.said<wire::Report>().has_value());
    CHECK(session.said<wire::Report>()->sent.packets_accepted == 100);
    CHECK_FALSE(session.told<TestDone>().has_value());
    // The port's next snapshot has heard of the rest.
    session.out.clear();
    session.connection.on_news(start, PortRole::download,
                               PortSnapshot{.role = PortRole::download,
                                            .test = 1,
                                            .sent = {.packets_accepted = 100},
                                            .received = {.packets = 100}},
                               session.out);
    REQUIRE(session.told<TestDone>().has_value());
    CHECK(session.told<TestDone>()->received.packets == 100);
}

TEST_CASE("the volume of a session is for all its tests together", "[session]") {
    Session session{100'000};
    session.open();
    session.hear(Session::ask(1, wire::Direction::down));
    CHECK(session.ordered<BeginSending>(PortRole::download)->volume_bytes == 100'000);
    session.end_test(PortRole::download, {.test = 1, .sent = {.payload_bytes = 60'000}});
    session.hear(Session::ask(2, wire::Direction::up));
    CHECK(session.ordered<BeginReceiving>(PortRole::upload)->volume_bytes == 40'000);
    session.end_test(PortRole::upload, {.test = 2, .received = {.payload_bytes = 39'500}});
    session.hear(Session::ask(3, wire::Direction::down));
    REQUIRE(session.said<wire::Ready>().has_value());
    CHECK(session.said<wire::Ready>()->end == wire::End::volume_used);
    CHECK_FALSE(session.ordered<BeginSending>(PortRole::download).has_value());
}

TEST_CASE("CLOSE stops the load at once, and is answered for a while", "[session]") {
    Session session;
    session.open();
    session.hear(Session::ask(1, wire::Direction::down));
    session.hear(wire::Close{wire::End::interrupted});
    CHECK(session.said<wire::Closed>().has_value());
    CHECK(session.ordered<EndTest>(PortRole::download).has_value());
    CHECK_FALSE(session.connection.ended());
    session.hear(wire::Close{wire::End::interrupted}, start + 100ms);
    CHECK(session.said<wire::Closed>().has_value());
    CHECK_FALSE(session.ordered<EndTest>(PortRole::upload).has_value());
    session.out.clear();
    session.connection.on_timer(start + 300ms, session.out);
    REQUIRE(session.told<ConnectionEnded>().has_value());
    CHECK(session.told<ConnectionEnded>()->end == wire::End::interrupted);
}

TEST_CASE("CLOSE of the server is said three times at most, and once it is heard no more",
          "[session]") {
    SECTION("nobody answers") {
        Session session;
        session.open();
        session.connection.close(start, wire::End::shutting_down, session.out);
        std::size_t said = 0;
        for (Duration passed = 0ms; !session.connection.ended() && passed < 2s; passed += 50ms) {
            said += session.said<wire::Close>().has_value() ? 1U : 0U;
            session.out.clear();
            session.connection.on_timer(start + passed + 50ms, session.out);
        }
        CHECK(said == 3);
        REQUIRE(session.told<ConnectionEnded>().has_value());
        CHECK(session.told<ConnectionEnded>()->end == wire::End::shutting_down);
    }
    SECTION("the client answers") {
        Session session;
        session.open();
        session.connection.close(start, wire::End::rate_exceeded, session.out);
        session.hear(wire::Closed{wire::End::rate_exceeded});
        REQUIRE(session.told<ConnectionEnded>().has_value());
        CHECK(session.told<ConnectionEnded>()->end == wire::End::rate_exceeded);
    }
}

TEST_CASE("a session that ends in the middle of a test tells what is known of it", "[session]") {
    Session session;
    session.open();
    session.hear(Session::ask(1, wire::Direction::down));
    session.connection.on_news(start, PortRole::download,
                               PortSnapshot{.role = PortRole::download,
                                            .test = 1,
                                            .sent = {.packets_accepted = 60},
                                            .received = {.packets = 50}},
                               session.out);
    session.out.clear();
    session.connection.on_port_lost(session.out);
    REQUIRE(session.told<TestDone>().has_value());
    CHECK(session.told<TestDone>()->end == wire::End::worker_failed);
    CHECK(session.told<TestDone>()->sent.packets_accepted == 60);
    CHECK(session.told<TestDone>()->received.packets == 50);
    CHECK(session.told<ConnectionEnded>()->end == wire::End::worker_failed);
}
