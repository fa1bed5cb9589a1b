#include "ctl/evidence.hpp"

#include "session/datagram_size.hpp"
#include "session/path_marks.hpp"
#include "verdict/signs.hpp"

#include <algorithm>
#include <utility>

namespace wyn::ctl {

namespace {

using session::DirectionResult;
using session::LatencyResult;

verdict::LoadKind kind_of(wire::Search search) {
    switch (search) {
    case wire::Search::fixed: return verdict::LoadKind::fixed;
    case wire::Search::unpaced: return verdict::LoadKind::unpaced;
    case wire::Search::type_b:
    case wire::Search::type_c:
    case wire::Search::s3: break;
    }
    return verdict::LoadKind::searched;
}

// 0 says that it is not known, or that there is none.
template <typename Number>
std::optional<std::uint64_t> unless_zero(Number number) {
    return number == 0 ? std::nullopt : std::optional<std::uint64_t>{number};
}

verdict::Share missing(std::uint64_t arrived, std::uint64_t sent) {
    return {.hits = sent - std::min(arrived, sent), .trials = sent};
}

// Payload, from when the first datagram left to when the last one did.
std::optional<BitRate> offered_rate(const DirectionResult& result) {
    const wire::SenderRecord& sent = result.sent;
    if (sent.packets_accepted < 2 || sent.last_sent_ns <= sent.first_sent_ns) return std::nullopt;
    // Without the last one, which is of the mean size.
    return rate_of(sent.payload_bytes - sent.payload_bytes / sent.packets_accepted,
                   sent.last_sent_ns - sent.first_sent_ns);
}

void add_rates(verdict::Load& load, const DirectionResult& result) {
    const auto rates = result.rates();
    if (!rates) return;
    load.payload = rates->payload;
    load.ip = rates->ip;
    load.wire = rates->wire;
}

std::optional<double> ratio(const std::optional<wire::Share>& share) {
    return share ? std::optional{share->ratio()} : std::nullopt;
}

verdict::Host host_of(const wire::HostRecord& told) {
    verdict::Host host{.thread_busy = ratio(told.thread_busy),
                       .thread_kept_waiting = ratio(told.thread_kept_waiting),
                       .core_busy = ratio(told.busiest_cpu),
                       .steal = ratio(told.stolen),
                       .queue_drops = told.qdisc_drops,
                       .device_drops = told.device_drops,
                       .backlog_drops = told.softnet_drops};
    if (told.link_bps) host.link_speed = BitRate{*told.link_bps};
    return host;
}

void add_sender(verdict::Load& load, const DirectionResult& result) {
    if (!result.sent_known) return;
    load.offered = offered_rate(result);
    load.limited_by = result.sent.limited_by;
    load.packets_offered = result.sent.offered();
    load.refused = result.sent.packets_refused;
    load.skipped = result.sent.packets_skipped;
    load.pacing = result.sent.pacing;
    load.lateness_p99 = result.sent.lateness.p99;
    load.sender = host_of(result.sent.host);
}

void add_receiver(verdict::Load& load, const DirectionResult& result) {
    if (!result.received_known) return;
    load.received = result.received.packets;
    load.socket_drops = result.received.socket_drops;
    load.receive_buffer_bytes = unless_zero(result.received.receive_buffer_bytes);
    load.wanted_buffer_bytes = 2 * session::wanted_receive_buffer; // as a kernel counts
    load.receiver = host_of(result.received.host);
}

verdict::CapacityWord word_of(wire::CapacityVerdict verdict) {
    switch (verdict) {
    case wire::CapacityVerdict::ok: return verdict::CapacityWord::ok;
    case wire::CapacityVerdict::two_rate: return verdict::CapacityWord::two_rate;
    case wire::CapacityVerdict::unstable: return verdict::CapacityWord::unstable;
    case wire::CapacityVerdict::sender_limited: return verdict::CapacityWord::sender_limited;
    case wire::CapacityVerdict::receiver_limited: return verdict::CapacityWord::receiver_limited;
    case wire::CapacityVerdict::host_stalled: return verdict::CapacityWord::host_stalled;
    case wire::CapacityVerdict::none:
    case wire::CapacityVerdict::lower_bound: break;
    }
    return verdict::CapacityWord::lower_bound;
}

void add_capacity(verdict::Load& load, const DirectionResult& result) {
    if (!result.reports_capacity()) return;
    const wire::CapacityRecord& found = result.capacity;
    verdict::Capacity capacity{.word = word_of(found.verdict), .ip = BitRate{found.ip_bps}};
    if (const auto width = unless_zero(found.half_width_bps)) capacity.half_width = BitRate{*width};
    if (const auto burst = unless_zero(found.burst_bps)) {
        capacity.burst = BitRate{*burst};
        capacity.bucket_bytes = found.bucket_bytes;
    }
    if (wire::is_of_a_full_path(found.verdict)) {
        capacity.excess_loss = found.excess_loss_ppb / 1e9;
        // None of so few datagrams was lost, or there were too few to say: nobody tells which.
        if (const auto floor = unless_zero(found.loss_floor_ppb))
            capacity.loss_floor = static_cast<double>(*floor) / 1e9;
        load.in_band = Duration{static_cast<Duration::rep>(found.queue_ns)};
    }
    load.capacity = capacity;
}

// Once both records are known the ledger says it better than each of them.
void add_ledger(verdict::Load& load, const DirectionResult& result) {
    const auto losses = result.losses();
    if (!losses) return;
    load.path_lost = losses->path;
    load.refused = losses->sender_host;
    load.socket_drops = losses->receiver_socket;
}

void add_latency(verdict::Load& load, const DirectionResult& result, const LatencyResult& idle) {
    load.latency = verdict::latency_under_load(idle.rtt, result.loaded.rtt);
    if (idle.lost_unknown > 0) return; // on the way there or back: no share of either is known
    load.idle_loss = result.direction == wire::Direction::up
                         ? missing(idle.probes_arrived, idle.probes_sent)
                         : missing(idle.echoes_received, idle.probes_arrived);
}

void add_path(verdict::Load& load, const DirectionResult& result, const session::PathMtu& mtu) {
    if (const auto seen = session::marks_of(result); !seen.empty()) {
        auto& marks = load.marks.emplace();
        for (const session::MarkSeen& one : seen)
            marks.push_back({one.sent.byte(), one.received.byte(), one.packets});
    }
    if (const auto hops = session::hops_of(result)) load.hops = hops->most;
    if (mtu.bytes == 0) return;
    load.mtu = verdict::PathMtu{.bytes = mtu.bytes};
    if (mtu.limit == measure::MtuLimit::none) load.mtu->tried_bytes = mtu.bytes;
    if (mtu.limit == measure::MtuLimit::router) load.mtu->icmp_heard = true;
    if (mtu.limit != measure::MtuLimit::silence) return;
    load.mtu->icmp_heard = false;
    load.mtu->tried_bytes = mtu.bytes + 1; // again and again: measure/mtu_search.hpp
    if (mtu.vanished > 0) load.mtu->vanished = mtu.vanished;
}

// Our own flows are among what the server counts.
void add_others(verdict::Evidence& evidence, const Report& report, const DirectionResult& result) {
    const auto ours = static_cast<std::uint32_t>(std::max<std::size_t>(report.flows.size(), 1));
    const auto add = [ours](std::optional<std::uint32_t>& to, std::uint32_t all) {
        if (all != 0) to = std::max(to.value_or(0), all - std::min(all, ours));
    };
    add(evidence.other_sessions, result.server.sessions);
    add(evidence.other_loads, result.server.loads);
}

} // namespace

verdict::Load load_of(const DirectionResult& result, const session::ProbeResult& probe) {
    verdict::Load load{.direction = result.direction,
                       .kind = kind_of(result.search),
                       .complete = result.end == wire::End::completed};
    if (const auto granted = unless_zero(result.granted.bps())) load.granted = BitRate{*granted};
    add_rates(load, result);
    add_capacity(load, result);
    add_sender(load, result);
    add_receiver(load, result);
    add_ledger(load, result);
    add_path(load, result, session::mtu_of(probe.path, result.direction));
    if (probe.idle) add_latency(load, result, *probe.idle);
    return load;
}

namespace {

// What the loads after a search add to what is known of it.
void add_follow_ups(verdict::Load& load, const DirectionResult& searched,
                    const session::ProbeResult& probe) {
    if (const auto* const half = probe.follow_up(searched.direction, session::half_share))
        load.low_rate_loss = verdict::path_loss(load_of(*half, probe));
    const auto* const overload = probe.follow_up(searched.direction, session::overload_share);
    if (overload == nullptr || &probe.beside(searched) != &overload->loaded) return;
    load.then = std::exchange(load.latency, load_of(*overload, probe).latency);
    if (const auto losses = overload->losses())
        load.overload_loss =
            verdict::Share{.hits = losses->total, .trials = overload->sent.offered()};
}

} // namespace

verdict::Evidence evidence_of(const Report& report) {
    verdict::Evidence evidence;
    if (!report.result) return evidence;
    const session::ProbeResult& result = *report.result;
    evidence.clock_steps = result.clock_steps;
    if (result.idle && result.idle->rtt.enough_for(0.5))
        evidence.idle_rtt = result.idle->rtt.quantile(0.5);
    for (const auto& [searched, load] :
         {std::pair{&result.down, &evidence.down}, std::pair{&result.up, &evidence.up}}) {
        if (!*searched) continue;
        *load = load_of(**searched, result);
        add_follow_ups(**load, **searched, result);
    }
    for (const auto* const direction : {&result.down, &result.up})
        if (*direction) add_others(evidence, report, **direction);
    return evidence;
}

} // namespace wyn::ctl
