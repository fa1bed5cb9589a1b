#include "session/client_load.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// A load of which nothing came for so long may be over.
constexpr Duration shortest_quiet = 50ms;
// A load is given up when it lasts so much longer than the idle timeout and its own time.
constexpr Duration overtime = 5s;
// Our own port answers within its host.
constexpr Duration longest_gathering = 1s;

// Whether what is granted is what was asked for, or less: nobody on the other side may have us send
// more than our user wanted, or at no rate at all.
bool keeps_to(const wire::Ready& ready, const wire::Start& asked) {
    const bool has_ceiling = asked.rate_bps != 0;
    const bool under_it = ready.rate_bps != 0 && ready.rate_bps <= asked.rate_bps;
    return (under_it || !has_ceiling) && ready.datagram_bytes <= asked.datagram_bytes &&
           ready.duration_ms <= asked.duration_ms;
}

std::uint32_t milliseconds(Duration time) {
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

wire::Start start_of(const LoadPlan& plan) {
    return {.test = plan.test,
            .direction = plan.direction,
            .search = plan.search,
            .datagram_bytes = plan.datagram_bytes,
            .rate_bps = plan.rate.bps(),
            .duration_ms = milliseconds(plan.duration),
            .pacing = plan.pacing,
            .offload = plan.offload,
            .traffic_class = plan.traffic_class.byte(),
            .sustained_ms = milliseconds(plan.sustained),
            .budget_bytes = plan.budget_bytes};
}

} // namespace

ClientLoad::ClientLoad(const LoadPlan& plan, DirectionResult& result, const Terms& terms,
                       Duration rtt, MonoTime now)
    : plan_{plan}, result_{&result}, rtt_{rtt}, idle_timeout_{terms.idle_timeout}, step_since_{now},
      seen_at_{now}, grown_at_{now} {
    result.direction = plan.direction;
    result.search = plan.search;
    result.asked = plan.rate;
    result.datagram_bytes = plan.datagram_bytes;
}

void ClientLoad::begin(MonoTime now, ConnectionOutbox& out) {
    if (is_down())
        out.orders.push_back({PortRole::download, BeginReceiving{.test = plan_.test,
                                                                 .search = plan_.search,
                                                                 .rtt = rtt_,
                                                                 .offload = plan_.offload}});
    request_.ask(now, start_of(plan_), rtt_, idle_timeout_, out);
}

void ClientLoad::enter(Step step, MonoTime now) {
    step_ = step;
    step_since_ = now;
}

Duration ClientLoad::settle_time() const {
    return std::clamp<Duration>(3 * rtt_, shortest_settling, longest_settling);
}

// Silence in the middle of a load that cannot be a gap between two datagrams of a slow one.
Duration ClientLoad::longest_quiet() const {
    const double slowest = plan_.search == wire::Search::fixed
                               ? std::max(1.0, plan_.rate.as_double())
                               : 500e3; // the lowest rate of RFC 9097's searches
    const Duration gap = from_seconds(result_->datagram_bytes * 8 / slowest);
    return std::max({Duration{1s}, 4 * rtt_, 3 * gap});
}

Duration ClientLoad::longest_load() const {
    return result_->duration + idle_timeout_ + overtime;
}

// What our own ports tell.

void ClientLoad::on_snapshot(MonoTime now, PortRole role, const std::array<PortSnapshot, 3>& ports,
                             ConnectionOutbox& out) {
    const PortSnapshot& snapshot = ports.at(static_cast<std::size_t>(role));
    if (loading() && role == PortRole::control) beside_.note(now, ports, result_->header_bytes);
    if (role != bulk_port() || snapshot.test != plan_.test || over()) return;
    note_progress(now, snapshot);
    if (loading()) watch_load(now, snapshot, out);
    if (step_ == Step::settling) watch_settling(now, out);
}

