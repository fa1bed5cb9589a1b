#include "session/client_connection.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

constexpr Duration patience_when_closing = 500ms;
// A load of which nothing came for so long may be over.
constexpr Duration shortest_quiet = 50ms;
// How long datagrams may be under way once the last one left: RFC 7680 wants a Tmax; ours grows
// with the path and never exceeds 3 s.
constexpr Duration shortest_settling = 200ms;
constexpr Duration longest_settling = 3s;
constexpr Duration rest_time = 300ms;
// The prober needs no longer to find out what became of the last probes.
constexpr Duration longest_echoing = longest_settling + 1s;
// Longer than the port looks for the path's MTU on a path with a round trip of a second.
constexpr Duration longest_sizing = 40s;

bool includes(const std::array<bool, 3>& flags) {
    return std::all_of(flags.begin(), flags.end(), [](bool flag) { return flag; });
}

// Whether what is granted is what was asked for, or less: nobody on the other side may have us send
// more than our user wanted, or at no rate at all.
bool keeps_to(const wire::Ready& ready, const wire::Start& asked) {
    const bool has_ceiling = asked.rate_bps != 0;
    const bool under_it = ready.rate_bps != 0 && ready.rate_bps <= asked.rate_bps;
    return (under_it || !has_ceiling) && ready.datagram_bytes <= asked.datagram_bytes &&
           ready.duration_ms <= asked.duration_ms;
}

// The time for which a search may load a path, when nobody said.
constexpr Duration shortest_search = 3s;
constexpr int round_trips_of_a_search = 6;

} // namespace

Duration longest_search(Duration rtt, Duration sustained) {
    return std::max<Duration>(shortest_search, round_trips_of_a_search * rtt) + sustained;
}

std::uint64_t least_budget(const ProbePlan& plan) {
    const Duration load = plan.duration.value_or(longest_search(Duration::zero(), plan.sustained));
    return least_bytes(plan.directions.size(), load, plan.idle_time, plan.idle_interval);
}

ClientConnection::ClientConnection(const ProbePlan& plan, const Terms& terms,
                                   std::uint32_t header_bytes, MonoTime now)
    : plan_{plan}, header_bytes_{header_bytes}, step_since_{now}, budget_{plan.budget_bytes} {
    result_.terms = terms;
    result_.bytes_used = plan.bytes_before;
}

Duration ClientConnection::load_time() const {
    return plan_.duration.value_or(longest_search(rtt_, plan_.sustained));
}

void ClientConnection::enter(Step step, MonoTime now) {
    step_ = step;
    step_since_ = now;
}

Duration ClientConnection::settle_time() const {
    return std::clamp<Duration>(3 * std::max(rtt_, latency_.newest_rtt()), shortest_settling,
                                longest_settling);
}

// Silence in the middle of a load that cannot be a gap between two datagrams of a slow one.
Duration ClientConnection::longest_quiet() const {
    const double slowest = plan_.search == wire::Search::fixed
                               ? std::max(1.0, plan_.rate.as_double())
                               : 500e3; // the lowest rate of RFC 9097's searches
    const Duration gap = from_seconds(current_->datagram_bytes * 8 / slowest);
    return std::max({Duration{1s}, 4 * rtt_, 4 * latency_.newest_rtt(), 3 * gap});
}

// News of the ports.

void ClientConnection::on_news(MonoTime now, PortRole role, const PortNews& news,
                               ConnectionOutbox& out) {
    if (done()) return;
    if (const auto* snapshot = std::get_if<PortSnapshot>(&news))
        on_snapshot(now, role, *snapshot, out);
    else if (const auto* latency = std::get_if<LatencyNews>(&news))
        on_latency(now, *latency, out);
    else if (const auto* valid = std::get_if<PortValid>(&news))
        on_valid(now, role, *valid, out);
    else if (const auto* control = std::get_if<ControlArrived>(&news))
        on_control(now, control->body, out);
    else if (const auto* found = std::get_if<PathMtuFound>(&news))
        on_path_mtu(now, *found, out);
    else if (const auto* ended = std::get_if<TestEnded>(&news))
        on_test_ended(now, *ended, out);
    else if (std::holds_alternative<PortSilent>(news) && role == PortRole::control)
        give_up_on_server(
            now, step_ == Step::opening ? wire::End::half_open : wire::End::peer_silent, out);
}

