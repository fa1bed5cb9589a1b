// The client's half of the first contact against the daemon's.
#include "check.hpp"
#include "session/client_handshake.hpp"
#include "unit/daemon/door.hpp"

#include <fmt/format.h>

using namespace wyn;
using namespace wyn::daemon;
using session::ClientHandshake;
using test::Door;
using test::start;

namespace {

const crypto::Key256 office_key{1, 2, 3};

crypto::Keyring ring() {
    std::vector<crypto::NamedKey> keys;
    keys.push_back({.id = 17, .psk = office_key, .name = "office"});
    return crypto::Keyring{std::move(keys)};
}

// An honest client until it has a session or a refusal, without a network between.
std::optional<ClientHandshake::Outcome> shake_hands(Door& door, const crypto::NamedKey& key,
                                                    const ClientHandshake::Wishes& wishes = {},
                                                    const dgram::Endpoint& from = test::client,
                                                    std::uint64_t seed = 7) {
    SeededRandom random{seed};
    ClientHandshake client{random, start, key, wishes};
    for (MonoTime now = start; now < start + 2s; now += 10ms) {
        const auto hello = client.on_timer(now);
        if (!hello || !door.say_bytes(*hello, now, from)) continue;
        if (auto outcome = client.on_datagram(now, door.newest)) return outcome;
    }
    return std::nullopt;
}

ClientHandshake::Assigned assigned(const std::optional<ClientHandshake::Outcome>& outcome) {
    REQUIRE(outcome.has_value());
    REQUIRE(std::holds_alternative<ClientHandshake::Assigned>(*outcome));
    return std::get<ClientHandshake::Assigned>(*outcome);
}
wire::Refuse refused(const std::optional<ClientHandshake::Outcome>& outcome) {
    REQUIRE(outcome.has_value());
    REQUIRE(std::holds_alternative<wire::Refuse>(*outcome));
    return std::get<wire::Refuse>(*outcome);
}

bool same_keys(const crypto::PortKeys& one, const crypto::PortKeys& other) {
    return one.client_to_server == other.client_to_server &&
           one.server_to_client == other.server_to_client && one.bulk == other.bulk;
}

} // namespace

TEST_CASE("both sides come to the same session, with or without a key", "[daemon]") {
    Door door{test::settings(), ring()};
    for (const crypto::NamedKey& key :
         {crypto::NamedKey{}, crypto::NamedKey{.id = 17, .psk = office_key}}) {
        INFO("key " << key.id);
        const ClientHandshake::Assigned ours =
            assigned(shake_hands(door, key, {}, test::client, 7 + key.id));
        const Admitted& theirs = door.host.started.back();
        CHECK(ours.assign.session == theirs.setup.session);
        CHECK(ours.assign.control_port == theirs.ports[0]);
        CHECK(ours.assign.upload_port == theirs.ports[1]);
        CHECK(ours.assign.download_port == theirs.ports[2]);
        CHECK(session::terms_of(ours.assign) == theirs.setup.terms);
        CHECK(ours.assign.seen_address == test::client.address.bytes);
        CHECK(ours.assign.seen_port == test::client.port);
        CHECK(wire::text_of(ours.assign.release) == WYN_VERSION);
        CHECK(same_keys(ours.keys.control, theirs.setup.control));
        CHECK(same_keys(ours.keys.upload, theirs.setup.upload));
        CHECK(same_keys(ours.keys.download, theirs.setup.download));
        CHECK(theirs.setup.client == test::client);
        CHECK(theirs.local == test::local);
        CHECK(theirs.key_name == (key.id == 0 ? "anonymous" : "office"));
    }
    CHECK(door.host.started[0].setup.session != door.host.started[1].setup.session);
    CHECK(door.listener.counts().admitted == 2);
    CHECK(door.listener.counts().cookies_sent == 2);
    CHECK(door.listener.counts().drops.total() == 0);
}

TEST_CASE("a session is told the terms of the configuration", "[daemon]") {
    ListenerSettings settings = test::settings();
    settings.terms = {.max_volume_bytes = 5'000'000'000,
                      .max_duration = 30s,
                      .max_datagram_bytes = 9000,
                      .heartbeat = 100ms,
                      .adjustment_delay = 20ms,
                      .feedback_interval = 10ms,
                      .half_open = 2s,
                      .idle_timeout = 4s};
    settings.limits.max_rate = BitRate{100'000'000};
    settings.tuning.send_sleep = 5us;
    settings.port_placement = Placement::process;
    settings.worker_timeout = 7s;
    Door door{settings};
    session::Terms expected = settings.terms;
    expected.max_rate = BitRate{100'000'000};
    CHECK(session::terms_of(assigned(shake_hands(door, {})).assign) == expected);
    const session::ConnectionSetup& setup = door.host.started[0].setup;
    CHECK(setup.terms == expected);
    CHECK(setup.tuning.send_sleep == 5us);
    CHECK(setup.port_placement == Placement::process);
    CHECK(setup.worker_timeout == 7s);
}

