// The first contact, by hand; honest clients are simulated (tests/sim).
#include "check.hpp"
#include "unit/daemon/door.hpp"

using namespace wyn;
using namespace wyn::daemon;
using test::client;
using test::Door;
using test::local;
using test::start;

TEST_CASE("a HELLO without a cookie gets one and leaves no trace", "[daemon]") {
    Door door;
    const auto reply = door.say({.nonce = {1}});
    REQUIRE(reply.has_value());
    CHECK(std::get<wire::Cookie>(*reply).nonce == wire::Nonce{1});
    CHECK(door.newest.size() == 64);
    CHECK(door.listener.sessions().size() == 0);
    CHECK(door.host.open.empty());
    CHECK(door.listener.due() == never);
}

TEST_CASE("a HELLO with its cookie gets a session, said again the same one", "[daemon]") {
    Door door;
    const wire::Hello hello = door.with_cookie({.nonce = {1}});
    REQUIRE(std::holds_alternative<wire::Assign>(*door.say(hello)));
    const std::vector<std::uint8_t> assign = door.newest;
    CHECK(door.host.started.size() == 1);
    CHECK(door.host.open.size() == 3);
    REQUIRE(door.say(hello, start + 1s).has_value());
    CHECK(door.newest == assign);
    CHECK(door.host.started.size() == 1);
    CHECK(door.listener.counts().admitted == 1);
}

TEST_CASE("ASSIGN is said again by itself until the session is open, or the time is over",
          "[daemon]") {
    Door door;
    door.say(door.with_cookie({.nonce = {1}}));
    const std::uint64_t session = door.host.started[0].setup.session;
    CHECK(door.listener.due() == start + 50ms);
    door.out.clear();
    door.listener.on_timer(start + 50ms, door.out);
    CHECK(door.out.replies.size() == 1);

    SECTION("it opens") {
        door.listener.on_opened(session);
        CHECK(door.listener.due() == never);
        door.out.clear();
        door.listener.on_timer(start + 1s, door.out);
        CHECK(door.out.replies.empty());
    }
    SECTION("it does not") {
        std::size_t said = 0;
        for (Duration passed = 100ms; passed < 10s; passed += 50ms) {
            door.out.clear();
            door.listener.on_timer(start + passed, door.out);
            said += door.out.replies.size();
        }
        CHECK(said == 58);
        CHECK(door.listener.due() == never);
    }
}

TEST_CASE("the same nonce with another wish is not the same HELLO", "[daemon]") {
    Door door;
    wire::Hello hello = door.with_cookie({.nonce = {1}});
    door.say(hello);
    hello.wish_rate_bps = 5;
    CHECK_FALSE(door.say(hello).has_value());
    CHECK(door.dropped(wire::Drop::unexpected) == 1);
}

TEST_CASE("a HELLO that is played back after its session gets nothing, until the cookie is stale",
          "[daemon]") {
    Door door;
    const wire::Hello hello = door.with_cookie({.nonce = {1}});
    door.say(hello);
    door.listener.on_opened(door.host.started[0].setup.session);
    CHECK_FALSE(door.say(hello, start + 1s).has_value());
    CHECK(door.dropped(wire::Drop::unexpected) == 1);
    door.listener.on_ended(door.host.started[0].setup.session);
    for (Duration passed = 2s; passed < 60s; passed += 1s)
        CHECK_FALSE(door.say(hello, start + passed).has_value());
    CHECK(door.host.started.size() == 1);
    CHECK(door.dropped(wire::Drop::replayed) > 0);
    CHECK(door.dropped(wire::Drop::cookie_stale) > 0);
    // Another attempt of the same client is welcome.
    const MonoTime later = start + 3s;
    const wire::Hello fresh = door.with_cookie({.nonce = {2}}, later);
    CHECK(std::holds_alternative<wire::Assign>(*door.say(fresh, later)));
}

