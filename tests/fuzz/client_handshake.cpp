// The client's half of the handshake, against a server and a network that do anything: a script of
// time steps and datagrams.
// Promise: HELLO leaves no more often than it may, and is a sound one; an outcome comes only after
// the cookie, with the client's nonce and the right tag.
#include "session/client_handshake.hpp"

#include "fuzz/script.hpp"
#include "fuzz/target.hpp"

#include <set>

using namespace wyn;

namespace {

class World {
public:
    explicit World(fuzz::Script& script)
        : script_{script}, random_{script.u8()}, handshake_{random_, now_, key_, {}} {}

    void run() {
        while (!script_.done() && !over_)
            step();
    }

private:
    void step() {
        enum class Act : std::uint8_t { wait, garbage, cookie, assign, refuse, acts };
        switch (static_cast<Act>(script_.below(static_cast<std::uint8_t>(Act::acts)))) {
        case Act::wait: return wait(std::chrono::milliseconds{script_.u16()});
        case Act::garbage: return deliver(script_.counted_bytes(), false);
        case Act::cookie: return deliver_cookie();
        case Act::assign: return deliver_tagged(sizeof(wire::AssignLayout), wire::Type::assign);
        case Act::refuse: return deliver_tagged(sizeof(wire::RefuseLayout), wire::Type::refuse);
        case Act::acts: return;
        }
    }

    void wait(Duration duration) {
        now_ += duration;
        const MonoTime due = handshake_.due();
        const auto bytes = handshake_.on_timer(now_);
        WYN_CHECK(bytes.has_value() == (now_ >= due));
        if (!bytes) return;
        WYN_CHECK(handshake_.due() >= now_ + 250ms && handshake_.due() <= now_ + 1s);
        const auto message = wire::decode_handshake(*bytes);
        WYN_CHECK(message && std::holds_alternative<wire::Hello>(*message));
        last_hello_ = std::get<wire::Hello>(*message);
        WYN_CHECK(crypto::Tagger{crypto::hello_key(key_.psk)}.verify({wire::covered_by_tag(*bytes)},
                                                                     last_hello_.tag));
        hello_bytes_.assign(bytes->begin(), bytes->end());
        // A cookie belongs to its nonce and is not used for long.
        if (last_hello_.cookie != wire::CookieBytes{})
            WYN_CHECK(cookies_.contains(last_hello_.cookie));
    }

    void deliver(std::vector<std::uint8_t> datagram, bool with_right_tag) {
        const bool had_cookie = handshake_.heard_cookie();
        const std::uint64_t drops = handshake_.drops().total();
        const auto outcome = handshake_.on_datagram(now_, datagram);
        if (!outcome) return WYN_CHECK(handshake_.drops().total() <= drops + 1);
        WYN_CHECK(had_cookie && with_right_tag);
        if (const auto* assigned = std::get_if<session::ClientHandshake::Assigned>(&*outcome)) {
            WYN_CHECK(assigned->assign.client_nonce == last_hello_.nonce);
            WYN_CHECK(assigned->assign.extensions.first_critical() == 0);
            WYN_CHECK(assigned->keys.assign == keys_for(datagram).assign);
        } else {
            WYN_CHECK(std::get<wire::Refuse>(*outcome).nonce == last_hello_.nonce);
        }
        over_ = true;
    }

    void deliver_cookie() {
        wire::Cookie cookie{.nonce = last_hello_.nonce};
        const auto bytes = script_.padded_bytes(cookie.cookie.size());
        std::copy(bytes.begin(), bytes.end(), cookie.cookie.begin());
        cookies_.insert(cookie.cookie);
        std::vector<std::uint8_t> datagram(sizeof(wire::CookieLayout));
        wire::encode(wire::HandshakeMessage{cookie}, datagram);
        deliver(std::move(datagram), false);
    }

    // A message of the script's bytes, but with the right frame and nonce, and mostly a right tag.
    void deliver_tagged(std::size_t size, wire::Type type) {
        const bool right_tag = script_.u8() % 4 != 0;
        auto datagram = script_.padded_bytes(size);
        const wire::HeaderLayout frame{.magic = wire::protocol_magic,
                                       .version = wire::protocol_version,
                                       .type = static_cast<std::uint8_t>(type),
                                       .length = size};
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&frame), 6, datagram.begin());
        std::copy(last_hello_.nonce.begin(), last_hello_.nonce.end(), datagram.begin() + 24);
        if (right_tag && !hello_bytes_.empty()) {
            const crypto::Key256 key =
                type == wire::Type::assign ? keys_for(datagram).assign : crypto::refuse_key();
            wire::put_tag(datagram, crypto::Tagger{key}.tag({wire::covered_by_tag(datagram)}));
        }
        deliver(std::move(datagram), right_tag);
    }

    // A COOKIE is answered at the next timer: what counts is the HELLO that would leave then.
    crypto::SessionKeys keys_for(wire::Bytes assign) {
        return crypto::derive_session_keys(key_.psk, wire::covered_by_tag(hello_bytes_),
                                           wire::covered_by_tag(assign));
    }

    fuzz::Script& script_;
    SeededRandom random_;
    MonoTime now_{1000s};
    crypto::NamedKey key_{.id = 7, .psk = {1, 2, 3}, .name = "fuzz"};
    session::ClientHandshake handshake_;
    wire::Hello last_hello_;
    std::vector<std::uint8_t> hello_bytes_;
    std::set<wire::CookieBytes> cookies_{wire::CookieBytes{}};
    bool over_ = false;
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    World{script}.run();
    return 0;
}