void ClientConnection::on_valid(MonoTime now, PortRole role, const PortValid& valid,
                                ConnectionOutbox& out) {
    result_.port_reached[static_cast<std::size_t>(role)] = true;
    if (role == PortRole::control) rtt_ = valid.rtt;
    if (step_ != Step::opening || !includes(result_.port_reached)) return;
    enter(Step::sizing, now);
    out.orders.push_back({PortRole::control, FindPathMtu{datagram_size().mtu_ceiling()}});
}

void ClientConnection::on_path_mtu(MonoTime now, const PathMtuFound& found, ConnectionOutbox& out) {
    if (step_ != Step::sizing) return;
    result_.path = found;
    begin_idle(now, out);
}

void ClientConnection::begin_idle(MonoTime now, ConnectionOutbox& out) {
    enter(Step::idle, now);
    begin_probing(plan_.idle_interval, plan_.idle_time, out);
}

// What has not come back is waited for as for a load. `time` zero: until it is told to end.
void ClientConnection::begin_probing(Duration interval, Duration time, ConnectionOutbox& out) {
    latency_.begin();
    out.orders.push_back({PortRole::control, SetProbing{.interval = interval,
                                                        .seed = plan_.seed + directions_begun_,
                                                        .most_time = time,
                                                        .known_rtt = rtt_,
                                                        .shortest_wait = shortest_settling,
                                                        .longest_wait = longest_settling}});
}

void ClientConnection::end_probing(ConnectionOutbox& out) {
    out.orders.push_back({PortRole::control, SetProbing{}});
}

DatagramSize ClientConnection::datagram_size() const {
    return {.wish = plan_.datagram_bytes,
            .header_bytes = header_bytes_,
            .kernel_mtu = plan_.kernel_mtu,
            .sparing = plan_.budget_bytes != 0};
}

void ClientConnection::on_latency(MonoTime now, const LatencyNews& news, ConnectionOutbox& out) {
    latency_.on_news(news);
    if ((step_ == Step::idle || step_ == Step::echoing) && latency_.over()) end_idle(now, out);
}

void ClientConnection::on_snapshot(MonoTime now, PortRole role, const PortSnapshot& snapshot,
                                   ConnectionOutbox& out) {
    snapshots_[static_cast<std::size_t>(role)] = snapshot;
    if (snapshot.rtt != Duration::zero() && role == PortRole::control) rtt_ = snapshot.rtt;
    if (snapshot.network_error != 0) result_.network_error = snapshot.network_error;
    note_usage();
    if (current_ == nullptr) return;
    if (step_ == Step::loading && role == PortRole::control)
        beside_.note(now, snapshot, snapshots_[static_cast<std::size_t>(unloaded_port())],
                     header_bytes_);
    if (step_ == Step::loading && budget_.is_over(result_.bytes_used))
        return stop_load(now, wire::End::completed, out);
    if (role != bulk_port() || snapshot.test != test_) return;
    note_progress(now, snapshot);
    if (step_ == Step::loading) watch_load(now, snapshot, out);
    if (step_ == Step::settling) watch_settling(now, snapshot, out);
}

void ClientConnection::note_usage() {
    result_.bytes_used = plan_.bytes_before;
    for (const PortSnapshot& port : snapshots_)
        result_.bytes_used += port.bytes_in + port.bytes_out +
                              (port.datagrams_in + port.datagrams_out) * header_bytes_;
}

void ClientConnection::note_progress(MonoTime now, const PortSnapshot& snapshot) {
    const wire::ReceiverRecord& received = snapshot.received;
    if (received.packets > seen_packets_) {
        const std::uint64_t bytes = received.payload_bytes - seen_bytes_;
        current_->series.add(now, received.packets - seen_packets_, bytes);
        seen_rate_ = rate_of(bytes, static_cast<std::uint64_t>((now - seen_at_).count()));
        grown_at_ = now;
        load_since_ =
            mono_from_ns(is_down() ? received.first_arrival_ns : snapshot.sent.first_sent_ns);
        // What is sent until the newest sign of load was measured beside it.
        load_until_ =
            mono_from_ns(is_down() ? received.last_arrival_ns : snapshot.sent.last_sent_ns);
        latency_.keep(current_->loaded, load_since_, load_until_);
    } else {
        seen_rate_ = BitRate{0};
    }
    seen_packets_ = received.packets;
    seen_bytes_ = received.payload_bytes;
    seen_at_ = now;
}

