#include "unit/verdict/loads.hpp"

#include <algorithm>

namespace wyn::test {

using namespace verdict;

LoadLatency risen_by(Duration added, Duration spread) {
    LoadLatency latency{.idle = 10ms, .loaded = 10ms + added, .added = added};
    latency.mean_increase = added;
    latency.high_increase = added;
    latency.p99_increase = added + spread;
    latency.idle_spread = spread;
    latency.round_trips_per_minute = static_cast<std::uint64_t>(60s / latency.loaded);
    latency.grade = grade_of(added);
    return latency;
}

Load sound_load(wire::Direction direction) {
    const Host host{.thread_busy = 0.3,
                    .thread_kept_waiting = 0.01,
                    .core_busy = 0.2,
                    .steal = 0.0,
                    .queue_drops = 0,
                    .device_drops = 0,
                    .backlog_drops = 0,
                    .link_speed = BitRate{1'000'000'000}};
    Load load{.direction = direction, .kind = LoadKind::searched, .complete = true};
    load.payload = BitRate{90'500'000};
    load.ip = BitRate{93'400'000};
    load.wire = BitRate{95'700'000};
    load.offered = BitRate{92'000'000};
    load.capacity = Capacity{.word = CapacityWord::ok,
                             .ip = BitRate{93'400'000},
                             .half_width = BitRate{200'000},
                             .excess_loss = 0.0,
                             .loss_floor = 0.0};
    load.limited_by = wire::LimitedBy::nothing;
    load.packets_offered = load.received = 100'000;
    load.path_lost = load.refused = load.socket_drops = load.skipped = 0;
    load.low_rate_loss = Share{.hits = 0, .trials = 5'000};
    load.high_rate_loss = Share{.hits = 0, .trials = 50'000};
    load.idle_loss = Share{.hits = 0, .trials = 100};
    load.latency = risen_by(12ms);
    load.in_band = 12ms;
    load.pacing = wire::Pacing::sleep;
    load.lateness_p99 = 200us;
    load.receive_buffer_bytes = load.wanted_buffer_bytes = 33'554'432;
    load.sender = load.receiver = host;
    load.marks = {Mark{.sent = 0xba, .received = 0xba, .packets = 100'000}}; // EF, ECT(0)
    load.mtu = PathMtu{.bytes = 1500, .tried_bytes = 1500, .icmp_heard = false, .vanished = 0};
    load.hops = 9;
    return load;
}

Load bare_load(wire::Direction direction) {
    Load load{.direction = direction, .kind = LoadKind::searched, .complete = true};
    load.payload = BitRate{90'500'000};
    load.ip = BitRate{93'400'000};
    load.wire = BitRate{95'700'000};
    load.received = 100'000;
    return load;
}

Evidence probe_of(const Load& load) {
    Evidence evidence{.idle_rtt = 10ms};
    (load.direction == wire::Direction::up ? evidence.up : evidence.down) = load;
    return evidence;
}

Verdict verdict_of(const Load& load) {
    return judge(probe_of(load)).value();
}

std::optional<Finding> found(const Evidence& evidence, Code code) {
    const auto verdict = judge(evidence);
    if (!verdict) return std::nullopt;
    const auto at = std::ranges::find(verdict->findings, code, &Finding::code);
    return at == verdict->findings.end() ? std::nullopt : std::optional{*at};
}

std::optional<Finding> found(const Load& load, Code code) {
    return found(probe_of(load), code);
}

} // namespace wyn::test
