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
    add(to.loaded, other.loaded);
    to.series.merge(other.series);
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
