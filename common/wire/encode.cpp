// The writing half of wire/codec.hpp.
#include "base/check.hpp"
#include "wire/codec.hpp"
#include "wire/delay16.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace wyn::wire {

namespace {

template <typename Layout>
std::size_t write(const Layout& layout, std::span<std::uint8_t> out) {
    WYN_CHECK(out.size() >= sizeof layout);
    std::memcpy(out.data(), &layout, sizeof layout);
    return sizeof layout;
}

HeaderLayout header_of(Type type, std::size_t length, std::uint64_t session = 0,
                       std::uint64_t counter = 0, std::uint8_t version = protocol_version) {
    return {.magic = protocol_magic,
            .version = version,
            .type = static_cast<std::uint8_t>(type),
            .length = length,
            .session = session,
            .counter = counter};
}

std::size_t encode_one(const Hello& hello, std::span<std::uint8_t> out) {
    HelloLayout layout{.header = header_of(Type::hello, sizeof layout, 0, 0, hello.version_min),
                       .nonce = hello.nonce,
                       .version_min = hello.version_min,
                       .version_max = hello.version_max,
                       .extension_bytes = hello.extensions.bytes,
                       .key_id = hello.key_id,
                       .cookie = hello.cookie,
                       .wish_rate_bps = hello.wish_rate_bps,
                       .wish_duration_ms = hello.wish_duration_ms,
                       .reserved = 0,
                       .extensions = {},
                       .tag = hello.tag};
    WYN_CHECK(hello.extensions.bytes <= layout.extensions.size());
    std::copy_n(hello.extensions.raw.begin(), hello.extensions.bytes, layout.extensions.begin());
    return write(layout, out);
}

std::size_t encode_one(const Cookie& cookie, std::span<std::uint8_t> out) {
    return write(CookieLayout{.header = header_of(Type::cookie, sizeof(CookieLayout)),
                              .nonce = cookie.nonce,
                              .cookie = cookie.cookie},
                 out);
}

std::size_t encode_one(const Assign& assign, std::span<std::uint8_t> out) {
    AssignLayout layout{.header = header_of(Type::assign, sizeof layout, assign.session),
                        .client_nonce = assign.client_nonce,
                        .server_nonce = assign.server_nonce,
                        .control_port = assign.control_port,
                        .upload_port = assign.upload_port,
                        .download_port = assign.download_port,
                        .extension_bytes = assign.extensions.bytes,
                        .max_rate_bps = assign.max_rate_bps,
                        .max_volume_bytes = assign.max_volume_bytes,
                        .max_duration_ms = assign.max_duration_ms,
                        .max_datagram_bytes = assign.max_datagram_bytes,
                        .version = assign.version,
                        .heartbeat_us = assign.heartbeat_us,
                        .adjustment_delay_us = assign.adjustment_delay_us,
                        .feedback_interval_us = assign.feedback_interval_us,
                        .half_open_ms = assign.half_open_ms,
                        .idle_timeout_ms = assign.idle_timeout_ms,
                        .seen_port = assign.seen_port,
                        .seen_address = assign.seen_address,
                        .release = assign.release,
                        .extensions = {},
                        .tag = assign.tag};
    WYN_CHECK(assign.extensions.bytes <= layout.extensions.size());
    std::copy_n(assign.extensions.raw.begin(), assign.extensions.bytes, layout.extensions.begin());
    return write(layout, out);
}

std::size_t encode_one(const Refuse& refuse, std::span<std::uint8_t> out) {
    return write(RefuseLayout{.header = header_of(Type::refuse, sizeof(RefuseLayout)),
                              .nonce = refuse.nonce,
                              .code = static_cast<std::uint16_t>(refuse.code),
                              .version_min = refuse.version_min,
                              .version_max = refuse.version_max,
                              .retry_after_ms = refuse.retry_after_ms,
                              .have = refuse.have,
                              .limit = refuse.limit,
                              .detail = refuse.detail,
                              .reserved = {},
                              .tag = refuse.tag},
                 out);
}

// 0 stands for what is not known.
std::uint32_t at_least_one_ns(const std::optional<Duration>& time) {
    constexpr std::int64_t most = 0xffffffff;
    return time ? static_cast<std::uint32_t>(std::clamp<std::int64_t>(time->count(), 1, most)) : 0;
}

std::uint64_t saturated(std::uint64_t value, std::uint64_t largest) {
    return std::min(value, largest);
}

void put(const CapacityRecord& capacity, ReportLayout& layout) {
    layout.capacity_verdict = static_cast<std::uint8_t>(capacity.verdict);
    layout.capacity_datagram_bytes = capacity.datagram_bytes;
    layout.capacity_bps = capacity.ip_bps;
    layout.half_width_bps = capacity.half_width_bps;
    layout.burst_bps = capacity.burst_bps;
    layout.burst_half_width_bps = capacity.burst_half_width_bps;
    layout.bucket_bytes = capacity.bucket_bytes;
    layout.saturated_ns = capacity.saturated_ns;
    layout.saturated_bytes = capacity.saturated_bytes;
    layout.offered_ppm = capacity.offered_ppm;
    layout.queue_ns = capacity.queue_ns;
    layout.base_rtt_ns = capacity.base_rtt_ns;
    layout.loaded_rtt_ns = capacity.loaded_rtt_ns;
    layout.excess_loss_ppb = capacity.excess_loss_ppb;
    layout.loss_floor_ppb = capacity.loss_floor_ppb;
}

void put(const Marks& marks, ReportLayout& layout) {
    layout.lowest_ttl = marks.lowest_ttl;
    layout.highest_ttl = marks.highest_ttl;
    layout.packets_congested = marks.congested;
    layout.other_class_packets = marks.other_classes;
    for (std::size_t i = 0; i < most_classes; ++i) {
        layout.traffic_classes[i] = marks.classes[i].traffic_class;
        layout.class_packets[i] = marks.classes[i].packets;
    }
}

// What is not known has all its bits set.
std::uint64_t or_all_bits(const std::optional<Share>& share) {
    return share ? share->parts : 0xffff;
}
std::uint64_t or_all_bits(const std::optional<std::uint64_t>& count) {
    return count.value_or(~std::uint64_t{0});
}

void put(const HostRecord& host, ReportLayout& layout) {
    layout.thread_busy = or_all_bits(host.thread_busy);
    layout.thread_kept_waiting = or_all_bits(host.thread_kept_waiting);
    layout.busiest_cpu = or_all_bits(host.busiest_cpu);
    layout.stolen = or_all_bits(host.stolen);
    layout.link_bps = or_all_bits(host.link_bps);
    layout.device_drops = or_all_bits(host.device_drops);
    layout.qdisc_drops = or_all_bits(host.qdisc_drops);
    layout.qdisc_backlog_bytes = or_all_bits(host.qdisc_backlog_bytes);
    layout.udp_buffer_errors = or_all_bits(host.udp_buffer_errors);
    layout.softnet_drops = or_all_bits(host.softnet_drops);
    layout.softnet_squeezes = or_all_bits(host.softnet_squeezes);
}

// Fills the header once the length is known.
struct Sealing {
    std::uint64_t session;
    std::uint64_t counter;
    std::span<std::uint8_t> out;

