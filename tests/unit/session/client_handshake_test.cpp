#include "check.hpp"
#include "session/client_handshake.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};
const crypto::NamedKey key{.id = 7, .psk = {4, 5, 6}, .name = "lab"};

// A client, and the server's half of the conversation by hand.
struct Knocking {
    explicit Knocking(const crypto::NamedKey& with = key)
        : psk{with.psk}, client{random, start, with, {}} {}

    wire::Hello hello(MonoTime now) {
        const auto bytes = client.on_timer(now);
        REQUIRE(bytes.has_value());
        said.assign(bytes->begin(), bytes->end());
        return std::get<wire::Hello>(*wire::decode_handshake(said));
    }
    std::optional<ClientHandshake::Outcome> answer(const wire::HandshakeMessage& message,
                                                   const crypto::Key256* tag_key = nullptr) {
        std::array<std::uint8_t, sizeof(wire::HelloLayout)> bytes{};
        const std::size_t length = wire::encode(message, bytes);
        const auto written = std::span{bytes}.first(length);
        if (tag_key != nullptr)
            wire::put_tag(written, crypto::Tagger{*tag_key}.tag({wire::covered_by_tag(written)}));
        return client.on_datagram(start, written);
    }
    // The right answer to the newest HELLO.
    std::optional<ClientHandshake::Outcome> assign(const wire::Assign& assign) {
        std::array<std::uint8_t, sizeof(wire::HelloLayout)> bytes{};
        const std::size_t length = wire::encode(wire::HandshakeMessage{assign}, bytes);
        const auto covered = wire::covered_by_tag(wire::Bytes{bytes}.first(length));
        const crypto::SessionKeys keys =
            crypto::derive_session_keys(psk, wire::covered_by_tag(said), covered);
        return answer(assign, &keys.assign);
    }
    wire::Assign assignment(const wire::Hello& hello) const {
        return {.session = 5,
                .client_nonce = hello.nonce,
                .control_port = 7000,
                .upload_port = 7001,
                .download_port = 7002,
                .max_duration_ms = 1000,
                .max_datagram_bytes = 1472,
                .heartbeat_us = 250'000,
                .adjustment_delay_us = 50'000,
                .feedback_interval_us = 25'000,
                .half_open_ms = 3000,
                .idle_timeout_ms = 5000};
    }

    SeededRandom random{1};
    crypto::Key256 psk;
    ClientHandshake client;
    std::vector<std::uint8_t> said;
};

} // namespace

TEST_CASE("HELLO is repeated after 0.25, 0.5, 1 and 1 s, the same each time", "[session]") {
    Knocking knocking;
    knocking.hello(start);
    const std::vector<std::uint8_t> first = knocking.said;
    CHECK(first.size() == 512);
    for (const Duration due : {250ms, 750ms, 1750ms, 2750ms, 3750ms}) {
        CHECK(knocking.client.due() == start + due);
        CHECK_FALSE(knocking.client.on_timer(start + due - 1ns).has_value());
        knocking.hello(start + due);
        CHECK(knocking.said == first);
    }
    CHECK(knocking.client.hellos_sent() == 6);
    CHECK_FALSE(knocking.client.heard_cookie());
}

TEST_CASE("the tag of HELLO is made with the key, and covers the cookie", "[session]") {
    Knocking knocking;
    const wire::Hello bare = knocking.hello(start);
    CHECK(bare.key_id == 7);
    CHECK(bare.cookie == wire::CookieBytes{});
    CHECK_FALSE(knocking.answer(wire::Cookie{.nonce = bare.nonce, .cookie = {9}}).has_value());
    CHECK(knocking.client.due() == start);
    const wire::Hello full = knocking.hello(start);
    CHECK(full.cookie == wire::CookieBytes{9});
    CHECK(full.nonce == bare.nonce);
    CHECK(full.tag != bare.tag);
    CHECK(crypto::Tagger{crypto::hello_key(key.psk)}.verify({wire::covered_by_tag(knocking.said)},
                                                            full.tag));
}

TEST_CASE("a cookie counts once, and only for the nonce that asked for it", "[session]") {
    Knocking knocking;
    const wire::Hello bare = knocking.hello(start);
    knocking.answer(wire::Cookie{.nonce = wire::Nonce{1}, .cookie = {9}});
    CHECK_FALSE(knocking.client.heard_cookie());
    knocking.answer(wire::Cookie{.nonce = bare.nonce, .cookie = {9}});
    knocking.answer(wire::Cookie{.nonce = bare.nonce, .cookie = {8}});
    CHECK(knocking.hello(start).cookie == wire::CookieBytes{9});
    CHECK(knocking.client.drops().of(wire::Drop::unexpected) == 2);
}

