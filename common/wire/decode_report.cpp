// Reads REPORT, the records of one end of a load, see wire/codec.hpp.
#include "wire/decode_parts.hpp"

namespace wyn::wire {

namespace {

std::optional<Duration> lateness(std::uint32_t ns) {
    if (ns == 0) return std::nullopt;
    return Duration{ns};
}

bool is_capacity(const ReportLayout& in) {
    const auto is_rate = [](const auto&... rates) {
        return (... && (rates.get() <= highest_ip_bps));
    };
    return in.capacity_verdict.get() <= static_cast<std::uint8_t>(last_capacity_verdict) &&
           in.capacity_datagram_bytes.get() <= longest_bulk &&
           is_rate(in.capacity_bps, in.half_width_bps, in.burst_bps, in.burst_half_width_bps) &&
           are_times(in.saturated_ns, in.queue_ns, in.base_rtt_ns, in.loaded_rtt_ns) &&
           in.excess_loss_ppb.get() <= whole_ppb && in.loss_floor_ppb.get() <= whole_ppb &&
           in.offered_ppm.get() <= most_offered_ppm;
}

CapacityRecord capacity_of(const ReportLayout& in) {
    return {.verdict = static_cast<CapacityVerdict>(in.capacity_verdict.get()),
            .ip_bps = in.capacity_bps.get(),
            .half_width_bps = in.half_width_bps.get(),
            .burst_bps = in.burst_bps.get(),
            .burst_half_width_bps = in.burst_half_width_bps.get(),
            .bucket_bytes = in.bucket_bytes.get(),
            .saturated_ns = in.saturated_ns.get(),
            .saturated_bytes = in.saturated_bytes.get(),
            .offered_ppm = in.offered_ppm.u32(),
            .queue_ns = in.queue_ns.get(),
            .base_rtt_ns = in.base_rtt_ns.get(),
            .loaded_rtt_ns = in.loaded_rtt_ns.get(),
            .excess_loss_ppb = in.excess_loss_ppb.u32(),
            .loss_floor_ppb = in.loss_floor_ppb.u32(),
            .datagram_bytes = in.capacity_datagram_bytes.u16()};
}

Marks marks_from(const ReportLayout& in) {
    Marks marks{.other_classes = in.other_class_packets.get(),
                .congested = in.packets_congested.get(),
                .lowest_ttl = in.lowest_ttl.bytes[0],
                .highest_ttl = in.highest_ttl.bytes[0]};
    for (std::size_t i = 0; i < most_classes; ++i)
        marks.classes[i] = {.traffic_class = in.traffic_classes[i].bytes[0],
                            .packets = in.class_packets[i].get()};
    return marks;
}

std::optional<Share> share_from(std::uint16_t parts) {
    return parts == 0xffff ? std::nullopt : std::optional{Share{parts}};
}
std::optional<std::uint64_t> known(const Be<8>& count) {
    return count.get() == ~std::uint64_t{0} ? std::nullopt : std::optional{count.get()};
}

bool are_shares(const ReportLayout& in) {
    const auto fits = [](std::uint16_t parts) { return parts <= Share::whole || parts == 0xffff; };
    return fits(in.thread_busy.u16()) && fits(in.thread_kept_waiting.u16()) &&
           fits(in.busiest_cpu.u16()) && fits(in.stolen.u16());
}

HostRecord host_from(const ReportLayout& in) {
    return {.thread_busy = share_from(in.thread_busy.u16()),
            .thread_kept_waiting = share_from(in.thread_kept_waiting.u16()),
            .busiest_cpu = share_from(in.busiest_cpu.u16()),
            .stolen = share_from(in.stolen.u16()),
            .link_bps = known(in.link_bps),
            .device_drops = known(in.device_drops),
            .qdisc_drops = known(in.qdisc_drops),
            .qdisc_backlog_bytes = known(in.qdisc_backlog_bytes),
            .udp_buffer_errors = known(in.udp_buffer_errors),
            .softnet_drops = known(in.softnet_drops),
            .softnet_squeezes = known(in.softnet_squeezes)};
}

ReceiverRecord received_from(const ReportLayout& in, Role role, bool offload,
                             const HostRecord& host) {
    ReceiverRecord received = counts_of(in);
    received.best_packets = in.best_packets.get();
    received.best_bytes = in.best_bytes.get();
    received.best_span_ns = in.best_span_ns.get();
    received.best_index = in.best_index.u32();
    received.stamps_missing = in.stamps_missing.u32();
    received.coalescing = offload && role == Role::receiver;
    received.longest_train = in.longest_train.u16();
    received.receive_buffer_bytes = in.receive_buffer_bytes.u32();
    received.marks = marks_from(in);
    if (role == Role::receiver) received.host = host;
    return received;
}

} // namespace

DecodedBody decode_report(Bytes datagram) {
    const auto in = read<ReportLayout>(datagram);
    const auto end = end_from(in.end.u16());
    if (!end || !within<std::uint64_t>(in.role.get(), 1, 2) ||
        in.limited_by.get() > static_cast<std::uint8_t>(last_limit) ||
        in.pacing.get() > static_cast<std::uint8_t>(last_pacing) || in.offload.get() > 1 ||
        !are_times(in.first_sent_ns, in.last_sent_ns, in.first_arrival_ns, in.last_arrival_ns,
                   in.best_span_ns) ||
        !is_capacity(in) || !are_shares(in))
        return Rejected{Drop::value};
    const auto role = static_cast<Role>(in.role.get());
    const bool offload = in.offload.get() == 1;
    const HostRecord host = host_from(in);
    return Report{.test = in.test.u32(),
                  .end = *end,
                  .role = role,
                  .sent = {.packets_accepted = in.packets_accepted.get(),
                           .payload_bytes = in.sent_bytes.get(),
                           .packets_refused = in.packets_refused.get(),
                           .packets_skipped = in.packets_skipped.get(),
                           .first_sent_ns = in.first_sent_ns.get(),
                           .last_sent_ns = in.last_sent_ns.get(),
                           .limited_by = static_cast<LimitedBy>(in.limited_by.get()),
                           .pacing = static_cast<Pacing>(in.pacing.get()),
                           .segmentation = offload && role == Role::sender,
                           .traffic_class = in.traffic_class.bytes[0],
                           .lateness = {.p50 = lateness(in.lateness_p50_ns.u32()),
                                        .p99 = lateness(in.lateness_p99_ns.u32()),
                                        .max = lateness(in.lateness_max_ns.u32())},
                           .host = role == Role::sender ? host : HostRecord{}},
                  .capacity = capacity_of(in),
                  .received = received_from(in, role, offload, host),
                  .server = {.sessions = in.sessions.u16(), .loads = in.loads.u16()}};
}

} // namespace wyn::wire