void ClientConnection::watch_load(MonoTime now, const PortSnapshot& snapshot,
                                  ConnectionOutbox& out) {
    if (!is_down()) return; // our own sender tells when it is over
    if (snapshot.received.packets == 0) {
        if (now - step_since_ >= result_.terms.idle_timeout) ask_for_report(now, out);
        return;
    }
    const MonoTime planned_end = load_since_ + current_->duration;
    const Duration quiet = now - load_until_;
    const bool over = now >= planned_end && (quiet >= shortest_quiet || now >= planned_end + 1s);
    if (over || quiet >= longest_quiet()) ask_for_report(now, out);
}

void ClientConnection::watch_settling(MonoTime now, const PortSnapshot& snapshot,
                                      ConnectionOutbox& out) {
    const bool all_there = snapshot.received.packets >= current_->sent.packets_accepted;
    const MonoTime quiet_since = std::max(grown_at_, step_since_);
    if (all_there || now - quiet_since >= settle_time() || now - step_since_ >= longest_settling)
        settled(now, out);
}

// Messages of the server.

void ClientConnection::on_control(MonoTime now, const ControlBody& body, ConnectionOutbox& out) {
    if (const auto* ready = std::get_if<wire::Ready>(&body)) {
        if (step_ == Step::requesting && ready->test == test_) on_ready(now, *ready, out);
    } else if (const auto* report = std::get_if<wire::Report>(&body)) {
        if (report->test != test_ || current_ == nullptr) return;
        if (step_ == Step::reporting) on_report(now, *report, out);
        // Not asked for: the server's search was sure before its time.
        if (step_ == Step::loading && is_down()) ask_for_report(now, out);
    } else if (const auto* close = std::get_if<wire::Close>(&body)) {
        out.orders.push_back(say(wire::Closed{close->end}));
        give_up_on_server(now, close->end, out);
    } else if (std::holds_alternative<wire::Closed>(body) && step_ == Step::closing) {
        enter(Step::done, now);
    }
}

void ClientConnection::on_ready(MonoTime now, const wire::Ready& ready, ConnectionOutbox& out) {
    if (ready.end != wire::End::none) return direction_over(now, ready.end, out);
    if (!keeps_to(ready, std::get<wire::Start>(request_.body()))) {
        current_->end = wire::End::protocol;
        return ask_for_report(now, out);
    }
    current_->granted = BitRate{ready.rate_bps};
    current_->datagram_bytes = ready.datagram_bytes;
    current_->duration = std::chrono::milliseconds{ready.duration_ms};
    enter(Step::loading, now);
    if (is_down()) return;
    out.orders.push_back({PortRole::upload, BeginSending{.test = test_,
                                                         .search = plan_.search,
                                                         .rate = plan_.rate,
                                                         .granted = current_->granted,
                                                         .duration = current_->duration,
                                                         .datagram_bytes = current_->datagram_bytes,
                                                         .volume_bytes = volume_left(),
                                                         .budget_bytes = load_budget_,
                                                         .sustained = plan_.sustained,
                                                         .pacing = plan_.pacing,
                                                         .offload = plan_.offload,
                                                         .traffic_class = plan_.traffic_class}});
}

// What the server will still take. It counts what it sent to us and what it received; 0: no limit.
std::uint64_t ClientConnection::volume_left() const {
    const std::uint64_t most = result_.terms.max_volume_bytes;
    if (most == 0 || !result_.down) return most;
    return most - std::min(result_.down->sent.payload_bytes, most - 1);
}