TEST_CASE("a key that is wrong and a key that is not there are told alike", "[daemon]") {
    Door door{test::settings(), ring()};
    const auto wrong = refused(shake_hands(door, {.id = 17, .psk = {9}}));
    const auto unknown =
        refused(shake_hands(door, {.id = 18, .psk = office_key}, {}, test::client, 8));
    CHECK(wrong.code == wire::Refusal::not_authorised);
    CHECK(wrong.retry_after_ms == 0);
    wire::Refuse same = wrong;
    same.nonce = unknown.nonce;
    same.tag = unknown.tag;
    CHECK(unknown == same);
    CHECK(door.host.open.empty());
    CHECK(door.listener.sessions().size() == 0);
}

TEST_CASE("a refusal says how much there is, and when to come again", "[daemon]") {
    ListenerSettings settings = test::settings();
    const auto second = [&](const ClientHandshake::Wishes& wishes = {}) {
        Door door{settings};
        assigned(shake_hands(door, {}, wishes));
        const wire::Refuse refuse =
            refused(shake_hands(door, {}, wishes, {dgram::Address::v4(10, 0, 0, 7), 40001}, 8));
        CHECK(refuse.retry_after_ms >= 5000);
        CHECK(refuse.retry_after_ms < 6250);
        REQUIRE(door.out.refused.size() == 1);
        CHECK(door.out.refused[0].client.port == 40001);
        CHECK(door.out.refused[0].refused.code == refuse.code);
        CHECK(door.listener.counts().refused[static_cast<std::size_t>(refuse.code)] == 1);
        return refuse;
    };
    SECTION("the table is full") {
        settings.limits.max_sessions = 1;
        const wire::Refuse refuse = second();
        CHECK(refuse.code == wire::Refusal::busy);
        CHECK(refuse.have == 1);
        CHECK(refuse.limit == 1);
    }
    SECTION("half of the table is half-open") {
        settings.limits.max_sessions = 2;
        const wire::Refuse refuse = second();
        CHECK(refuse.code == wire::Refusal::busy);
        CHECK(refuse.have == 1);
        CHECK(refuse.limit == 1);
    }
    SECTION("the address has its share") {
        settings.limits.max_sessions_per_address = 1;
        const wire::Refuse refuse = second();
        CHECK(refuse.code == wire::Refusal::per_address);
        CHECK(refuse.have == 1);
        CHECK(refuse.limit == 1);
    }
    SECTION("the rate is given away") {
        settings.limits.max_total_rate = BitRate{10'000'000};
        const wire::Refuse refuse = second({.rate = BitRate{8'000'000}});
        CHECK(refuse.code == wire::Refusal::rate_budget);
        CHECK(refuse.have == 2'000'000);
        CHECK(refuse.limit == 10'000'000);
    }
    SECTION("the ports are taken") {
        settings.port_ranges = {{.first = 7000, .last = 7004}};
        const wire::Refuse refuse = second();
        CHECK(refuse.code == wire::Refusal::no_ports);
        CHECK(refuse.have == 2);
        CHECK(refuse.limit == 5);
    }
}

TEST_CASE("a host without another worker is busy, and keeps no port", "[daemon]") {
    Door door;
    door.host.refuses = true;
    const wire::Refuse refuse = refused(shake_hands(door, {}));
    CHECK(refuse.code == wire::Refusal::no_worker);
    CHECK(refuse.retry_after_ms >= 5000);
    CHECK(door.host.open.empty());
    CHECK(door.listener.sessions().size() == 0);
    CHECK(door.listener.counts().admitted == 0);
}

TEST_CASE("a stranger without a key is turned away for good", "[daemon]") {
    Door door;
    const auto from = dgram::Endpoint{dgram::Address::v4(198, 51, 100, 7), 40000};
    const wire::Refuse refuse = refused(shake_hands(door, {}, {}, from));
    CHECK(refuse.code == wire::Refusal::anonymous);
    CHECK(refuse.retry_after_ms == 0);
}

