#include "session/probe_result.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

constexpr std::uint32_t ethernet_bytes = 14 + 4 + 20;

}

std::optional<std::uint64_t> DirectionResult::lost_on_the_way() const {
    if (!sent_known || !received_known || !records_match) return std::nullopt;
    return sent.packets_accepted - std::min(received.packets, sent.packets_accepted);
}

std::uint64_t DirectionResult::lost_in_receiver_socket() const {
    // A gap that is filled later, and drops behind the last arrival, make the record an upper
    // bound.
    return std::min(received.socket_drops, lost_on_the_way().value_or(0));
}

std::optional<DirectionResult::Losses> DirectionResult::losses() const {
    if (!lost_on_the_way() || received.packets > sent.offered()) return std::nullopt;
    Losses lost{.total = sent.offered() - received.packets};
    // A stack that takes a part of a train and reports an error has sent more than it says.
    lost.sender_host = std::min(sent.packets_refused, lost.total);
    const std::uint64_t later = lost.total - lost.sender_host;
    lost.receiver_socket = std::min(lost_in_receiver_socket(), later);
    lost.path = later - lost.receiver_socket;
    return lost;
}

bool DirectionResult::reports_best_second() const {
    const bool by_rows = search == wire::Search::type_b || search == wire::Search::type_c;
    return by_rows && received.best_packets > 0;
}

namespace {

// Two counters of a host, as a bound of what is missing.
std::optional<std::uint64_t> bound(const std::optional<DirectionResult::Losses>& losses,
                                   const std::optional<std::uint64_t>& one,
                                   const std::optional<std::uint64_t>& other) {
    if (!losses || !one || !other) return std::nullopt;
    const std::uint64_t rest = losses->path - std::min(*one, losses->path);
    return losses->path - rest + std::min(*other, rest);
}

} // namespace

std::optional<std::uint64_t> DirectionResult::perhaps_in_sender_host() const {
    return bound(losses(), sent.host.qdisc_drops, sent.host.device_drops);
}

std::optional<std::uint64_t> DirectionResult::perhaps_in_receiver_host() const {
    return bound(losses(), received.host.device_drops, received.host.softnet_drops);
}

std::optional<DirectionResult::Rates> DirectionResult::rates() const {
    if (reports_capacity()) return rates_of_capacity();
    std::uint64_t packets = received.packets;
    std::uint64_t bytes = received.payload_bytes;
    // The record is the peer's for an upload: its times need not be in order.
    std::uint64_t span =
        received.last_arrival_ns - std::min(received.first_arrival_ns, received.last_arrival_ns);
    if (reports_best_second()) {
        packets = received.best_packets;
        bytes = received.best_bytes;
        span = received.best_span_ns;
    } else if (packets >= 2) {
        // n datagrams enclose n - 1 gaps: the first one's bits arrived before the span began.
        bytes -= std::min<std::uint64_t>(bytes / packets, bytes);
        packets -= 1;
    }
    if (packets == 0 || span == 0 || !received_known) return std::nullopt;
    const std::uint64_t ip = bytes + packets * header_bytes;
    const std::uint64_t wire = ip + packets * ethernet_bytes;
    return Rates{.payload = rate_of(bytes, span),
                 .ip = rate_of(ip, span),
                 .wire = rate_of(wire, span),
                 .span = Duration{static_cast<Duration::rep>(span)}};
}

// At all layers as if the path were full of the datagrams that it was measured with.
DirectionResult::Rates DirectionResult::rates_of_capacity() const {
    const double ip = static_cast<double>(capacity.ip_bps);
    const double payload_bytes = capacity.datagram_bytes;
    const double ip_bytes = payload_bytes + header_bytes;
    return {.payload = BitRate::from_double(ip * payload_bytes / ip_bytes),
            .ip = BitRate{capacity.ip_bps},
            .wire = BitRate::from_double(ip * (ip_bytes + ethernet_bytes) / ip_bytes),
            .span = Duration{static_cast<Duration::rep>(capacity.saturated_ns)}};
}

const DirectionResult* ProbeResult::follow_up(wire::Direction direction, double share) const {
    const auto found = std::ranges::find_if(follow_ups, [&](const FollowUp& one) {
        return one.load.direction == direction && one.share == share;
    });
    return found == follow_ups.end() ? nullptr : &found->load;
}

const LatencyResult& ProbeResult::beside(const DirectionResult& load) const {
    const DirectionResult* const overload = follow_up(load.direction, overload_share);
    const bool is_known = overload != nullptr && overload->loaded.rtt.enough_for(0.5);
    return is_known ? overload->loaded : load.loaded;
}

} // namespace wyn::session