void ClientLoad::note_progress(MonoTime now, const PortSnapshot& snapshot) {
    const wire::ReceiverRecord& received = snapshot.received;
    if (received.packets > newest_.received.packets) {
        const std::uint64_t bytes = received.payload_bytes - newest_.received.payload_bytes;
        result_->series.add(now, received.packets - newest_.received.packets, bytes);
        seen_rate_ = rate_of(bytes, static_cast<std::uint64_t>((now - seen_at_).count()));
        grown_at_ = now;
        since_ = mono_from_ns(is_down() ? received.first_arrival_ns : snapshot.sent.first_sent_ns);
        until_ = mono_from_ns(is_down() ? received.last_arrival_ns : snapshot.sent.last_sent_ns);
    } else {
        seen_rate_ = BitRate{0};
    }
    newest_ = snapshot;
    seen_at_ = now;
}

void ClientLoad::watch_load(MonoTime now, const PortSnapshot& snapshot, ConnectionOutbox& out) {
    if (!is_down()) return; // our own sender tells when it is over
    if (snapshot.received.packets == 0) {
        if (now - step_since_ >= idle_timeout_) ask_for_report(now, out);
        return;
    }
    const MonoTime planned_end = since_ + result_->duration;
    const Duration quiet = now - until_;
    const bool all_sent =
        now >= planned_end && (quiet >= shortest_quiet || now >= planned_end + 1s);
    if (all_sent || quiet >= longest_quiet()) ask_for_report(now, out);
}

void ClientLoad::watch_settling(MonoTime now, ConnectionOutbox& out) {
    const bool all_there = newest_.received.packets >= result_->sent.packets_accepted;
    const MonoTime quiet_since = std::max(grown_at_, step_since_);
    if (all_there || now - quiet_since >= settle_time() || now - step_since_ >= longest_settling)
        settled(now, out);
}

void ClientLoad::on_test_ended(MonoTime now, const TestEnded& ended, ConnectionOutbox& out) {
    if (ended.test != plan_.test || over()) return;
    if (!is_down()) {
        result_->sent = ended.sent;
        result_->sent_known = true;
        result_->capacity = ended.capacity;
        if (result_->end == wire::End::none) result_->end = ended.end;
        if (alone_) return give_up();
        if (loading()) enter(Step::settling, now);
    } else if (step_ == Step::gathering) {
        result_->received = ended.received;
        result_->received_known = !alone_ || ended.received.packets > 0;
        if (alone_) return give_up();
        finish(result_->end);
    }
    if (step_ == Step::settling) watch_settling(now, out);
}

// What the server says.

void ClientLoad::on_ready(MonoTime now, const wire::Ready& ready, ConnectionOutbox& out) {
    if (step_ != Step::requesting || ready.test != plan_.test) return;
    if (ready.end != wire::End::none) return finish(ready.end);
    if (!keeps_to(ready, start_of(plan_))) {
        result_->end = wire::End::protocol;
        return ask_for_report(now, out);
    }
    result_->granted = BitRate{ready.rate_bps};
    result_->datagram_bytes = ready.datagram_bytes;
    result_->duration = std::chrono::milliseconds{ready.duration_ms};
    enter(Step::loading, now);
    if (!is_down()) begin_sending(out);
}

void ClientLoad::begin_sending(ConnectionOutbox& out) const {
    out.orders.push_back({PortRole::upload, BeginSending{.test = plan_.test,
                                                         .search = plan_.search,
                                                         .rate = plan_.rate,
                                                         .granted = result_->granted,
                                                         .duration = result_->duration,
                                                         .datagram_bytes = result_->datagram_bytes,
                                                         .volume_bytes = plan_.volume_bytes,
                                                         .budget_bytes = plan_.budget_bytes,
                                                         .sustained = plan_.sustained,
                                                         .pacing = plan_.pacing,
                                                         .offload = plan_.offload,
                                                         .traffic_class = plan_.traffic_class}});
}

void ClientLoad::on_report(MonoTime now, const wire::Report& report, ConnectionOutbox& out) {
    if (report.test != plan_.test || over()) return;
    result_->server = report.server;
    // Not asked for: the server's search was sure before its time.
    if (loading() && is_down()) return ask_for_report(now, out);
    if (step_ != Step::reporting) return;
    if (is_down() && report.role == wire::Role::sender) {
        result_->sent = report.sent;
        result_->sent_known = true;
        result_->capacity = report.capacity;
        if (result_->end == wire::End::none) result_->end = report.end;
        enter(Step::settling, now);
        watch_settling(now, out);
    } else if (!is_down() && report.role == wire::Role::receiver) {
        result_->received = report.received;
        result_->received_known = true;
        finish(result_->end);
    }
}