TEST_CASE("a draining daemon admits nobody and lets sessions live", "[daemon]") {
    Door door;
    assigned(shake_hands(door, {}));
    door.listener.drain(true);
    const wire::Refuse refuse = refused(shake_hands(door, {}, {}, test::client, 8));
    CHECK(refuse.code == wire::Refusal::shutting_down);
    CHECK(refuse.retry_after_ms >= 10'000);
    CHECK(refuse.retry_after_ms < 12'500);
    CHECK(door.listener.sessions().size() == 1);
    door.out.clear();
    door.listener.on_timer(start + 1s, door.out);
    CHECK(door.out.replies.size() == 1);
}

TEST_CASE("a newer client is told which versions there are", "[daemon]") {
    Door door;
    const wire::Hello hello = door.with_cookie({.version_min = wire::protocol_version + 1,
                                                .version_max = wire::protocol_version + 3,
                                                .nonce = {1}});
    const auto reply = door.say(hello, start, test::client, crypto::Key256{5}); // its own tag
    REQUIRE(reply.has_value());
    const auto& refuse = std::get<wire::Refuse>(*reply);
    CHECK(refuse.code == wire::Refusal::version);
    CHECK(refuse.version_min == wire::protocol_version);
    CHECK(refuse.version_max == wire::protocol_version);
    CHECK(refuse.retry_after_ms == 0);
}

TEST_CASE("an extension that is critical and not known is refused by its number", "[daemon]") {
    Door door;
    wire::Hello hello{.nonce = {1}};
    hello.extensions.add(0x0001, {}, 400);
    SECTION("others are passed over") {
        CHECK(std::holds_alternative<wire::Assign>(*door.say(door.with_cookie(hello))));
    }
    SECTION("a critical one is not") {
        hello.extensions.add(0x8123, {}, 400);
        const auto reply = door.say(door.with_cookie(hello));
        const auto& refuse = std::get<wire::Refuse>(*reply);
        CHECK(refuse.code == wire::Refusal::unsupported);
        CHECK(refuse.detail == 0x8123);
        CHECK(refuse.retry_after_ms == 0);
    }
}

TEST_CASE("a cookie is good for the endpoint that got it, and for it alone", "[daemon]") {
    Door door;
    const wire::Hello hello = door.with_cookie({.nonce = {1}});
    dgram::Endpoint other = test::client;
    ++other.port;
    CHECK_FALSE(door.say(hello, start, other).has_value());
    other = {dgram::Address::v4(10, 0, 0, 8), test::client.port};
    CHECK_FALSE(door.say(hello, start, other).has_value());
    wire::Hello stolen = hello;
    stolen.nonce = {2};
    CHECK_FALSE(door.say(stolen).has_value());
    CHECK(door.dropped(wire::Drop::cookie_bad) == 3);
    CHECK_FALSE(door.say(hello, start + 40s).has_value());
    CHECK(door.dropped(wire::Drop::cookie_stale) == 1);
    CHECK(door.listener.sessions().size() == 0);
}

TEST_CASE("bytes are counted both ways, and never more go out than came in", "[daemon]") {
    Door door;
    std::uint64_t in = 0;
    std::uint64_t out = 0;
    for (std::uint8_t i = 0; i < 40; ++i) {
        const dgram::Endpoint from{dgram::Address::v4(198, 51, 100, i), 40000};
        wire::Hello hello{.nonce = {i}};
        for (int step = 0; step < 2; ++step) {
            const auto reply = door.say(hello, start, from);
            in += sizeof(wire::HelloLayout);
            REQUIRE(reply.has_value());
            out += door.newest.size();
            CHECK(door.newest.size() <= sizeof(wire::HelloLayout));
            if (const auto* cookie = std::get_if<wire::Cookie>(&*reply))
                hello.cookie = cookie->cookie;
        }
    }
    CHECK(door.listener.counts().bytes_in == in);
    CHECK(door.listener.counts().bytes_out == out);
    CHECK(door.listener.counts().cookies_sent == 40);
    CHECK(door.listener.counts().refused[static_cast<std::size_t>(wire::Refusal::anonymous)] == 40);
}

TEST_CASE("any datagram has at most one answer, which is no longer", "[daemon]") {
    Door door;
    SeededRandom random{3};
    const wire::Hello hello = door.with_cookie({.nonce = {1}});
    std::array<std::uint8_t, sizeof(wire::HelloLayout)> good{};
    wire::encode(wire::HandshakeMessage{hello}, good);
    for (int i = 0; i < 5000; ++i) {
        std::vector<std::uint8_t> datagram(good.begin(), good.end());
        if (random.chance(0.5)) datagram.resize(random.below(600));
        for (std::uint64_t changes = random.below(4); changes > 0 && !datagram.empty(); --changes)
            datagram[random.below(datagram.size())] = static_cast<std::uint8_t>(random.u64());
        door.say_bytes(datagram); // checks the size of the answer
    }
    CHECK(door.listener.sessions().size() == 0); // the tag is missing
    CHECK(door.listener.counts().drops.total() > 4000);
}
