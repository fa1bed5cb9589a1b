#include "sim/server_watch.hpp"

#include "wire/codec.hpp"

#include <fmt/format.h>

namespace wyn::sim {

namespace {

bool is_authentic(crypto::MessageTagger& tagger, wire::Bytes datagram) {
    return tagger.verify(wire::covered_by_tag(datagram), wire::tag_of(datagram));
}

} // namespace

ServerWatch::ServerWatch(Complaints& complaints, Network& network, const SimHost& host,
                         std::uint16_t listening_port)
    : complaints_{complaints}, network_{network}, listening_port_{listening_port},
      amplification_{complaints} {
    network.tap_arrived([this, &host](const SimHost& at, const Packet& packet) {
        if (&at == &host) on_in(packet);
    });
    network.tap_sent([this, &host](const SimHost& at, const Packet& packet) {
        if (&at == &host) on_out(packet);
    });
}

SimTime ServerWatch::now() const {
    return network_.queue().now();
}

void ServerWatch::on_admitted(const SessionRecord& record) {
    const session::ConnectionSetup& setup = record.admitted.setup;
    auto watched = std::make_unique<Watched>(
        Watched{.id = setup.session,
                .ports = record.admitted.ports,
                .control_tagger = crypto::MessageTagger{setup.control.client_to_server},
                .feedback_tagger = crypto::MessageTagger{setup.download.client_to_server},
                .bulk = {complaints_, setup.client.address, setup.terms.max_rate}});
    for (const std::uint16_t port : record.admitted.ports)
        by_port_[port] = &*watched;
    sessions_[setup.session] = std::move(watched);
}

bool ServerWatch::has_cookie_of_ours(const Tuple& tuple, wire::Bytes datagram) const {
    const auto message = wire::decode_handshake(datagram);
    const auto* hello = message ? std::get_if<wire::Hello>(&*message) : nullptr;
    const auto given = cookies_.find(tuple);
    return hello != nullptr && given != cookies_.end() && given->second.contains(hello->cookie);
}

void ServerWatch::on_listened(const dgram::Endpoint& from, wire::Bytes datagram, std::size_t before,
                              std::size_t after) {
    const Tuple tuple{listening_port_, from};
    const bool cookied = has_cookie_of_ours(tuple, datagram);
    if (cookied) amplification_.on_cookie_returned(now(), tuple);
    check_cookie_first(complaints_, now(), cookied, before, after);
}

void ServerWatch::on_in(const Packet& packet) {
    const Tuple tuple{packet.to.port, packet.from};
    amplification_.on_in(tuple, packet.bytes.size());
    if (tuple.port != listening_port_) on_sealed_in(tuple, packet.view());
}

void ServerWatch::on_sealed_in(const Tuple& tuple, wire::Bytes datagram) {
    const auto place = by_port_.find(tuple.port);
    const auto message = wire::decode_sealed(datagram);
    if (place == by_port_.end() || !message) return;
    Watched& session = *place->second;
    if (const auto* beat = std::get_if<wire::Beat>(&message->body)) {
        if (beat->step != 2 || !challenges_[tuple].contains(beat->echo)) return;
        amplification_.on_proven(tuple);
        if (tuple.port == session.ports[2]) session.bulk.on_proven(tuple.peer);
    } else if (const auto* start = std::get_if<wire::Start>(&message->body)) {
        const bool fixed = start->search == wire::Search::fixed;
        if (tuple.port == session.ports[0] && is_authentic(session.control_tagger, datagram))
            session.bulk.on_start(static_cast<std::uint16_t>(start->test),
                                  BitRate{fixed ? start->rate_bps : 0});
    } else if (const auto* feedback = std::get_if<wire::Feedback>(&message->body)) {
        if (tuple.port != session.ports[2] || message->session != session.id ||
            !is_authentic(session.feedback_tagger, datagram))
            return;
        session.bulk.on_feedback(now(), static_cast<std::uint16_t>(feedback->test),
                                 feedback->totals.payload_bytes);
    }
}

void ServerWatch::on_out(const Packet& packet) {
    const Tuple tuple{packet.from.port, packet.to};
    if (const auto bulk = wire::decode_bulk(packet.view())) {
        bulk_bytes_ += packet.bytes.size();
        newest_bulk_[packet.to.address] = now();
        const auto place = by_port_.find(tuple.port);
        if (place == by_port_.end() || place->second->ports[2] != tuple.port)
            return complaints_.add(3, now(), fmt::format("bulk leaves from port {}", tuple.port));
        place->second->bulk.on_bulk(now(), packet.to, bulk->test, bulk->step, packet.bytes.size());
    }
    on_sealed_out(tuple, packet.view());
}

void ServerWatch::on_sealed_out(const Tuple& tuple, wire::Bytes datagram) {
    const auto type = wire::peek_type(datagram);
    if (type == wire::Type::assign) return amplification_.on_assign(now(), tuple, datagram.size());
    if (type == wire::Type::cookie) {
        const auto message = wire::decode_handshake(datagram);
        cookies_[tuple].insert(std::get<wire::Cookie>(*message).cookie);
    } else if (type == wire::Type::beat1) {
        const auto message = wire::decode_sealed(datagram);
        challenges_[tuple].insert(std::get<wire::Beat>(message->body).challenge);
    }
    amplification_.on_out(now(), tuple, datagram.size());
}

std::optional<SimTime> ServerWatch::newest_bulk_to(const dgram::Address& client) const {
    const auto found = newest_bulk_.find(client);
    return found == newest_bulk_.end() ? std::nullopt : std::optional{found->second};
}

} // namespace wyn::sim
