// Reads the sealed messages and bulk, see wire/codec.hpp.
#include "base/check.hpp"
#include "wire/decode_parts.hpp"
#include "wire/delay16.hpp"

#include <algorithm>
#include <bit>

namespace wyn::wire {

namespace {

DecodedBody decode_beat(Bytes datagram, std::uint8_t step) {
    const auto in = read<BeatLayout>(datagram);
    if (in.confirmed.get() > 1 || !are_times(in.time_ns, in.held_ns)) return Rejected{Drop::value};
    return Beat{.step = step,
                .number = in.number.u32(),
                .confirmed = in.confirmed.get() == 1,
                .challenge = in.challenge,
                .echo = in.echo,
                .time_ns = in.time_ns.get(),
                .held_ns = in.held_ns.get()};
}

// Only a router says "congestion experienced", and ECT(1) is for senders that answer to marks as
// L4S wants it (RFC 9331), which ours do not.
bool is_for_senders(std::uint8_t traffic_class) {
    const int ecn = traffic_class & 3;
    return ecn == 0 || ecn == 2;
}

DecodedBody decode_start(Bytes datagram) {
    const auto in = read<StartLayout>(datagram);
    const Start start{.test = in.test.u32(),
                      .direction = static_cast<Direction>(in.direction.get()),
                      .search = static_cast<Search>(in.search.get()),
                      .datagram_bytes = in.datagram_bytes.u16(),
                      .rate_bps = in.rate_bps.get(),
                      .duration_ms = in.duration_ms.u32(),
                      .pacing = static_cast<Pacing>(in.pacing.get()),
                      .offload = in.offload.get() == 1,
                      .traffic_class = in.traffic_class.bytes[0],
                      .sustained_ms = in.sustained_ms.u32(),
                      .budget_bytes = in.budget_bytes.get()};
    const bool known = within<std::uint64_t>(in.direction.get(), 1, 2) &&
                       in.search.get() <= static_cast<std::uint8_t>(last_search) &&
                       within<std::uint64_t>(in.pacing.get(), 1, 2) && in.offload.get() <= 1 &&
                       is_for_senders(start.traffic_class);
    const bool rate_fits =
        start.rate_bps <= highest_rate_bps && (start.rate_bps > 0 || start.search != Search::fixed);
    if (!known || !rate_fits || start.test == 0 ||
        !within<std::uint32_t>(start.datagram_bytes, shortest_bulk, longest_bulk) ||
        !within<std::uint32_t>(start.duration_ms, 1, longest_test_ms) ||
        start.sustained_ms > longest_test_ms)
        return Rejected{Drop::value};
    return start;
}

DecodedBody decode_ready(Bytes datagram) {
    const auto in = read<ReadyLayout>(datagram);
    const auto end = end_from(in.end.u16());
    if (!end || in.rate_bps.get() > highest_rate_bps || in.duration_ms.get() > longest_test_ms)
        return Rejected{Drop::value};
    // What is granted can be done; what is not granted need not make sense.
    const bool possible =
        within<std::uint32_t>(in.datagram_bytes.u16(), shortest_bulk, longest_bulk) &&
        in.duration_ms.get() > 0;
    if (*end == End::none && !possible) return Rejected{Drop::value};
    return Ready{.test = in.test.u32(),
                 .end = *end,
                 .datagram_bytes = in.datagram_bytes.u16(),
                 .rate_bps = in.rate_bps.get(),
                 .duration_ms = in.duration_ms.u32()};
}

DecodedBody decode_stop(Bytes datagram) {
    const auto in = read<StopLayout>(datagram);
    const auto end = end_from(in.end.u16());
    if (!end) return Rejected{Drop::value};
    return Stop{.test = in.test.u32(),
                .end = *end,
                .packets_accepted = in.packets_accepted.get(),
                .packets_refused = in.packets_refused.get()};
}

bool is_probe_length(std::size_t length) {
    return within(length, shortest_probe, longest_probe);
}

DecodedBody decode_probe(Bytes datagram) {
    if (!is_probe_length(datagram.size())) return Rejected{Drop::length};
    const auto in = read<ProbeLayout>(datagram);
    if (!are_times(in.sent_ns)) return Rejected{Drop::value};
    return Probe{.length = static_cast<std::uint16_t>(datagram.size()),
                 .number = in.number.u32(),
                 .stamp_echo = (in.probe_flags.get() & 1) != 0,
                 .sweep = (in.probe_flags.get() & 2) != 0,
                 .sent_ns = in.sent_ns.get()};
}

std::optional<ClockState> read_clock(const EchoLayout& in) {
    constexpr std::uint32_t not_known = 0xffff'ffff;
    constexpr auto latest = static_cast<std::int64_t>(latest_ns);
    const auto wall_ahead_ns = std::bit_cast<std::int64_t>(in.wall_ahead_ns.get());
    if (in.clock_sync.get() > static_cast<std::uint8_t>(last_clock_sync) ||
        !within(wall_ahead_ns, -latest, latest))
        return std::nullopt;
    ClockState clock{.discipline = {.sync = static_cast<ClockSync>(in.clock_sync.get())},
                     .steps = in.clock_steps.u32(),
                     .slew_ppb = std::bit_cast<std::int32_t>(in.clock_slew_ppb.u32()),
                     .wall_ahead = Duration{wall_ahead_ns}};
    if (in.clock_max_error_us.u32() != not_known)
        clock.discipline.max_error = std::chrono::microseconds{in.clock_max_error_us.get()};
    return clock;
}

Followed read_followed(const EchoLayout& in) {
    Followed followed{.number = in.followed_number.u32()};
    const auto read = [](const Be<4>& after) {
        return after.u32() == 0 ? std::nullopt : std::optional{Duration{after.u32()}};
    };
    std::ranges::transform(in.left_after_ns, followed.left_after.begin(), read);
    std::ranges::transform(in.stamped_after_ns, followed.stamped_after.begin(), read);
    return followed;
}

// Nothing: its lengths make no sense.
std::optional<ReceivedMap> read_map(const EchoLayout& in, Bytes datagram) {
    const std::size_t length = map_bytes_in(datagram.size());
    ReceivedMap map{.newest = in.map_newest.u32(),
                    .form = (in.echo_flags.get() & 4) != 0 ? MapForm::lengths : MapForm::bits,
                    .length = static_cast<std::uint8_t>(length)};
    std::ranges::copy(datagram.subspan(sizeof(EchoLayout), length), map.bytes.begin());
    StretchReader reader{map};
    while (reader.next()) {
    }
    return reader.is_sound() ? std::optional{map} : std::nullopt;
}

DecodedBody decode_echo(Bytes datagram) {
    if (!is_probe_length(datagram.size())) return Rejected{Drop::length};
    const auto in = read<EchoLayout>(datagram);
    const auto clock = read_clock(in);
    if (!clock || !are_times(in.probe_sent_ns, in.probe_received_ns, in.sent_ns))
        return Rejected{Drop::value};
    const auto map = read_map(in, datagram);
    if (!map) return Rejected{Drop::value};
    return Echo{.length = static_cast<std::uint16_t>(datagram.size()),
                .number = in.number.u32(),
                .kernel_stamp = (in.echo_flags.get() & 1) != 0,
                .stamped = (in.echo_flags.get() & 2) != 0,
                .traffic_class = in.traffic_class.bytes[0],
                .probe_sent_ns = in.probe_sent_ns.get(),
                .probe_received_ns = in.probe_received_ns.get(),
                .sent_ns = in.sent_ns.get(),
                .received = in.received.u32(),
                .duplicates = in.duplicates.u32(),
                .reordered = in.reordered.u32(),
                .map = *map,
                .clock = *clock,
                .followed = read_followed(in)};
}

DecodedBody decode_size(Bytes datagram) {
    if (datagram.size() < shortest_size) return Rejected{Drop::length};
    const auto in = read<SizeLayout>(datagram);
    if (!within<std::uint64_t>(in.answer_bytes.get(), shortest_sized, longest_bulk) ||
        datagram.size() > longest_bulk)
        return Rejected{Drop::value};
    return Size{.number = in.number.u32(),
                .answer_bytes = in.answer_bytes.u16(),
                .length = static_cast<std::uint16_t>(datagram.size())};
}

DecodedBody decode_sized(Bytes datagram) {
    if (datagram.size() < shortest_sized) return Rejected{Drop::length};
    const auto in = read<SizedLayout>(datagram);
    if (!within<std::uint64_t>(in.request_bytes.get(), shortest_size, longest_bulk) ||
        in.outcome.get() > static_cast<std::uint8_t>(last_size_outcome) ||
        datagram.size() > longest_bulk)
        return Rejected{Drop::value};
    return Sized{.number = in.number.u32(),
                 .request_bytes = in.request_bytes.u16(),
                 .outcome = static_cast<SizeOutcome>(in.outcome.get()),
                 .path_mtu = in.path_mtu.u16(),
                 .length = static_cast<std::uint16_t>(datagram.size())};
}

template <typename Message>
DecodedBody decode_close(Bytes datagram) {
    const auto in = read<CloseLayout>(datagram);
    const auto end = end_from(in.end.u16());
    if (!end) return Rejected{Drop::value};
    return Message{.end = *end};
}

bool in_range(const FeedbackLayout& in, const Feedback& feedback) {
    constexpr auto latest = static_cast<std::int64_t>(latest_ns);
    return in.steps.get() <= most_steps && within(feedback.lowest_delay_ns, -latest, latest) &&
           are_times(in.newest_sent_ns, in.held_ns, in.first_arrival_ns, in.last_arrival_ns,
                     in.first_step_ns);
}

DecodedBody decode_feedback(Bytes datagram) {
    if (datagram.size() < sizeof(FeedbackLayout) + sizeof(Tag)) return Rejected{Drop::length};
    const auto in = read<FeedbackLayout>(datagram);
    Feedback feedback{.test = in.test.u32(),
                      .newest_sequence = in.newest_sequence.get(),
                      .newest_sent_ns = in.newest_sent_ns.get(),
                      .newest_step = in.newest_step.u32(),
                      .newest_receipt = in.newest_receipt.u32(),
                      .held_ns = in.held_ns.get(),
                      .totals = counts_of(in),
                      .lowest_delay_ns = std::bit_cast<std::int64_t>(in.lowest_delay_ns.get()),
                      .steps = {}};
    feedback.totals.marks.congested = in.congested.get();
    if (!in_range(in, feedback)) return Rejected{Drop::value};
    const std::size_t steps = in.steps.get();
    if (datagram.size() != sizeof(FeedbackLayout) + steps * sizeof(StepLayout) + sizeof(Tag))
        return Rejected{Drop::length};

    std::uint64_t arrival = in.first_step_ns.get();
    for (std::size_t i = 0; i < steps; ++i) {
        const auto step =
            read<StepLayout>(datagram.subspan(sizeof(FeedbackLayout) + i * sizeof(StepLayout)));
        if (i == 0 && step.first_after_ns.get() != 0) return Rejected{Drop::value};
        arrival += step.first_after_ns.get();
        feedback.steps.add({.id = static_cast<std::uint32_t>(in.first_step.get() + i),
                            .packets = step.packets.get(),
                            .first_arrival_ns = arrival,
                            .span_ns = step.span_ns.get(),
                            .receiver_dropped = (step.flags.get() & 1) != 0,
                            .lowest_delay = duration_from(step.lowest_delay.u16()),
                            .last_delay = duration_from(step.last_delay.u16())});
    }
    return feedback;
}

// The exact length of a sealed message; nothing for those that have several, and for what is not
// sealed.
std::optional<std::size_t> fixed_length(Type type) {
    switch (type) {
    case Type::beat0:
    case Type::beat1:
    case Type::beat2: return sizeof(BeatLayout);
    case Type::start: return sizeof(StartLayout);
    case Type::stop: return sizeof(StopLayout);
    case Type::close:
    case Type::closed: return sizeof(CloseLayout);
    case Type::ready: return sizeof(ReadyLayout);
    case Type::report: return sizeof(ReportLayout);
    case Type::hello:
    case Type::cookie:
    case Type::assign:
    case Type::refuse:
    case Type::probe:
    case Type::echo:
    case Type::size:
    case Type::sized:
    case Type::bulk:
    case Type::feedback: return std::nullopt;
    }
    return std::nullopt;
}

DecodedBody decode_body(Type type, Bytes datagram) {
    switch (type) {
    case Type::beat0: return decode_beat(datagram, 0);
    case Type::beat1: return decode_beat(datagram, 1);
    case Type::beat2: return decode_beat(datagram, 2);
    case Type::start: return decode_start(datagram);
    case Type::stop: return decode_stop(datagram);
    case Type::probe: return decode_probe(datagram);
    case Type::close: return decode_close<Close>(datagram);
    case Type::closed: return decode_close<Closed>(datagram);
    case Type::ready: return decode_ready(datagram);
    case Type::report: return decode_report(datagram);
    case Type::echo: return decode_echo(datagram);
    case Type::size: return decode_size(datagram);
    case Type::sized: return decode_sized(datagram);
    case Type::feedback: return decode_feedback(datagram);
    case Type::hello:
    case Type::cookie:
    case Type::assign:
    case Type::refuse:
    case Type::bulk: return Rejected{Drop::type};
    }
    return Rejected{Drop::type};
}

} // namespace

std::optional<Type> peek_type(Bytes datagram) {
    if (datagram.size() < 4 || datagram[0] != protocol_magic >> 8 ||
        datagram[1] != (protocol_magic & 0xff))
        return std::nullopt;
    const auto type = static_cast<Type>(datagram[3]);
    switch (type) {
    case Type::hello:
    case Type::cookie:
    case Type::assign:
    case Type::refuse:
    case Type::beat0:
    case Type::beat1:
    case Type::beat2:
    case Type::start:
    case Type::stop:
    case Type::probe:
    case Type::close:
    case Type::closed:
    case Type::ready:
    case Type::report:
    case Type::echo:
    case Type::size:
    case Type::sized:
    case Type::bulk:
    case Type::feedback: return type;
    }
    return std::nullopt;
}

std::expected<SealedMessage, Drop> decode_sealed(Bytes datagram) {
    if (const auto flaw = flaw_of_frame(datagram)) return Rejected{*flaw};
    const auto header = read<HeaderLayout>(datagram);
    if (header.version.get() != protocol_version) return Rejected{Drop::version};
    const auto type = peek_type(datagram);
    if (!type) return Rejected{Drop::type};
    const auto length = fixed_length(*type);
    if (length && *length != datagram.size()) return Rejected{Drop::length};
    auto body = decode_body(*type, datagram);
    if (!body) return Rejected{body.error()};
    return SealedMessage{
        .session = header.session.get(), .counter = header.counter.get(), .body = *body};
}

std::expected<BulkHeader, Drop> decode_bulk(Bytes datagram) {
    if (datagram.size() < sizeof(BulkLayout)) return Rejected{Drop::length};
    const auto in = read<BulkLayout>(datagram);
    if (in.magic.get() != protocol_magic) return Rejected{Drop::magic};
    if (in.version.get() != protocol_version) return Rejected{Drop::version};
    if (in.type.get() != static_cast<std::uint8_t>(Type::bulk)) return Rejected{Drop::type};
    if (in.length.get() != datagram.size()) return Rejected{Drop::length};
    if (!are_times(in.sent_ns)) return Rejected{Drop::value};
    return BulkHeader{.length = in.length.u16(),
                      .test = in.test.u16(),
                      .sequence = in.sequence.get(),
                      .sent_ns = in.sent_ns.get(),
                      .step = in.step.u32(),
                      .receipt = in.receipt.u32()};
}

// One comparison for each: a train of small datagrams has a hundred of them.
std::size_t count_of_type_bulk(Bytes train, std::size_t segment) {
    using Front = std::array<std::uint8_t, sizeof(std::uint32_t)>;
    constexpr auto looked_at = std::bit_cast<std::uint32_t>(Front{0xff, 0xff, 0, 0xff});
    constexpr auto bulk = std::bit_cast<std::uint32_t>(Front{
        protocol_magic >> 8U, protocol_magic & 0xffU, 0, static_cast<std::uint8_t>(Type::bulk)});
    std::size_t count = 0;
    for (std::size_t begin = 0; begin + sizeof(Front) <= train.size(); begin += segment, ++count) {
        std::uint32_t front = 0;
        std::memcpy(&front, train.data() + begin, sizeof front);
        if ((front & looked_at) != bulk) break;
    }
    return count;
}

std::size_t count_alike(Bytes train, std::size_t segment) {
    constexpr std::size_t sequence = offsetof(BulkLayout, sequence);
    constexpr std::size_t behind = sequence + sizeof(BulkLayout::sequence);
    constexpr std::size_t end = offsetof(BulkLayout, tag);
    const auto* const first = train.data();
    std::uint64_t expected = read<BulkLayout>(train).sequence.get();
    std::size_t count = 1;
    // The length is part of what is alike, so a shorter last datagram is not.
    for (; (count + 1) * segment <= train.size(); ++count) {
        const auto* const header = first + count * segment;
        const auto layout = read<BulkLayout>(train.subspan(count * segment));
        if (layout.sequence.get() != ++expected || std::memcmp(header, first, sequence) != 0 ||
            std::memcmp(header + behind, first + behind, end - behind) != 0)
            break;
    }
    return count;
}

Bytes covered_by_tag(Bytes message) {
    WYN_CHECK(message.size() >= sizeof(Tag));
    return message.first(message.size() - sizeof(Tag));
}

Tag tag_of(Bytes message) {
    WYN_CHECK(message.size() >= sizeof(Tag));
    return read<Tag>(message.last<sizeof(Tag)>());
}

} // namespace wyn::wire
