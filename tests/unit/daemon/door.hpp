// The daemon's listener with everything around it made up: for tests of the first contact.
#pragma once

#include "check.hpp"
#include "daemon/listener.hpp"

#include <set>

namespace wyn::test {

inline constexpr MonoTime start{1000s};
inline const dgram::Endpoint client{dgram::Address::v4(10, 0, 0, 7), 40000};
inline const dgram::Endpoint local{dgram::Address::v4(10, 0, 0, 1), 6711};

// Opens every port but those in `taken`, starts every session unless it `refuses`.
struct Host final : daemon::SessionHost {
    bool open_port(std::uint16_t port, const dgram::Address& /*local*/) override {
        return !taken.contains(port) && open.insert(port).second;
    }
    void close_port(std::uint16_t port) override { open.erase(port); }
    bool start(const daemon::Admitted& admitted) override {
        if (refuses) return false;
        started.push_back(admitted);
        return true;
    }
    std::set<std::uint16_t> taken;
    std::set<std::uint16_t> open;
    std::vector<daemon::Admitted> started;
    bool refuses = false;
};

inline daemon::ListenerSettings settings() {
    return {.port_ranges = {{.first = 7000, .last = 7008}}};
}

// A listener, and a client at 10.0.0.7 that talks to it.
struct Door {
    explicit Door(const daemon::ListenerSettings& with = settings(), crypto::Keyring keys = {})
        : listener{with, std::move(keys), random, start, host} {}

    // Says this HELLO with the tag of this key; the only reply, if there is one.
    std::optional<wire::HandshakeMessage> say(const wire::Hello& hello, MonoTime now = start,
                                              const dgram::Endpoint& from = client,
                                              const crypto::Key256& psk = {}) {
        std::array<std::uint8_t, sizeof(wire::HelloLayout)> bytes{};
        wire::encode(wire::HandshakeMessage{hello}, bytes);
        wire::put_tag(bytes,
                      crypto::Tagger{crypto::hello_key(psk)}.tag({wire::covered_by_tag(bytes)}));
        return say_bytes(bytes, now, from);
    }
    std::optional<wire::HandshakeMessage> say_bytes(wire::Bytes bytes, MonoTime now = start,
                                                    const dgram::Endpoint& from = client) {
        out.clear();
        listener.on_datagram(now, from, local, bytes, out);
        if (out.replies.empty()) return std::nullopt;
        REQUIRE(out.replies.size() == 1);
        CHECK(out.replies[0].to == from);
        CHECK(out.replies[0].size <= bytes.size());
        newest = {out.replies[0].bytes.begin(),
                  out.replies[0].bytes.begin() + static_cast<std::ptrdiff_t>(out.replies[0].size)};
        return *wire::decode_handshake(newest);
    }
    wire::Hello with_cookie(wire::Hello hello, MonoTime now = start,
                            const dgram::Endpoint& from = client) {
        hello.cookie = {};
        hello.cookie = std::get<wire::Cookie>(*say(hello, now, from)).cookie;
        return hello;
    }
    std::uint64_t dropped(wire::Drop reason) const { return listener.counts().drops.of(reason); }

    SeededRandom random{1};
    Host host;
    daemon::ListenerOutbox out;
    daemon::Listener listener;
    std::vector<std::uint8_t> newest;
};

} // namespace wyn::test