TEST_CASE("a cookie that gets no answer for three seconds is given up, with its nonce",
          "[session]") {
    Knocking knocking;
    const wire::Hello bare = knocking.hello(start);
    knocking.answer(wire::Cookie{.nonce = bare.nonce, .cookie = {9}});
    wire::Hello newest = knocking.hello(start);
    MonoTime now = start;
    while (newest.cookie != wire::CookieBytes{}) {
        now = knocking.client.due();
        newest = knocking.hello(now);
    }
    CHECK(now >= start + 3s);
    CHECK(now <= start + 4s);
    CHECK(newest.nonce != bare.nonce);
}

TEST_CASE("ASSIGN is taken when it is authentic, and gives both sides the same keys", "[session]") {
    Knocking knocking;
    const wire::Hello bare = knocking.hello(start);
    knocking.answer(wire::Cookie{.nonce = bare.nonce, .cookie = {9}});
    const wire::Hello full = knocking.hello(start);
    const wire::Assign right = knocking.assignment(full);

    SECTION("as it is") {
        const auto outcome = knocking.assign(right);
        REQUIRE(outcome.has_value());
        const auto& assigned = std::get<ClientHandshake::Assigned>(*outcome);
        CHECK(assigned.assign.session == 5);
        CHECK(assigned.keys.upload.bulk != assigned.keys.download.bulk);
    }
    SECTION("under another key") {
        const crypto::Key256 other{1};
        CHECK_FALSE(knocking.answer(right, &other).has_value());
        CHECK(knocking.client.drops().of(wire::Drop::tag) == 1);
    }
    SECTION("by a server that does not know the key") {
        knocking.psk = {};
        CHECK_FALSE(knocking.assign(right).has_value());
        CHECK(knocking.client.drops().of(wire::Drop::tag) == 1);
    }
    SECTION("for another attempt") {
        wire::Assign other = right;
        other.client_nonce[0] ^= 1;
        CHECK_FALSE(knocking.assign(other).has_value());
        CHECK(knocking.client.drops().of(wire::Drop::unexpected) == 1);
    }
    SECTION("with a critical extension that version 1 does not know") {
        wire::Assign extended = right;
        extended.extensions.add(0x8001, {}, wire::assign_extension_room);
        CHECK_FALSE(knocking.assign(extended).has_value());
        CHECK(knocking.client.drops().of(wire::Drop::extension) == 1);
    }
}

TEST_CASE("answers that come before the cookie are not believed", "[session]") {
    Knocking knocking;
    const wire::Hello bare = knocking.hello(start);
    CHECK_FALSE(knocking.assign(knocking.assignment(bare)).has_value());
    const crypto::Key256 refuse_key = crypto::refuse_key();
    CHECK_FALSE(knocking.answer(wire::Refuse{.nonce = bare.nonce}, &refuse_key).has_value());
    CHECK(knocking.client.drops().of(wire::Drop::unexpected) == 2);
}

TEST_CASE("a refusal counts when it names this attempt and is whole", "[session]") {
    Knocking knocking;
    const wire::Hello bare = knocking.hello(start);
    knocking.answer(wire::Cookie{.nonce = bare.nonce, .cookie = {9}});
    knocking.hello(start);
    const crypto::Key256 refuse_key = crypto::refuse_key();
    const wire::Refuse refuse{.nonce = bare.nonce, .code = wire::Refusal::busy, .limit = 4};
    CHECK_FALSE(knocking.answer(refuse).has_value()); // no tag
    CHECK_FALSE(knocking.answer(wire::Refuse{.nonce = wire::Nonce{1}}, &refuse_key).has_value());
    const auto outcome = knocking.answer(refuse, &refuse_key);
    REQUIRE(outcome.has_value());
    CHECK(std::get<wire::Refuse>(*outcome).limit == 4);
}

TEST_CASE("what no server says is dropped", "[session]") {
    Knocking knocking;
    knocking.hello(start);
    CHECK_FALSE(knocking.client.on_datagram(start, knocking.said).has_value()); // our own HELLO
    CHECK(knocking.client.drops().of(wire::Drop::type) == 1);
    CHECK_FALSE(knocking.client.on_datagram(start, {}).has_value());
    CHECK(knocking.client.drops().of(wire::Drop::length) == 1);
}
