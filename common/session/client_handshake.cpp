#include "session/client_handshake.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// Repetition: 0.25, 0.5, 1, 1, ... s. Of 400 simulated clients that lost 30 % each way 7 had no
// session after 8 s with waits of up to 4 s, and none with these.
constexpr Duration first_wait = 250ms;
constexpr Duration longest_wait = 1s;
// A cookie lives at least 16 s, but one that was damaged on the way, or given by a server that has
// been started again since, is never answered: then the client asks for another.
constexpr Duration cookie_used_for = 3s;
constexpr std::uint16_t grease_types = 0x7f00; // not critical, meaning nothing

} // namespace

ClientHandshake::ClientHandshake(Random& random, MonoTime now, const crypto::NamedKey& key,
                                 const Wishes& wishes)
    : random_{random}, key_{key} {
    using std::chrono::milliseconds;
    hello_.key_id = key.id;
    hello_.wish_rate_bps = wishes.rate.bps();
    hello_.wish_duration_ms = static_cast<std::uint32_t>(
        std::chrono::duration_cast<milliseconds>(wishes.duration).count());
    // One unknown extension that means nothing keeps every server honest about skipping them.
    const auto grease = random.bytes<4>();
    hello_.extensions.add(static_cast<std::uint16_t>(grease_types | grease[0]), grease,
                          hello_.extensions.raw.size());
    start_over(now);
}

void ClientHandshake::start_over(MonoTime now) {
    hello_.nonce = random_.bytes<16>();
    hello_.cookie = {};
    has_cookie_ = false;
    wait_ = first_wait;
    due_ = now;
    write_hello();
}

void ClientHandshake::write_hello() {
    wire::encode(wire::HandshakeMessage{hello_}, bytes_);
    wire::put_tag(bytes_,
                  crypto::Tagger{crypto::hello_key(key_.psk)}.tag({wire::covered_by_tag(bytes_)}));
}

std::optional<wire::Bytes> ClientHandshake::on_timer(MonoTime now) {
    if (now < due_) return std::nullopt;
    if (has_cookie_ && now - cookie_since_ >= cookie_used_for) start_over(now);
    due_ = now + wait_;
    wait_ = std::min(wait_ * 2, longest_wait);
    ++sent_;
    return bytes_;
}

std::optional<ClientHandshake::Outcome> ClientHandshake::dropped(wire::Drop reason) {
    drops_.count(reason);
    return std::nullopt;
}

std::optional<ClientHandshake::Outcome> ClientHandshake::on_datagram(MonoTime now,
                                                                     wire::Bytes datagram) {
    const auto message = wire::decode_handshake(datagram);
    if (!message) return dropped(message.error());
    if (const auto* cookie = std::get_if<wire::Cookie>(&*message)) return on_cookie(now, *cookie);
    if (const auto* assign = std::get_if<wire::Assign>(&*message))
        return on_assign(*assign, datagram);
    if (const auto* refuse = std::get_if<wire::Refuse>(&*message))
        return on_refuse(*refuse, datagram);
    return dropped(wire::Drop::type); // a HELLO is for servers
}

std::optional<ClientHandshake::Outcome> ClientHandshake::on_cookie(MonoTime now,
                                                                   const wire::Cookie& cookie) {
    if (cookie.nonce != hello_.nonce || has_cookie_) return dropped(wire::Drop::unexpected);
    hello_.cookie = cookie.cookie;
    has_cookie_ = true;
    cookie_since_ = now;
    wait_ = first_wait;
    due_ = now;
    write_hello();
    return std::nullopt;
}

std::optional<ClientHandshake::Outcome> ClientHandshake::on_assign(const wire::Assign& assign,
                                                                   wire::Bytes datagram) {
    if (assign.client_nonce != hello_.nonce || !has_cookie_) return dropped(wire::Drop::unexpected);
    if (assign.extensions.first_critical() != 0) return dropped(wire::Drop::extension);
    const auto covered = wire::covered_by_tag(datagram);
    const crypto::SessionKeys keys =
        crypto::derive_session_keys(key_.psk, wire::covered_by_tag(bytes_), covered);
    if (!crypto::Tagger{keys.assign}.verify({covered}, assign.tag)) return dropped(wire::Drop::tag);
    return Assigned{.assign = assign, .keys = keys};
}

std::optional<ClientHandshake::Outcome> ClientHandshake::on_refuse(const wire::Refuse& refuse,
                                                                   wire::Bytes datagram) {
    if (refuse.nonce != hello_.nonce || !has_cookie_) return dropped(wire::Drop::unexpected);
    if (!crypto::Tagger{crypto::refuse_key()}.verify({wire::covered_by_tag(datagram)}, refuse.tag))
        return dropped(wire::Drop::tag);
    return refuse;
}

} // namespace wyn::session