    HeaderLayout header(Type type, std::size_t length) const {
        return header_of(type, length, session, counter);
    }

    std::size_t operator()(const Beat& beat) const {
        static constexpr std::array types{Type::beat0, Type::beat1, Type::beat2};
        return write(BeatLayout{.header = header(types.at(beat.step), sizeof(BeatLayout)),
                                .number = beat.number,
                                .confirmed = beat.confirmed ? 1U : 0U,
                                .reserved = {},
                                .challenge = beat.challenge,
                                .echo = beat.echo,
                                .time_ns = beat.time_ns,
                                .held_ns = beat.held_ns,
                                .tag = {}},
                     out);
    }
    std::size_t operator()(const Start& start) const {
        return write(StartLayout{.header = header(Type::start, sizeof(StartLayout)),
                                 .test = start.test,
                                 .direction = static_cast<std::uint8_t>(start.direction),
                                 .search = static_cast<std::uint8_t>(start.search),
                                 .datagram_bytes = start.datagram_bytes,
                                 .rate_bps = start.rate_bps,
                                 .duration_ms = start.duration_ms,
                                 .pacing = static_cast<std::uint8_t>(start.pacing),
                                 .offload = start.offload ? 1U : 0U,
                                 .traffic_class = start.traffic_class,
                                 .sustained_ms = start.sustained_ms,
                                 .budget_bytes = start.budget_bytes,
                                 .tag = {}},
                     out);
    }
    std::size_t operator()(const Ready& ready) const {
        return write(ReadyLayout{.header = header(Type::ready, sizeof(ReadyLayout)),
                                 .test = ready.test,
                                 .end = static_cast<std::uint16_t>(ready.end),
                                 .datagram_bytes = ready.datagram_bytes,
                                 .rate_bps = ready.rate_bps,
                                 .duration_ms = ready.duration_ms,
                                 .tag = {}},
                     out);
    }
    std::size_t operator()(const Stop& stop) const {
        return write(StopLayout{.header = header(Type::stop, sizeof(StopLayout)),
                                .test = stop.test,
                                .end = static_cast<std::uint16_t>(stop.end),
                                .packets_accepted = stop.packets_accepted,
                                .packets_refused = stop.packets_refused,
                                .tag = {}},
                     out);
    }
    std::size_t operator()(const Report& report) const {
        const SenderRecord& sent = report.sent;
        const ReceiverRecord& received = report.received;
        ReportLayout layout{.header = header(Type::report, sizeof(ReportLayout)),
                            .test = report.test,
                            .end = static_cast<std::uint16_t>(report.end),
                            .role = static_cast<std::uint8_t>(report.role),
                            .limited_by = static_cast<std::uint8_t>(sent.limited_by),
                            .packets_accepted = sent.packets_accepted,
                            .packets_refused = sent.packets_refused,
                            .first_sent_ns = sent.first_sent_ns,
                            .last_sent_ns = sent.last_sent_ns,
                            .packets = received.packets,
                            .payload_bytes = received.payload_bytes,
                            .duplicates = received.duplicates,
                            .reordered = received.reordered,
                            .late = received.late,
                            .socket_drops = received.socket_drops,
                            .rejected = received.rejected,
                            .first_arrival_ns = received.first_arrival_ns,
                            .last_arrival_ns = received.last_arrival_ns,
                            .best_packets = received.best_packets,
                            .best_bytes = received.best_bytes,
                            .best_span_ns = received.best_span_ns,
                            .best_index = received.best_index,
                            .stamps_missing = received.stamps_missing,
                            .packets_skipped = sent.packets_skipped,
                            .lateness_p50_ns = at_least_one_ns(sent.lateness.p50),
                            .lateness_p99_ns = at_least_one_ns(sent.lateness.p99),
                            .lateness_max_ns = at_least_one_ns(sent.lateness.max),
                            .receive_buffer_bytes = received.receive_buffer_bytes,
                            .longest_train = received.longest_train,
                            .pacing = static_cast<std::uint8_t>(sent.pacing),
                            .offload = sent.segmentation || received.coalescing ? 1U : 0U,
                            .sent_bytes = sent.payload_bytes,
                            .traffic_class = sent.traffic_class};
        put(report.capacity, layout);
        put(received.marks, layout);
        put(report.role == Role::sender ? sent.host : received.host, layout);
        layout.sessions = report.server.sessions;
        layout.loads = report.server.loads;
        return write(layout, out);
    }
    std::size_t operator()(const Probe& probe) const;
    std::size_t operator()(const Echo& echo) const;
    std::size_t operator()(const Size& size) const {
        return padded(SizeLayout{.header = header(Type::size, size.length),
                                 .number = size.number,
                                 .answer_bytes = size.answer_bytes},
                      size.length);
    }
    std::size_t operator()(const Sized& sized) const {
        return padded(SizedLayout{.header = header(Type::sized, sized.length),
                                  .number = sized.number,
                                  .request_bytes = sized.request_bytes,
                                  .outcome = static_cast<std::uint8_t>(sized.outcome),
                                  .path_mtu = sized.path_mtu,
                                  .reserved2 = {}},
                      sized.length);
    }
    // The layout, then zeros, the tag's among them.
    template <typename Layout>
    std::size_t padded(const Layout& layout, std::size_t length) const {
        WYN_CHECK(length >= sizeof layout + sizeof(Tag) && length <= out.size());
        std::ranges::fill(out.subspan(write(layout, out), length - sizeof layout), std::uint8_t{0});
        return length;
    }
    std::size_t operator()(const Close& close) const { return close_like(Type::close, close.end); }
    std::size_t operator()(const Closed& closed) const {
        return close_like(Type::closed, closed.end);
    }
    std::size_t close_like(Type type, End end) const {
        return write(CloseLayout{.header = header(type, sizeof(CloseLayout)),
                                 .end = static_cast<std::uint16_t>(end),
                                 .reserved = {},
                                 .tag = {}},
                     out);
    }
    std::size_t operator()(const Feedback& feedback) const;
};

bool is_probe_length(std::size_t length) {
    return length >= shortest_probe && length <= longest_probe;
}

std::size_t Sealing::operator()(const Probe& probe) const {
    WYN_CHECK(is_probe_length(probe.length));
    return padded(ProbeLayout{.header = header(Type::probe, probe.length),
                              .number = probe.number,
                              .probe_flags = (probe.stamp_echo ? 1U : 0U) | (probe.sweep ? 2U : 0U),
                              .reserved = {},
                              .sent_ns = probe.sent_ns},
                  probe.length);
}

std::uint64_t saturated_us(const std::optional<Duration>& error) {
    constexpr std::int64_t not_known = 0xffff'ffff;
    if (!error) return not_known;
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(*error).count();
    return static_cast<std::uint64_t>(std::clamp<std::int64_t>(us, 0, not_known - 1));
}

std::size_t Sealing::operator()(const Echo& echo) const {
    WYN_CHECK(is_probe_length(echo.length) && echo.map.length <= map_bytes_in(echo.length));
    EchoLayout layout{.header = header(Type::echo, echo.length),
                      .number = echo.number,
                      .echo_flags = (echo.kernel_stamp ? 1U : 0U) | (echo.stamped ? 2U : 0U) |
                                    (echo.map.form == MapForm::lengths ? 4U : 0U),
                      .traffic_class = echo.traffic_class,
                      .clock_sync = static_cast<std::uint8_t>(echo.clock.discipline.sync),
                      .reserved = 0,
                      .probe_sent_ns = echo.probe_sent_ns,
                      .probe_received_ns = echo.probe_received_ns,
                      .sent_ns = echo.sent_ns,
                      .received = echo.received,
                      .duplicates = echo.duplicates,
                      .reordered = echo.reordered,
                      .map_newest = echo.map.newest,
                      .clock_max_error_us = saturated_us(echo.clock.discipline.max_error),
                      .clock_steps = echo.clock.steps,
                      .clock_slew_ppb = std::bit_cast<std::uint32_t>(echo.clock.slew_ppb),
                      .wall_ahead_ns = static_cast<std::uint64_t>(echo.clock.wall_ahead.count()),
                      .followed_number = echo.followed.number,
                      .left_after_ns = {},
                      .stamped_after_ns = {}};
    std::ranges::transform(echo.followed.left_after, layout.left_after_ns.begin(), at_least_one_ns);
    std::ranges::transform(echo.followed.stamped_after, layout.stamped_after_ns.begin(),
                           at_least_one_ns);
    padded(layout, echo.length);
    std::copy_n(echo.map.bytes.begin(), echo.map.length, out.subspan(sizeof layout).begin());
    return echo.length;
}

StepLayout layout_of(const StepSeen& step, std::uint64_t arrival_before) {
    const std::uint64_t after =
        step.first_arrival_ns > arrival_before ? step.first_arrival_ns - arrival_before : 0;
    return {.first_after_ns = saturated(after, 0xffff'ffff),
            .span_ns = saturated(step.span_ns, 0xffff'ffff),
            .packets = saturated(step.packets, 0xff'ffff),
            .flags = step.receiver_dropped ? 1U : 0U,
            .lowest_delay = delay16_from(step.lowest_delay),
            .last_delay = delay16_from(step.last_delay)};
}

std::size_t Sealing::operator()(const Feedback& feedback) const {
    const std::span<const StepSeen> steps = feedback.steps.all();
    const std::size_t length = length_of(feedback);
    WYN_CHECK(out.size() >= length);
    const ReceiverRecord& totals = feedback.totals;
    std::uint64_t arrival = steps.empty() ? 0 : steps.front().first_arrival_ns;
    std::size_t at = write(
        FeedbackLayout{.header = header(Type::feedback, length),
                       .test = feedback.test,
                       .steps = steps.size(),
                       .reserved = {},
                       .newest_sequence = feedback.newest_sequence,
                       .newest_sent_ns = feedback.newest_sent_ns,
                       .newest_step = feedback.newest_step,
                       .newest_receipt = feedback.newest_receipt,
                       .held_ns = feedback.held_ns,
                       .packets = totals.packets,
                       .payload_bytes = totals.payload_bytes,
                       .duplicates = totals.duplicates,
                       .reordered = totals.reordered,
                       .late = totals.late,
                       .socket_drops = totals.socket_drops,
                       .rejected = totals.rejected,
                       .first_arrival_ns = totals.first_arrival_ns,
                       .last_arrival_ns = totals.last_arrival_ns,
                       .lowest_delay_ns = std::bit_cast<std::uint64_t>(feedback.lowest_delay_ns),
                       .first_step = steps.empty() ? 0U : steps.front().id,
                       .congested = saturated(totals.marks.congested, 0xffff'ffff),
                       .first_step_ns = arrival},
        out);
    for (const StepSeen& step : steps) {
        const StepLayout layout = layout_of(step, arrival);
        arrival += layout.first_after_ns.get(); // as the other side will add it up
        at += write(layout, out.subspan(at));
    }
    return at + write(Tag{}, out.subspan(at));
}

} // namespace

std::size_t room_for(const SealedBody& body) {
    if (const auto* size = std::get_if<Size>(&body)) return size->length;
    if (const auto* sized = std::get_if<Sized>(&body)) return sized->length;
    return longest_sealed;
}

std::size_t encode(const HandshakeMessage& message, std::span<std::uint8_t> out) {
    return std::visit([out](const auto& body) { return encode_one(body, out); }, message);
}

std::size_t encode(const SealedMessage& message, std::span<std::uint8_t> out) {
    return std::visit(Sealing{.session = message.session, .counter = message.counter, .out = out},
                      message.body);
}

void encode_bulk(const BulkHeader& first, std::span<std::uint8_t> out, std::size_t stride) {
    WYN_CHECK(stride >= sizeof(BulkLayout));
    const BulkLayout alike{.magic = protocol_magic,
                           .version = protocol_version,
                           .type = static_cast<std::uint8_t>(Type::bulk),
                           .length = first.length,
                           .test = first.test,
                           .sequence = first.sequence,
                           .sent_ns = first.sent_ns,
                           .step = first.step,
                           .receipt = first.receipt,
                           .tag = {}};
    std::uint64_t sequence = first.sequence;
    for (std::size_t at = 0; at + stride <= out.size(); at += stride) {
        const Be<8> number = sequence++;
        std::memcpy(&out[at], &alike, offsetof(BulkLayout, tag));
        std::memcpy(&out[at + offsetof(BulkLayout, sequence)], &number, sizeof number);
    }
}

void put_tag(std::span<std::uint8_t> message, const Tag& tag) {
    WYN_CHECK(message.size() >= sizeof(Tag));
    std::copy(tag.begin(), tag.end(), message.last<sizeof(Tag)>().begin());
}

} // namespace wyn::wire
