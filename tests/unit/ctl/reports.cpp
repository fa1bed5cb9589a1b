#include "unit/ctl/reports.hpp"

namespace wyn::test {

namespace {

constexpr std::uint16_t payload_bytes = 1452;
constexpr std::uint32_t header_bytes = 48;

dgram::Address address(const char* text) {
    return dgram::Address::parse(text).value();
}

} // namespace

session::LatencyResult latency(Duration from, Duration to, std::uint64_t count) {
    session::LatencyResult result;
    for (std::uint64_t i = 0; i < count; ++i) {
        const Duration rtt =
            from + (to - from) * static_cast<Duration::rep>(i) /
                       static_cast<Duration::rep>(std::max<std::uint64_t>(count, 2) - 1);
        result.rtt.record(rtt);
        result.series.add(MonoTime{1s + 10ms * static_cast<int>(i)}, rtt);
    }
    result.probes_sent = result.probes_arrived = result.echoes_received = count;
    return result;
}

session::DirectionResult load(wire::Direction direction, BitRate ip, Duration took) {
    const double packets_per_second = ip.as_double() / 8 / (payload_bytes + header_bytes);
    const auto packets = static_cast<std::uint64_t>(packets_per_second * to_seconds(took));
    const auto in_a_second = static_cast<std::uint64_t>(packets_per_second);
    session::DirectionResult result{
        .direction = direction,
        .search = wire::Search::type_b,
        .datagram_bytes = payload_bytes,
        .duration = took,
        .header_bytes = header_bytes,
        .sent = {.packets_accepted = packets,
                 .payload_bytes = packets * payload_bytes,
                 .pacing = wire::Pacing::sleep,
                 .segmentation = true,
                 .lateness = {.p50 = 61us, .p99 = 240us, .max = 1310us},
                 .host = {.thread_busy = wire::Share{400},
                          .thread_kept_waiting = wire::Share{20},
                          .busiest_cpu = wire::Share{3120},
                          .stolen = wire::Share{0},
                          .link_bps = 1'000'000'000,
                          .device_drops = 0,
                          .qdisc_drops = 0,
                          .qdisc_backlog_bytes = 3028,
                          .udp_buffer_errors = 0,
                          .softnet_drops = 0,
                          .softnet_squeezes = 0}},
        .sent_known = true,
        .received_known = true,
        .received = {.packets = packets,
                     .payload_bytes = packets * payload_bytes,
                     .first_arrival_ns = 1'000'000'000,
                     .last_arrival_ns = 1'000'000'000 + static_cast<std::uint64_t>(took.count()),
                     .best_packets = in_a_second,
                     .best_bytes = in_a_second * payload_bytes,
                     .best_span_ns = 1'000'000'000,
                     .best_index = 3,
                     .coalescing = true,
                     .longest_train = 8,
                     .receive_buffer_bytes = 33'554'432,
                     .marks = {.classes = {{{.traffic_class = 0, .packets = packets}}},
                               .lowest_ttl = 55,
                               .highest_ttl = 55}},
        .end = wire::End::completed,
        .server = {.sessions = 1, .loads = 1},
        .loaded = latency(13ms, 15ms, 100)};
    for (int tenth = 0; tenth < 10 * to_seconds(took); ++tenth)
        result.series.add(MonoTime{1s + 100ms * tenth}, 1,
                          static_cast<std::uint64_t>(std::min(tenth, 12)) * 1000);
    return result;
}

ctl::Report ordinary() {
    ctl::Report report;
    report.options.host = "fra1.example.net";
    report.options.search_method = wire::Search::type_b;
    report.options.duration = 10s;
    report.server = dgram::Endpoint{address("2001:db8:41::7"), 6711};
    report.local = dgram::Endpoint{address("2001:db8:10::23"), 50611};
    report.seen_as = report.local;
    report.server_release = "0.1.0";
    report.session = 0x8f3c000000000017;
    report.ports = {7811, 7864, 7893};
    report.start = WallTime{1795157890412ms};
    report.took = 23s;
    report.options.payload_bytes = payload_bytes;
    session::ProbeResult& result = report.result.emplace();
    result.end = wire::End::completed;
    result.port_reached = {true, true, true};
    result.path = {.up = {1500, measure::MtuLimit::host}, .down = {1500, measure::MtuLimit::host}};
    result.idle = latency(11100us, 16800us, 100);
    result.down = load(wire::Direction::down, BitRate{944'000'000}, 10s);
    result.up = load(wire::Direction::up, BitRate{48'300'000}, 10s);
    result.up->loaded = latency(150ms, 224ms, 100);
    result.bytes_used = 1'240'000'000;
    return report;
}

ctl::Report searched() {
    ctl::Report report = ordinary();
    report.options.search_method = wire::Search::s3;
    report.options.duration.reset();
    report.options.sustained = 5s;
    report.options.budget_bytes = 2'000'000'000;
    report.took = 14s;
    session::DirectionResult& down = *report.result->down;
    session::DirectionResult& up = *report.result->up;
    down.search = up.search = wire::Search::s3;
    down.capacity = {.verdict = wire::CapacityVerdict::ok,
                     .ip_bps = 943'620'000,
                     .half_width_bps = 260'000,
                     .saturated_ns = 5'012'000'000,
                     .saturated_bytes = 591'000'000,
                     .queue_ns = 2'800'000,
                     .base_rtt_ns = 11'200'000,
                     .loaded_rtt_ns = 14'100'000,
                     .datagram_bytes = payload_bytes};
    up.capacity = {.verdict = wire::CapacityVerdict::two_rate,
                   .ip_bps = 24'120'000,
                   .half_width_bps = 14'000,
                   .burst_bps = 48'310'000,
                   .burst_half_width_bps = 9'000,
                   .bucket_bytes = 10'200'000,
                   .saturated_ns = 5'047'000'000,
                   .saturated_bytes = 22'000'000,
                   .queue_ns = 171'300'000,
                   .base_rtt_ns = 11'200'000,
                   .loaded_rtt_ns = 183'400'000,
                   .excess_loss_ppb = 12'000'000,
                   .loss_floor_ppb = 300'000,
                   .datagram_bytes = payload_bytes};
    return report;
}

ctl::Report with_staircase() {
    ctl::Report report = searched();
    report.options.staircase = true;
    for (const double share : {0.5, 0.8, 0.95, 1.05}) {
        const bool beyond = share > 1;
        const BitRate payload{static_cast<std::uint64_t>(915'000'000 * share)};
        session::DirectionResult stair = load(wire::Direction::down, payload, 2s);
        stair.search = wire::Search::fixed;
        stair.asked = payload;
        stair.loaded = latency(beyond ? 51ms : 11200us, beyond ? 62ms : 17ms, 200);
        if (beyond) stair.received.packets -= stair.received.packets / 21;
        stair.received.payload_bytes = stair.received.packets * payload_bytes;
        report.result->follow_ups.push_back({.share = share, .load = std::move(stair)});
    }
    return report;
}

ctl::Report with_losses() {
    ctl::Report report = ordinary();
    session::DirectionResult& up = *report.result->up;
    up.sent = {.packets_accepted = 40'310,
               .packets_refused = 20,
               .packets_skipped = 1'200,
               .limited_by = wire::LimitedBy::host,
               .pacing = wire::Pacing::precise};
    up.received.packets = 40'200;
    up.received.socket_drops = 45;
    up.received.reordered = 3;
    up.received.duplicates = 2;
    up.received.late = 1;
    up.sent.host = {.device_drops = 0, .qdisc_drops = 11};
    up.server = {.sessions = 5, .loads = 2};
    report.result->path = {.up = {1400, measure::MtuLimit::silence, 6},
                           .down = {1492, measure::MtuLimit::router}};
    report.seen_as = dgram::Endpoint{address("2001:db8:99::1"), 61000};
    report.options.traffic_class = {46, dgram::Ecn::ect0};
    up.sent.traffic_class = report.options.traffic_class.byte();
    up.received.marks = {.classes = {{{.traffic_class = 2, .packets = 40'000},
                                      {.traffic_class = 3, .packets = 200}}},
                         .congested = 200,
                         .lowest_ttl = 54,
                         .highest_ttl = 55};
    report.result->down->sent.limited_by = wire::LimitedBy::grant;
    report.result->down->granted = BitRate{1'000'000'000};
    report.result->idle->echoes_received -= 2;
    return report;
}

ctl::Report interrupted() {
    ctl::Report report = ordinary();
    report.took = 14s;
    session::ProbeResult& result = *report.result;
    result.end = wire::End::interrupted;
    result.up->end = wire::End::interrupted;
    result.up->sent_known = result.up->received_known = false;
    result.up->loaded = {};
    report.failure = ctl::judge(report);
    return report;
}

ctl::Report failed() {
    ctl::Report report;
    report.options.host = "fra1.example.net";
    report.start = WallTime{1795157890412ms};
    report.took = 5s;
    report.server = dgram::Endpoint{address("2001:db8:41::7"), 6711};
    report.failure = ctl::describe_silence({.hellos_sent = 6, .waited = 5s}, *report.server,
                                           report.options.host);
    return report;
}

ctl::Report only_idle() {
    ctl::Report report = ordinary();
    report.took = 1s;
    session::ProbeResult& result = *report.result;
    result.end = wire::End::interrupted;
    result.down.reset();
    result.up.reset();
    result.bytes_used = 19'200;
    report.failure = ctl::judge(report);
    return report;
}

ctl::Report wide() {
    ctl::Report report = with_losses();
    report.options.host = "measurement-server-17.datacentre-frankfurt.example.net";
    report.server->address = address("2001:db8:1234:5678:9abc:def0:1234:5678");
    report.server->port = 65535;
    report.took = 7203s;
    report.result->bytes_used = 999'000'000'000;
    report.result->idle = latency(11100us, 16800us, 2000);
    report.result->idle->probes_sent += 12'345;
    report.result->down->loaded = latency(1s, 12s, 100);
    for (session::DirectionResult* const way : {&*report.result->down, &*report.result->up}) {
        way->sent = {.packets_accepted = 3'051'000'000,
                     .packets_refused = 12'345'678,
                     .packets_skipped = 987'654'321,
                     .limited_by = wire::LimitedBy::host,
                     .pacing = wire::Pacing::sleep,
                     .lateness = {.p50 = 1s, .p99 = 3s, .max = 4s}};
        way->received.longest_train = 128;
        way->received.packets = 2'951'000'000;
        way->received.socket_drops = 12'345'678;
        way->received.reordered = way->received.duplicates = way->received.late = 1'234'567'890;
    }
    report.result->up->end = wire::End::volume_used;
    return report;
}

} // namespace wyn::test
