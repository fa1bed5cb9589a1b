#include "session/parallel.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <vector>

namespace wyn::session {

namespace {

template <typename T>
void raise(std::optional<T>& to, const std::optional<T>& other) {
    to = to && other ? std::optional{std::max(*to, *other)} : std::nullopt;
}

// Times of nothing are 0.
std::uint64_t earliest(std::uint64_t one, std::uint64_t other) {
    if (one == 0 || other == 0) return std::max(one, other);
    return std::min(one, other);
}

void add(LatencyResult& to, const LatencyResult& other) {
    to.rtt.merge(other.rtt);
    to.series.merge(other.series);
    to.probes_sent += other.probes_sent;
    to.echoes_received += other.echoes_received;
    to.probes_arrived += other.probes_arrived;
    to.lost_unknown += other.lost_unknown;
    to.stamps_missing += other.stamps_missing;
}

template <typename T>
void raise_known(std::optional<T>& to, const std::optional<T>& other) {
    if (!to || (other && *other > *to)) to = other;
}
void raise_known(std::optional<wire::Share>& to, const std::optional<wire::Share>& other) {
    if (!to || (other && other->parts > to->parts)) to = other;
}

// All flows leave the same host and count the same things of it, each over its own time.
void add(wire::HostRecord& to, const wire::HostRecord& other) {
    raise_known(to.thread_busy, other.thread_busy);
    raise_known(to.thread_kept_waiting, other.thread_kept_waiting);
    raise_known(to.busiest_cpu, other.busiest_cpu);
    raise_known(to.stolen, other.stolen);
    raise_known(to.link_bps, other.link_bps);
    raise_known(to.device_drops, other.device_drops);
    raise_known(to.qdisc_drops, other.qdisc_drops);
    raise_known(to.qdisc_backlog_bytes, other.qdisc_backlog_bytes);
    raise_known(to.udp_buffer_errors, other.udp_buffer_errors);
    raise_known(to.softnet_drops, other.softnet_drops);
    raise_known(to.softnet_squeezes, other.softnet_squeezes);
}

void add(wire::SenderRecord& to, const wire::SenderRecord& other) {
    to.packets_accepted += other.packets_accepted;
    to.payload_bytes += other.payload_bytes;
    to.packets_refused += other.packets_refused;
    to.packets_skipped += other.packets_skipped;
    to.first_sent_ns = earliest(to.first_sent_ns, other.first_sent_ns);
    to.last_sent_ns = std::max(to.last_sent_ns, other.last_sent_ns);
    to.limited_by = wire::stronger(to.limited_by, other.limited_by);
    if (to.pacing == wire::Pacing::kernel) to.pacing = other.pacing;
    to.segmentation = to.segmentation && other.segmentation;
    raise(to.lateness.p50, other.lateness.p50);
    raise(to.lateness.p99, other.lateness.p99);
    raise(to.lateness.max, other.lateness.max);
    add(to.host, other.host);
}

// 0 of a TTL is "not known", and unknown in one is unknown in all.
std::uint8_t lowest(std::uint8_t one, std::uint8_t other) {
    return std::min(one, other);
}
std::uint8_t highest(std::uint8_t one, std::uint8_t other) {
    return one == 0 || other == 0 ? std::uint8_t{0} : std::max(one, other);
}

void add(wire::Marks& to, const wire::Marks& other) {
    for (const wire::ClassCount& one : other.classes) {
        if (one.packets == 0) continue;
        auto* const place = std::ranges::find_if(to.classes, [&](const wire::ClassCount& known) {
            return known.packets == 0 || known.traffic_class == one.traffic_class;
        });
        if (place == to.classes.end())
            to.other_classes += one.packets;
        else
            *place = {.traffic_class = one.traffic_class, .packets = place->packets + one.packets};
    }
    to.other_classes += other.other_classes;
    to.congested += other.congested;
    to.lowest_ttl = lowest(to.lowest_ttl, other.lowest_ttl);
    to.highest_ttl = highest(to.highest_ttl, other.highest_ttl);
}

void add(wire::ReceiverRecord& to, const wire::ReceiverRecord& other) {
    to.packets += other.packets;
    to.payload_bytes += other.payload_bytes;
    to.duplicates += other.duplicates;
    to.reordered += other.reordered;
    to.late += other.late;
    to.socket_drops += other.socket_drops;
    to.rejected += other.rejected;
    to.first_arrival_ns = earliest(to.first_arrival_ns, other.first_arrival_ns);
    to.last_arrival_ns = std::max(to.last_arrival_ns, other.last_arrival_ns);
    // Best seconds of several flows are not of one time.
    to.best_packets = to.best_bytes = to.best_span_ns = to.best_index = 0;
    to.stamps_missing += other.stamps_missing;
    to.coalescing = to.coalescing && other.coalescing;
    to.longest_train = std::max(to.longest_train, other.longest_train);
    to.receive_buffer_bytes = std::min(to.receive_buffer_bytes, other.receive_buffer_bytes);
    add(to.marks, other.marks);
    add(to.host, other.host);
}

void add(DirectionResult& to, const DirectionResult& other) {
    to.asked = BitRate{to.asked.bps() + other.asked.bps()};
    const bool limited = to.granted.bps() != 0 && other.granted.bps() != 0;
    to.granted = BitRate{limited ? to.granted.bps() + other.granted.bps() : 0};
    to.datagram_bytes = std::min(to.datagram_bytes, other.datagram_bytes);
    to.duration = std::min(to.duration, other.duration);
    to.capacity = {}; // of several flows at once it is that of none
    add(to.sent, other.sent);
    add(to.received, other.received);
    to.sent_known = to.sent_known && other.sent_known;
    to.received_known = to.received_known && other.received_known;
    to.records_match = to.records_match && other.records_match;
    if (to.end == wire::End::completed) to.end = other.end;
    to.server.sessions = std::max(to.server.sessions, other.server.sessions);
    to.server.loads = std::max(to.server.loads, other.server.loads);
    add(to.loaded, other.loaded);
    to.series.merge(other.series);
}

// All flows take the same way, or the narrowest of their ways tells what fits all of them.
void add(PathMtu& to, const PathMtu& other) {
    if (to.bytes == 0 || (other.bytes != 0 && other.bytes < to.bytes)) to = other;
}

void add(PathMtuFound& to, const PathMtuFound& other) {
    add(to.up, other.up);
    add(to.down, other.down);
}

template <typename Part>
void add(std::optional<Part>& to, const std::optional<Part>& other) {
    if (to && other)
        add(*to, *other);
    else if (other)
        to = other;
}

} // namespace

ProbeResult sum_of(std::span<const ProbeResult> flows) {
    WYN_CHECK(!flows.empty());
    ProbeResult sum = flows.front();
    for (const ProbeResult& flow : flows.subspan(1)) {
        if (sum.end == wire::End::completed) sum.end = flow.end;
        add(sum.path, flow.path);
        raise_known(sum.clock_steps, flow.clock_steps); // all flows see the same clocks
        add(sum.idle, flow.idle);
        add(sum.down, flow.down);
        add(sum.up, flow.up);
        for (std::size_t port = 0; port < sum.port_reached.size(); ++port)
            sum.port_reached[port] = sum.port_reached[port] && flow.port_reached[port];
        if (sum.network_error == 0) sum.network_error = flow.network_error;
        sum.bytes_used += flow.bytes_used;
    }
    return sum;
}

} // namespace wyn::session
