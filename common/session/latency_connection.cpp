#include "session/latency_connection.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

constexpr Duration patience_when_closing = 500ms;
// Beyond the longest wait for an echo, the prober needs no longer to say that all is settled.
constexpr Duration settling_slack = 1s;

} // namespace

LatencyConnection::LatencyConnection(const LatencyPlan& plan, const Terms& terms, MonoTime now)
    : plan_{plan}, phase_since_{now} {
    outcome_.terms = terms;
}

void LatencyConnection::enter(LatencyPhase phase, MonoTime now) {
    phase_ = phase;
    phase_since_ = now;
}

void LatencyConnection::on_news(MonoTime now, PortRole role, const PortNews& news,
                                ConnectionOutbox& out) {
    if (done()) return;
    if (const auto* latency = std::get_if<LatencyNews>(&news))
        on_latency(now, *latency, out);
    else if (const auto* snapshot = std::get_if<PortSnapshot>(&news))
        on_snapshot(role, *snapshot);
    else if (const auto* valid = std::get_if<PortValid>(&news))
        on_valid(now, role, *valid, out);
    else if (const auto* control = std::get_if<ControlArrived>(&news))
        on_control(now, control->body, out);
    else if (std::holds_alternative<PortSilent>(news) && role == PortRole::control)
        give_up_on_server(
            now, phase_ == LatencyPhase::opening ? wire::End::half_open : wire::End::peer_silent,
            out);
}

void LatencyConnection::on_valid(MonoTime now, PortRole role, const PortValid& valid,
                                 ConnectionOutbox& out) {
    outcome_.port_reached[static_cast<std::size_t>(role)] = true;
    if (role == PortRole::control) rtt_ = valid.rtt;
    const bool all =
        std::ranges::all_of(outcome_.port_reached, [](bool reached) { return reached; });
    if (phase_ != LatencyPhase::opening || !all) return;
    enter(LatencyPhase::probing, now);
    SetProbing probing = plan_.probing;
    probing.known_rtt = rtt_;
    out.orders.push_back({PortRole::control, probing});
}

void LatencyConnection::on_snapshot(PortRole role, const PortSnapshot& snapshot) {
    snapshots_[static_cast<std::size_t>(role)] = snapshot;
    if (snapshot.rtt != Duration::zero() && role == PortRole::control) rtt_ = snapshot.rtt;
    if (snapshot.network_error != 0) outcome_.network_error = snapshot.network_error;
    if (role == PortRole::control) outcome_.departure_stamps = snapshot.departure_stamps;
    outcome_.bytes_used = 0;
    for (const PortSnapshot& port : snapshots_)
        outcome_.bytes_used += port.bytes_in + port.bytes_out;
}

void LatencyConnection::on_latency(MonoTime now, const LatencyNews& news, ConnectionOutbox& out) {
    outcome_.counts = news.counts;
    for (const stats::ProbeRecord& record : news.settled())
        if (record.fate == stats::ProbeFate::returned) newest_rtt_ = record.rtt();
    if (news.far_clock_known) outcome_.far_clock = news.far_clock;
    if (!news.over) return;
    if (phase_ == LatencyPhase::probing) outcome_.end = wire::End::completed;
    if (phase_ == LatencyPhase::probing || phase_ == LatencyPhase::settling) settled(now, out);
}

void LatencyConnection::on_control(MonoTime now, const ControlBody& body, ConnectionOutbox& out) {
    if (const auto* close = std::get_if<wire::Close>(&body)) {
        out.orders.push_back(say(wire::Closed{close->end}));
        give_up_on_server(now, close->end, out);
    } else if (std::holds_alternative<wire::Closed>(body) && phase_ == LatencyPhase::closing) {
        enter(LatencyPhase::done, now);
    }
}

// No more probes; those under way have their time.
void LatencyConnection::settle(MonoTime now, wire::End why, ConnectionOutbox& out) {
    outcome_.end = why;
    enter(LatencyPhase::settling, now);
    out.orders.push_back({PortRole::control, SetProbing{.unanswered = server_gone_}});
}

void LatencyConnection::settled(MonoTime now, ConnectionOutbox& out) {
    if (server_gone_) return enter(LatencyPhase::done, now);
    enter(LatencyPhase::closing, now);
    request_.ask(now, wire::Close{outcome_.end}, rtt_, patience_when_closing, out);
}

void LatencyConnection::give_up_on_server(MonoTime now, wire::End why, ConnectionOutbox& out) {
    if (server_gone_) return;
    server_gone_ = true;
    switch (phase_) {
    case LatencyPhase::opening: outcome_.end = why; return enter(LatencyPhase::done, now);
    case LatencyPhase::probing: return settle(now, why, out);
    case LatencyPhase::settling: return; // the user was first to end it
    case LatencyPhase::closing: return enter(LatencyPhase::done, now);
    case LatencyPhase::done: return;
    }
}

void LatencyConnection::on_port_lost(MonoTime now, ConnectionOutbox& out) {
    give_up_on_server(now, wire::End::worker_failed, out);
    // The lost port may be the one that probes, so nobody can be waited for.
    outcome_.end = wire::End::worker_failed;
    enter(LatencyPhase::done, now);
}

void LatencyConnection::interrupt(MonoTime now, ConnectionOutbox& out) {
    if (phase_ == LatencyPhase::probing) return settle(now, wire::End::interrupted, out);
    if (phase_ != LatencyPhase::opening) return;
    outcome_.end = wire::End::interrupted;
    settled(now, out);
}

void LatencyConnection::on_clock(const ClockReading& reading) {
    near_clock_.observe(reading);
    outcome_.near_clock = near_clock_.state();
    outcome_.near_slew_change_ppb = near_clock_.largest_slew_change_ppb();
}

void LatencyConnection::on_timer(MonoTime now, ConnectionOutbox& out) {
    switch (phase_) {
    case LatencyPhase::opening:
        if (now >= due()) give_up_on_server(now, wire::End::half_open, out);
        return;
    case LatencyPhase::settling:
        if (now >= due()) settled(now, out);
        return;
    case LatencyPhase::closing:
        if (!request_.repeat(now, out)) enter(LatencyPhase::done, now); // the server will notice
        return;
    case LatencyPhase::probing:
    case LatencyPhase::done: return;
    }
}

MonoTime LatencyConnection::due() const {
    switch (phase_) {
    case LatencyPhase::opening: return phase_since_ + outcome_.terms.half_open;
    case LatencyPhase::settling: return phase_since_ + plan_.probing.longest_wait + settling_slack;
    case LatencyPhase::closing: return request_.due();
    case LatencyPhase::probing:
    case LatencyPhase::done: return never;
    }
    return never;
}

LatencyProgress LatencyConnection::progress(MonoTime now) const {
    return {.phase = phase_,
            .elapsed = now - phase_since_,
            .rtt = newest_rtt_,
            .counts = outcome_.counts};
}

} // namespace wyn::session