void ClientConnection::on_report(MonoTime now, const wire::Report& report, ConnectionOutbox& out) {
    current_->server = report.server;
    if (is_down() && report.role == wire::Role::sender) {
        current_->sent = report.sent;
        current_->sent_known = true;
        current_->capacity = report.capacity;
        if (current_->end == wire::End::none) current_->end = report.end;
        enter(Step::settling, now);
        watch_settling(now, snapshots_[static_cast<std::size_t>(bulk_port())], out);
    } else if (!is_down() && report.role == wire::Role::receiver) {
        current_->received = report.received;
        current_->received_known = true;
        direction_over(now, current_->end, out);
    }
}

void ClientConnection::on_test_ended(MonoTime now, const TestEnded& ended, ConnectionOutbox& out) {
    if (current_ == nullptr || ended.test != test_) return;
    if (!is_down()) {
        current_->sent = ended.sent;
        current_->sent_known = true;
        current_->capacity = ended.capacity;
        if (current_->end == wire::End::none) current_->end = ended.end;
        if (server_gone_) return settle_without_server(now);
        if (step_ == Step::loading) enter(Step::settling, now);
    } else if (step_ == Step::gathering) {
        current_->received = ended.received;
        current_->received_known = !server_gone_ || ended.received.packets > 0;
        if (server_gone_) return settle_without_server(now);
        direction_over(now, current_->end, out);
    }
}

// The plan.

void ClientConnection::ask(MonoTime now, const ControlBody& body, ConnectionOutbox& out) {
    request_.ask(now, body, rtt_, result_.terms.idle_timeout, out);
}

void ClientConnection::repeat_request(MonoTime now, ConnectionOutbox& out) {
    if (request_.repeat(now, out)) return;
    if (step_ == Step::closing) return enter(Step::done, now); // the server will notice
    give_up_on_server(now, wire::End::peer_silent, out);
}

void ClientConnection::wait_or_go_on(MonoTime now, ConnectionOutbox& out) {
    const bool another = directions_begun_ < plan_.directions.size();
    if (plan_.together && another && !interrupted_) return enter(Step::waiting, now);
    next_direction(now, out);
}

void ClientConnection::go_on(MonoTime now, ConnectionOutbox& out) {
    if (waiting()) next_direction(now, out);
}

void ClientConnection::next_direction(MonoTime now, ConnectionOutbox& out) {
    if (interrupted_ || directions_begun_ == plan_.directions.size())
        return begin_closing(now, interrupted_ ? wire::End::interrupted : wire::End::completed,
                             out);
    const wire::Direction direction = plan_.directions[directions_begun_++];
    auto& place = direction == wire::Direction::down ? result_.down : result_.up;
    current_ = &place.emplace();
    current_->direction = direction;
    current_->search = plan_.search;
    current_->asked = plan_.rate;
    const PathMtu path = mtu_of(result_.path, direction);
    current_->datagram_bytes = datagram_size().payload(path, result_.terms.max_datagram_bytes);
    current_->header_bytes = header_bytes_;
    ++test_;
    load_since_ = never;
    load_until_ = MonoTime{};
    seen_packets_ = seen_bytes_ = 0;
    seen_at_ = grown_at_ = now;
    beside_.begin();
    load_budget_ =
        budget_.begin(result_.bytes_used, plan_.directions.size() - directions_begun_, load_time());
    if (!datagram_size().may_pass(path, current_->datagram_bytes))
        return direction_over(now, wire::End::too_long, out);
    if (is_down())
        out.orders.push_back({PortRole::download, BeginReceiving{.test = test_,
                                                                 .search = plan_.search,
                                                                 .rtt = rtt_,
                                                                 .offload = plan_.offload}});
    begin_probing(plan_.loaded_interval, Duration::zero(), out);
    enter(Step::requesting, now);
    ask(now,
        wire::Start{
            .test = test_,
            .direction = direction,
            .search = plan_.search,
            .datagram_bytes = current_->datagram_bytes,
            .rate_bps = plan_.rate.bps(),
            .duration_ms = static_cast<std::uint32_t>(
                std::chrono::duration_cast<std::chrono::milliseconds>(load_time()).count()),
            .pacing = plan_.pacing,
            .offload = plan_.offload,
            .traffic_class = plan_.traffic_class.byte(),
            .sustained_ms = static_cast<std::uint32_t>(
                std::chrono::duration_cast<std::chrono::milliseconds>(plan_.sustained).count()),
            .budget_bytes = load_budget_},
        out);
}

