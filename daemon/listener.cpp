#include "daemon/listener.hpp"

#include <algorithm>

namespace wyn::daemon {

namespace {

// When a refused client may try again.
constexpr Duration retry_soon = 5s;
constexpr Duration retry_after_restart = 10s;

// Sources that no honest client has: they would make us answer servers, groups or ourselves.
bool is_plausible(const dgram::Endpoint& from, const dgram::Endpoint& local) {
    return from.port >= 1024 && !from.address.is_multicast() && !from.address.is_unspecified() &&
           from != local;
}

bool has_right_tag(const wire::Hello& hello, const crypto::Keyring::Found& key,
                   wire::Bytes datagram) {
    return crypto::Tagger{crypto::hello_key(key.psk)}.verify({wire::covered_by_tag(datagram)},
                                                             hello.tag);
}

} // namespace

Listener::Listener(const ListenerSettings& settings, crypto::Keyring keys, Random& random,
                   MonoTime now, SessionHost& host)
    : settings_{settings}, keys_{std::move(keys)}, random_{random}, host_{host},
      cookies_{random, now}, ports_{settings.port_ranges} {}

void Listener::reconfigure(const ListenerSettings& settings, crypto::Keyring keys) {
    settings_ = settings;
    keys_ = std::move(keys);
}

void Listener::on_datagram(MonoTime now, const dgram::Endpoint& from, const dgram::Endpoint& local,
                           wire::Bytes datagram, ListenerOutbox& out) {
    counts_.bytes_in += datagram.size();
    if (!is_plausible(from, local)) return counts_.drops.count(wire::Drop::source);
    const auto message = wire::decode_handshake(datagram);
    if (!message) return counts_.drops.count(message.error());
    const auto* hello = std::get_if<wire::Hello>(&*message);
    if (hello == nullptr) return counts_.drops.count(wire::Drop::type); // answers are for clients
    on_hello({.now = now, .from = from, .local = local, .datagram = datagram}, *hello, out);
}

void Listener::on_hello(const Caller& caller, const wire::Hello& hello, ListenerOutbox& out) {
    if (hello.cookie == wire::CookieBytes{}) return send_cookie(caller, hello, out);
    if (const auto flaw =
            cookies_.check(caller.now, hello.cookie, caller.from, caller.local, hello.nonce)) {
        counts_.drops.count(*flaw);
        return;
    }
    // From here on the caller's address is proven.
    if (SessionEntry* const entry = sessions_.find(caller.from, hello.nonce)) {
        const bool repeated = std::ranges::equal(entry->hello, caller.datagram);
        if (!repeated || entry->open) return counts_.drops.count(wire::Drop::unexpected);
        return send_assign(*entry, out);
    }
    if (sessions_.is_spent(caller.now, caller.from, hello.nonce))
        return counts_.drops.count(wire::Drop::replayed);
    const crypto::Keyring::Found key = keys_.find(hello.key_id);
    // Everybody has the anonymous key: the tag is wrong only when the message was damaged, and the
    // client will say it again.
    const bool newer = hello.version_min > wire::protocol_version;
    if (hello.key_id == 0 && !newer && !has_right_tag(hello, key, caller.datagram))
        return counts_.drops.count(wire::Drop::tag);
    if (const auto refused = flaw_of(hello, key, caller))
        return refuse(caller, hello, *refused, out);
    admit_caller(caller, hello, key, out);
}

void Listener::send_cookie(const Caller& caller, const wire::Hello& hello, ListenerOutbox& out) {
    ListenerReply& reply = reply_to(caller.from, caller.local, out);
    reply.size = wire::encode(
        wire::HandshakeMessage{wire::Cookie{
            .nonce = hello.nonce,
            .cookie = cookies_.make(caller.now, caller.from, caller.local, hello.nonce)}},
        reply.bytes);
    counts_.bytes_out += reply.size;
    ++counts_.cookies_sent;
}

// What is wrong with the message itself. Unknown key, wrong tag: one answer in the same time.
std::optional<Refused> Listener::flaw_of(const wire::Hello& hello,
                                         const crypto::Keyring::Found& key, const Caller& caller) {
    if (hello.version_min > wire::protocol_version) return Refused{.code = wire::Refusal::version};
    if (!has_right_tag(hello, key, caller.datagram) || !key.known)
        return Refused{.code = wire::Refusal::not_authorised};
    if (const std::uint16_t type = hello.extensions.first_critical(); type != 0)
        return Refused{.code = wire::Refusal::unsupported, .detail = type};
    if (draining_)
        return Refused{.code = wire::Refusal::shutting_down,
                       .retry_after_ms = retry_after_ms(retry_after_restart, random_)};
    return std::nullopt;
}

void Listener::admit_caller(const Caller& caller, const wire::Hello& hello,
                            const crypto::Keyring::Found& key, ListenerOutbox& out) {
    const auto decision = admit({.address = caller.from.address,
                                 .anonymous = hello.key_id == 0,
                                 .wish = BitRate{hello.wish_rate_bps}},
                                settings_.limits, sessions_);
    if (const auto* refused = std::get_if<Refused>(&decision))
        return refuse(caller, hello, *refused, out);
    const auto ports = ports_.take(
        random_, [&](std::uint16_t port) { return host_.open_port(port, caller.local.address); },
        [&](std::uint16_t port) { host_.close_port(port); });
    if (!ports)
        return refuse(
            caller, hello,
            {.code = wire::Refusal::no_ports, .have = ports_.free(), .limit = ports_.total()}, out);
    start_session(caller, hello, key, std::get<Granted>(decision), *ports, out);
}

void Listener::start_session(const Caller& caller, const wire::Hello& hello,
                             const crypto::Keyring::Found& key, const Granted& granted,
                             const PortAllocator::Ports& ports, ListenerOutbox& out) {
    session::Terms terms = settings_.terms;
    terms.max_rate = granted.max_rate;
    wire::Assign assign{.session = new_session_id(),
                        .client_nonce = hello.nonce,
                        .server_nonce = random_.bytes<16>(),
                        .control_port = ports[0],
                        .upload_port = ports[1],
                        .download_port = ports[2],
                        .seen_address = caller.from.address.bytes,
                        .seen_port = caller.from.port,
                        .release = wire::release_from(WYN_VERSION)};
    session::put(terms, assign);

    SessionEntry entry{.id = assign.session,
                       .client = caller.from,
                       .local = caller.local,
                       .nonce = hello.nonce,
                       .ports = ports,
                       .key_id = hello.key_id,
                       .key_name = keys_.name_of(hello.key_id),
                       .reserved = granted.reserved,
                       .since = caller.now,
                       .terms = terms,
                       .half_open_until = caller.now + terms.half_open};
    std::ranges::copy(caller.datagram, entry.hello.begin());
    wire::encode(wire::HandshakeMessage{assign}, entry.assign);
    const auto covered = wire::covered_by_tag(entry.assign);
    const crypto::SessionKeys keys =
        crypto::derive_session_keys(key.psk, wire::covered_by_tag(caller.datagram), covered);
    wire::put_tag(entry.assign, crypto::Tagger{keys.assign}.tag({covered}));
    entry.control_keys = keys.control;

    const Admitted admitted{.setup = {.session = entry.id,
                                      .client = caller.from,
                                      .control = keys.control,
                                      .upload = keys.upload,
                                      .download = keys.download,
                                      .terms = terms,
                                      .tuning = settings_.tuning,
                                      .port_placement = settings_.port_placement,
                                      .allowed_dscp = settings_.allowed_dscp,
                                      .worker_timeout = settings_.worker_timeout,
                                      .sign_of_life = session::sign_of_life_of(
                                          settings_.connection_placement, settings_.worker_timeout),
                                      .lent_sockets = settings_.lent_ports},
                            .ports = ports,
                            .local = caller.local,
                            .key_name = entry.key_name};
    // The table first: the host may tell news of the session before start() returns.
    SessionEntry& added = sessions_.add(std::move(entry));
    set_next_assign(added, caller.now + terms.adjustment_delay);
    if (!host_.start(admitted)) {
        for (const std::uint16_t port : ports)
            host_.close_port(port);
        on_ended(admitted.setup.session);
        return refuse(caller, hello, {.code = wire::Refusal::no_worker}, out);
    }
    ++counts_.admitted;
    send_assign(added, out);
}

void Listener::refuse(const Caller& caller, const wire::Hello& hello, Refused refused,
                      ListenerOutbox& out) {
    const bool worth_retrying =
        refused.code != wire::Refusal::version && refused.code != wire::Refusal::unsupported &&
        refused.code != wire::Refusal::not_authorised && refused.code != wire::Refusal::anonymous;
    if (worth_retrying && refused.retry_after_ms == 0)
        refused.retry_after_ms = retry_after_ms(retry_soon, random_);
    ListenerReply& reply = reply_to(caller.from, caller.local, out);
    reply.size =
        wire::encode(wire::HandshakeMessage{wire::Refuse{.nonce = hello.nonce,
                                                         .code = refused.code,
                                                         .retry_after_ms = refused.retry_after_ms,
                                                         .have = refused.have,
                                                         .limit = refused.limit,
                                                         .detail = refused.detail}},
                     reply.bytes);
    const auto message = std::span{reply.bytes}.first(reply.size);
    wire::put_tag(message,
                  crypto::Tagger{crypto::refuse_key()}.tag({wire::covered_by_tag(message)}));
    counts_.bytes_out += reply.size;
    ++counts_.refused[static_cast<std::size_t>(refused.code)];
    out.refused.push_back({.client = caller.from, .refused = refused});
}

void Listener::send_assign(const SessionEntry& entry, ListenerOutbox& out) {
    ListenerReply& reply = reply_to(entry.client, entry.local, out);
    reply.bytes = entry.assign;
    reply.size = entry.assign.size();
    counts_.bytes_out += reply.size;
}

ListenerReply& Listener::reply_to(const dgram::Endpoint& to, const dgram::Endpoint& local,
                                  ListenerOutbox& out) {
    ListenerReply& reply = out.replies.emplace_back();
    reply.to = to;
    reply.local = local;
    return reply;
}

std::uint64_t Listener::new_session_id() {
    std::uint64_t id = random_.u64();
    while (id == 0 || sessions_.find(id) != nullptr)
        id = random_.u64();
    return id;
}

void Listener::on_timer(MonoTime now, ListenerOutbox& out) {
    while (due() <= now) {
        SessionEntry& entry = *sessions_.find(assigns_.begin()->second);
        const bool again = now < entry.half_open_until;
        set_next_assign(entry, again ? now + entry.terms.adjustment_delay : never);
        if (again) send_assign(entry, out);
    }
}

MonoTime Listener::due() const {
    return assigns_.empty() ? never : assigns_.begin()->first;
}

void Listener::set_next_assign(SessionEntry& entry, MonoTime when) {
    assigns_.erase({entry.next_assign, entry.id});
    entry.next_assign = when;
    if (when != never) assigns_.emplace(when, entry.id);
}

void Listener::on_opened(std::uint64_t session) {
    SessionEntry* const entry = sessions_.find(session);
    if (entry == nullptr) return;
    entry->open = true;
    set_next_assign(*entry, never);
}

void Listener::on_ended(std::uint64_t session) {
    SessionEntry* const entry = sessions_.find(session);
    if (entry == nullptr) return;
    set_next_assign(*entry, never);
    ports_.give_back(entry->ports);
    sessions_.remove(session);
}

} // namespace wyn::daemon