TEST_CASE("ended sessions are remembered in bounded memory", "[daemon]") {
    Door door;
    SessionTable table;
    for (std::uint64_t i = 1; i <= 5000; ++i) {
        SessionEntry entry{.id = i, .client = client, .since = start + i * 1us};
        entry.nonce[0] = static_cast<std::uint8_t>(i);
        entry.nonce[1] = static_cast<std::uint8_t>(i >> 8);
        table.add(entry);
        table.remove(i);
    }
    const auto is_spent = [&](std::uint64_t i, MonoTime now) {
        wire::Nonce nonce{};
        nonce[0] = static_cast<std::uint8_t>(i);
        nonce[1] = static_cast<std::uint8_t>(i >> 8);
        return table.is_spent(now, client, nonce);
    };
    CHECK(is_spent(5000, start + 1s));
    CHECK(is_spent(905, start + 1s));
    CHECK_FALSE(is_spent(904, start + 1s)); // the oldest make room
    CHECK_FALSE(is_spent(5000, start + 33s));
}

TEST_CASE("a damaged HELLO of an anonymous client is dropped, not refused", "[daemon]") {
    Door door;
    const wire::Hello hello = door.with_cookie({.nonce = {1}});
    std::array<std::uint8_t, sizeof(wire::HelloLayout)> bytes{};
    wire::encode(wire::HandshakeMessage{hello}, bytes);
    wire::put_tag(bytes, crypto::Tagger{crypto::hello_key({})}.tag({wire::covered_by_tag(bytes)}));
    bytes[offsetof(wire::HelloLayout, wish_rate_bps) + 7] ^= 1;
    CHECK_FALSE(door.say_bytes(bytes).has_value());
    CHECK(door.dropped(wire::Drop::tag) == 1);
    CHECK(door.listener.sessions().size() == 0);
}

TEST_CASE("what no client says, and who no client is, gets no answer", "[daemon]") {
    Door door;
    std::array<std::uint8_t, sizeof(wire::AssignLayout)> bytes{};
    wire::encode(wire::HandshakeMessage{wire::Cookie{}}, bytes);
    CHECK_FALSE(door.say_bytes(wire::Bytes{bytes}.first(64)).has_value());
    CHECK(door.dropped(wire::Drop::type) == 1);
    CHECK_FALSE(door.say({}, start, {client.address, 53}).has_value());
    CHECK_FALSE(door.say({}, start, local).has_value());
    CHECK_FALSE(door.say({}, start, {dgram::Address::v4(239, 1, 1, 1), 40000}).has_value());
    CHECK_FALSE(door.say({}, start, {dgram::Address::v4(0, 0, 0, 0), 40000}).has_value());
    CHECK(door.dropped(wire::Drop::source) == 4);
}

TEST_CASE("ports come back after every way a session can fail to begin or can end", "[daemon]") {
    Door door;
    const std::size_t all = door.listener.ports().total();
    door.host.refuses = true;
    const auto refused = door.say(door.with_cookie({.nonce = {1}}));
    CHECK(std::get<wire::Refuse>(*refused).code == wire::Refusal::no_worker);
    CHECK(door.host.open.empty());
    CHECK(door.listener.ports().free() == all);

    door.host.refuses = false;
    door.host.taken = {7000, 7001, 7002, 7003, 7004, 7005, 7006};
    const auto none = door.say(door.with_cookie({.nonce = {2}}));
    CHECK(std::get<wire::Refuse>(*none).code == wire::Refusal::no_ports);
    CHECK(door.host.open.empty());
    CHECK(door.listener.ports().free() == all);

    door.host.taken.clear();
    door.say(door.with_cookie({.nonce = {3}}));
    CHECK(door.listener.ports().free() == all - 3);
    door.listener.on_ended(door.host.started[0].setup.session);
    CHECK(door.listener.ports().free() == all);
    door.listener.on_ended(door.host.started[0].setup.session); // twice is once
    CHECK(door.listener.ports().free() == all);
}