void ClientConnection::ask_for_report(MonoTime now, ConnectionOutbox& out) {
    end_probing(out);
    enter(Step::reporting, now);
    ask(now,
        wire::Stop{.test = test_,
                   .end = current_->end == wire::End::none ? wire::End::completed : current_->end,
                   .packets_accepted = current_->sent.packets_accepted,
                   .packets_refused = current_->sent.packets_refused},
        out);
}

// Everything that could still arrive has had its time.
void ClientConnection::settled(MonoTime now, ConnectionOutbox& out) {
    if (!is_down()) return ask_for_report(now, out);
    enter(Step::gathering, now);
    out.orders.push_back({PortRole::download, EndTest{test_, current_->end}});
}

void ClientConnection::direction_over(MonoTime now, wire::End why, ConnectionOutbox& out) {
    current_->end = interrupted_ ? wire::End::interrupted : why;
    count_beside();
    loaded_ = &current_->loaded;
    current_ = nullptr;
    end_probing(out);
    enter(Step::resting, now);
}

// The fate of the last probes beside the load may become known only while the path rests.
void ClientConnection::keep_loaded() {
    if (loaded_ != nullptr) latency_.keep(*loaded_, load_since_, load_until_);
    loaded_ = nullptr;
}

void ClientConnection::end_idle(MonoTime now, ConnectionOutbox& out) {
    latency_.keep(result_.idle.emplace(), MonoTime{}, never);
    wait_or_go_on(now, out);
}

void ClientConnection::begin_closing(MonoTime now, wire::End why, ConnectionOutbox& out) {
    result_.end = why;
    enter(Step::closing, now);
    request_.ask(now, wire::Close{why}, rtt_, patience_when_closing, out);
}

// The server is gone or has closed: what our own ports know is the result.
void ClientConnection::give_up_on_server(MonoTime now, wire::End why, ConnectionOutbox& out) {
    if (server_gone_) return;
    const bool has_all = step_ == Step::closing || done();
    if (!has_all) result_.end = why;
    if (step_ == Step::idle || step_ == Step::echoing)
        latency_.keep(result_.idle.emplace(), MonoTime{}, never);
    keep_loaded();
    if (has_all || current_ == nullptr) return enter(Step::done, now);
    current_->end = why;
    server_gone_ = true;
    const bool port_has_told = !is_down() && current_->sent_known;
    if (port_has_told || step_ == Step::requesting) return settle_without_server(now);
    if (step_ == Step::gathering) return;
    // The newest snapshot is up to 100 ms old; the port itself knows better.
    out.orders.push_back({bulk_port(), EndTest{test_, why}});
    enter(Step::gathering, now);
}

// Without the server's record, and, where our own port did not tell its own, with the newest
// snapshot of it.
void ClientConnection::settle_without_server(MonoTime now) {
    const PortSnapshot& last = snapshots_[static_cast<std::size_t>(bulk_port())];
    if (last.test == test_) {
        if (!current_->received_known) {
            current_->received = last.received;
            current_->received_known = last.received.packets > 0;
            current_->records_match = false;
        }
        if (!is_down() && !current_->sent_known) {
            current_->sent = last.sent;
            current_->sent_known = true;
        }
    }
    count_beside();
    latency_.keep(current_->loaded, load_since_, load_until_);
    current_ = nullptr;
    enter(Step::done, now);
}

void ClientConnection::on_port_lost(MonoTime now, ConnectionOutbox& out) {
    give_up_on_server(now, wire::End::worker_failed, out);
    if (!done()) settle_without_server(now); // the lost port may be the one that is asked
}

void ClientConnection::interrupt(MonoTime now, ConnectionOutbox& out) {
    if (interrupted_ || step_ == Step::closing || done()) return;
    interrupted_ = true;
    switch (step_) {
    case Step::opening:
    case Step::sizing: return begin_closing(now, wire::End::interrupted, out);
    case Step::idle: end_probing(out); return enter(Step::echoing, now);
    case Step::echoing: return;
    case Step::resting: keep_loaded(); return next_direction(now, out);
    case Step::waiting: return next_direction(now, out);
    case Step::requesting: return direction_over(now, wire::End::interrupted, out);
    case Step::loading: return stop_load(now, wire::End::interrupted, out);
    case Step::settling:
    case Step::reporting:
    case Step::gathering: // a moment from its end anyway
    case Step::closing:
    case Step::done: return;
    }
}