// How it ends.

void ClientLoad::ask_for_report(MonoTime now, ConnectionOutbox& out) {
    end_probing(out);
    enter(Step::reporting, now);
    request_.ask(
        now,
        wire::Stop{.test = plan_.test,
                   .end = result_->end == wire::End::none ? wire::End::completed : result_->end,
                   .packets_accepted = result_->sent.packets_accepted,
                   .packets_refused = result_->sent.packets_refused},
        rtt_, idle_timeout_, out);
}

// Everything that could still arrive has had its time.
void ClientLoad::settled(MonoTime now, ConnectionOutbox& out) {
    if (!is_down()) return ask_for_report(now, out);
    enter(Step::gathering, now);
    out.orders.push_back({PortRole::download, EndTest{plan_.test, result_->end}});
}

void ClientLoad::finish(wire::End why) {
    result_->end = interrupted_ ? wire::End::interrupted : why;
    count_beside();
    step_ = Step::over;
}

void ClientLoad::stop(MonoTime now, wire::End why, ConnectionOutbox& out) {
    result_->end = why;
    if (is_down()) return ask_for_report(now, out);
    out.orders.push_back({PortRole::upload, EndTest{plan_.test, why}});
}

void ClientLoad::interrupt(MonoTime now, ConnectionOutbox& out) {
    interrupted_ = true;
    if (step_ == Step::requesting) return finish(wire::End::interrupted);
    if (loading()) stop(now, wire::End::interrupted, out);
    // Else it is a moment from its end anyway.
}

void ClientLoad::go_on_alone(MonoTime now, wire::End why, ConnectionOutbox& out) {
    result_->end = why;
    alone_ = true;
    const bool port_has_told = !is_down() && result_->sent_known;
    if (port_has_told || step_ == Step::requesting) return give_up();
    if (step_ == Step::gathering) return;
    // The newest snapshot is up to 100 ms old; the port itself knows better.
    out.orders.push_back({bulk_port(), EndTest{plan_.test, why}});
    enter(Step::gathering, now);
}

void ClientLoad::give_up() {
    if (newest_.test == plan_.test) {
        if (!result_->received_known) {
            result_->received = newest_.received;
            result_->received_known = newest_.received.packets > 0;
            result_->records_match = false;
        }
        if (!is_down() && !result_->sent_known) {
            result_->sent = newest_.sent;
            result_->sent_known = true;
        }
    }
    count_beside();
    step_ = Step::over;
}

// What went beside the load went through the same bottleneck.
void ClientLoad::count_beside() {
    wire::CapacityRecord& capacity = result_->capacity;
    if (!wire::is_of_a_full_path(capacity.verdict)) return;
    const double bps = is_down() ? beside_.down_bps() : beside_.up_bps();
    capacity.ip_bps += static_cast<std::uint64_t>(through_full_path(bps, capacity.offered_ppm));
    // What was offered before a bucket was empty is not told.
    if (capacity.burst_bps != 0) capacity.burst_bps += static_cast<std::uint64_t>(bps);
}

wire::End ClientLoad::on_timer(MonoTime now, ConnectionOutbox& out) {
    const bool due_now = now >= due();
    switch (step_) {
    case Step::requesting:
    case Step::reporting:
        return request_.repeat(now, out) ? wire::End::none : wire::End::peer_silent;
    case Step::loading:
        if (due_now) ask_for_report(now, out);
        return wire::End::none;
    case Step::settling:
        if (due_now) settled(now, out);
        return wire::End::none;
    case Step::gathering: return due_now ? wire::End::worker_failed : wire::End::none;
    case Step::over: return wire::End::none;
    }
    return wire::End::none;
}

MonoTime ClientLoad::due() const {
    switch (step_) {
    case Step::requesting:
    case Step::reporting: return request_.due();
    case Step::loading: return step_since_ + longest_load();
    case Step::settling: return step_since_ + longest_settling;
    case Step::gathering: return step_since_ + longest_gathering;
    case Step::over: return never;
    }
    return never;
}

} // namespace wyn::session
