#include "ctl/evidence.hpp"

#include <algorithm>

namespace wyn::ctl {

namespace {

using session::DirectionResult;
using session::LatencyResult;

verdict::LoadKind kind_of(wire::Search search) {
    switch (search) {
    case wire::Search::fixed: return verdict::LoadKind::fixed;
    case wire::Search::unpaced: return verdict::LoadKind::unpaced;
    case wire::Search::type_b: break;
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
    return rate_of((sent.packets_accepted - 1) * result.datagram_bytes,
                   sent.last_sent_ns - sent.first_sent_ns);
}

void add_rates(verdict::Load& load, const DirectionResult& result) {
    const auto rates = result.rates();
    if (!rates) return;
    load.payload = rates->payload;
    load.ip = rates->ip;
    load.wire = rates->wire;
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
}

void add_receiver(verdict::Load& load, const DirectionResult& result) {
    if (!result.received_known) return;
    load.received = result.received.packets;
    load.socket_drops = result.received.socket_drops;
    load.receive_buffer_bytes = unless_zero(result.received.receive_buffer_bytes);
    load.wanted_buffer_bytes = 2 * session::wanted_receive_buffer; // as a kernel counts
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

std::optional<verdict::Load> load_of(const std::optional<DirectionResult>& result,
                                     const std::optional<LatencyResult>& idle) {
    if (!result) return std::nullopt;
    verdict::Load load{.direction = result->direction,
                       .kind = kind_of(result->search),
                       .complete = result->end == wire::End::completed};
    if (const auto granted = unless_zero(result->granted.bps())) load.granted = BitRate{*granted};
    add_rates(load, *result);
    add_sender(load, *result);
    add_receiver(load, *result);
    add_ledger(load, *result);
    if (idle) add_latency(load, *result, *idle);
    return load;
}

} // namespace

verdict::Evidence evidence_of(const Report& report) {
    verdict::Evidence evidence;
    if (!report.result) return evidence;
    const session::ProbeResult& result = *report.result;
    if (result.idle && result.idle->rtt.enough_for(0.5))
        evidence.idle_rtt = result.idle->rtt.quantile(0.5);
    evidence.down = load_of(result.down, result.idle);
    evidence.up = load_of(result.up, result.idle);
    return evidence;
}

} // namespace wyn::ctl