// Before its time.
void ClientConnection::stop_load(MonoTime now, wire::End why, ConnectionOutbox& out) {
    current_->end = why;
    if (is_down()) return ask_for_report(now, out);
    out.orders.push_back({PortRole::upload, EndTest{test_, why}});
}

void ClientConnection::count_beside() {
    wire::CapacityRecord& capacity = current_->capacity;
    if (!wire::is_of_a_full_path(capacity.verdict)) return;
    const double bps = (is_down() ? beside_.down_bps() : beside_.up_bps()) +
                       beats_bps(current_->direction, result_.terms.heartbeat, header_bytes_);
    capacity.ip_bps += static_cast<std::uint64_t>(bps);
    if (capacity.burst_bps != 0) capacity.burst_bps += static_cast<std::uint64_t>(bps);
}

void ClientConnection::on_timer(MonoTime now, ConnectionOutbox& out) {
    const Duration in_step = now - step_since_;
    switch (step_) {
    case Step::opening:
        if (in_step >= result_.terms.half_open) give_up_on_server(now, wire::End::half_open, out);
        return;
    case Step::sizing:
        if (in_step >= longest_sizing) begin_idle(now, out);
        return;
    case Step::idle:
    case Step::echoing:
        if (now >= due()) end_idle(now, out);
        return;
    case Step::loading:
        if (in_step >= current_->duration + result_.terms.idle_timeout + 5s)
            ask_for_report(now, out);
        return;
    case Step::settling:
        if (in_step >= longest_settling) settled(now, out);
        return;
    case Step::gathering:
        if (in_step >= 1s) on_port_lost(now, out);
        return;
    case Step::resting:
        if (now < rested()) return;
        keep_loaded();
        return wait_or_go_on(now, out);
    case Step::waiting: return;
    case Step::requesting:
    case Step::reporting:
    case Step::closing: return repeat_request(now, out);
    case Step::done: return;
    }
}

MonoTime ClientConnection::rested() const {
    return step_since_ + (latency_.over() ? rest_time : longest_echoing);
}

MonoTime ClientConnection::due() const {
    switch (step_) {
    case Step::opening: return step_since_ + result_.terms.half_open;
    case Step::sizing: return step_since_ + longest_sizing;
    case Step::idle: // the port needs a round trip to begin
        return step_since_ + plan_.idle_time + 4 * rtt_ + longest_echoing;
    case Step::echoing: return step_since_ + longest_echoing;
    case Step::loading: return step_since_ + current_->duration + result_.terms.idle_timeout + 5s;
    case Step::settling: return step_since_ + longest_settling;
    case Step::gathering: return step_since_ + 1s;
    case Step::resting: return rested();
    case Step::requesting:
    case Step::reporting:
    case Step::closing: return request_.due();
    case Step::waiting:
    case Step::done: return never;
    }
    return never;
}

ProbeProgress ClientConnection::progress(MonoTime now) const {
    ProbeProgress progress{.elapsed = now - step_since_, .rtt = latency_.newest_rtt()};
    if (current_ != nullptr) {
        progress.phase = is_down() ? ProbePhase::down : ProbePhase::up;
        progress.elapsed = load_since_ == never ? Duration::zero() : now - load_since_;
        progress.planned = current_->duration;
        progress.rate = seen_rate_;
        return progress;
    }
    switch (step_) {
    case Step::opening:
    case Step::sizing: progress.phase = ProbePhase::opening; break;
    case Step::idle:
    case Step::echoing:
        progress.phase = ProbePhase::idle;
        progress.planned = plan_.idle_time;
        break;
    case Step::done: progress.phase = ProbePhase::done; break;
    case Step::waiting:
    case Step::requesting:
    case Step::loading:
    case Step::settling:
    case Step::reporting:
    case Step::gathering:
    case Step::resting:
    case Step::closing: progress.phase = ProbePhase::closing; break;
    }
    return progress;
}

} // namespace wyn::session
