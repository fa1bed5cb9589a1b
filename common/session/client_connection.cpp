#include "session/client_connection.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

constexpr Duration patience_when_closing = 500ms;
constexpr Duration rest_time = 100ms;
// The prober needs no longer to find out what became of the last probes.
constexpr Duration longest_echoing = longest_settling + 1s;
// Longer than the port looks for the path's MTU on a path with a round trip of a second.
constexpr Duration longest_sizing = 40s;

bool includes(const std::array<bool, 3>& flags) {
    return std::all_of(flags.begin(), flags.end(), [](bool flag) { return flag; });
}

// The time for which a search may load a path, when nobody said.
constexpr Duration shortest_search = 3s;
constexpr int round_trips_of_a_search = 6;

// A queue grows by half of this time.
constexpr Duration overload_time = 500ms;
// Of 600 datagrams twelve are lost where two in a hundred are, which is enough to tell; but half of
// a slow path is not loaded for long.
constexpr double packets_at_half = 600;
constexpr Duration shortest_half = 300ms;
constexpr Duration longest_half = 1s;
// Above it latency probes 10 ms apart, 150 kbit/s with their headers, are 1 % of the path.
constexpr BitRate fast_enough_for_idle_probes{15'000'000};

// Of payload, when packets with so many bytes of headers carry so much of IP.
BitRate payload_rate(double ip_bps, std::uint16_t payload, std::uint32_t headers) {
    return BitRate{static_cast<std::uint64_t>(ip_bps * payload / (payload + headers))};
}

const std::optional<DirectionResult>& searched(const ProbeResult& result,
                                               wire::Direction direction) {
    return direction == wire::Direction::down ? result.down : result.up;
}

} // namespace

Duration longest_search(Duration rtt, Duration sustained) {
    return std::max<Duration>(shortest_search, round_trips_of_a_search * rtt) + sustained;
}

std::uint64_t least_budget(const ProbePlan& plan) {
    const Duration load = plan.duration.value_or(longest_search(Duration::zero(), plan.sustained));
    const std::size_t loads =
        plan.directions.size() * (plan.staircase ? 1 + staircase_shares.size() : 1);
    return least_bytes(loads, load, plan.idle_time, plan.idle_interval);
}

ClientConnection::ClientConnection(const ProbePlan& plan, const Terms& terms,
                                   std::uint32_t header_bytes, MonoTime now)
    : plan_{plan}, header_bytes_{header_bytes}, step_since_{now}, budget_{plan.budget_bytes} {
    result_.terms = terms;
    result_.bytes_used = plan.bytes_before;
    plan_loads();
    result_.follow_ups.reserve(planned_.size()); // a load writes to its place while it runs
}

void ClientConnection::plan_loads() {
    const bool has_follow_ups = plan_.search == wire::Search::s3 && plan_.budget_bytes == 0;
    for (const wire::Direction direction : plan_.directions) {
        planned_.push_back({direction});
        if (has_follow_ups && !plan_.staircase) planned_.push_back({direction, half_share});
        if (has_follow_ups) planned_.push_back({direction, overload_share});
        if (!plan_.staircase) continue;
        for (const double share : staircase_shares)
            planned_.push_back({direction, share});
    }
}

Duration ClientConnection::load_time() const {
    return plan_.duration.value_or(longest_search(rtt_, plan_.sustained));
}

Duration ClientConnection::path_rtt() const {
    return std::max(rtt_, latency_.newest_rtt());
}

void ClientConnection::enter(Step step, MonoTime now) {
    step_ = step;
    step_since_ = now;
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
    else if (const auto* ended = std::get_if<TestEnded>(&news)) {
        if (step_ == Step::loading) load_->on_test_ended(now, *ended, out);
    } else if (std::holds_alternative<PortSilent>(news) && role == PortRole::control)
        give_up_on_server(
            now, step_ == Step::opening ? wire::End::half_open : wire::End::peer_silent, out);
    look_after_load(now, out);
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
                                                        .seed = plan_.seed + loads_begun_,
                                                        .most_time = time,
                                                        .known_rtt = rtt_,
                                                        .shortest_wait = shortest_settling,
                                                        .longest_wait = longest_settling}});
}

DatagramSize ClientConnection::datagram_size() const {
    return {.wish = plan_.datagram_bytes,
            .header_bytes = header_bytes_,
            .kernel_mtu = plan_.kernel_mtu,
            .sparing = plan_.budget_bytes != 0};
}

void ClientConnection::on_latency(MonoTime now, const LatencyNews& news, ConnectionOutbox& out) {
    latency_.on_news(news);
    if (load_) load_->note_rtt(path_rtt());
    if (news.far_clock_known) far_clock_ = news.far_clock;
    note_clocks();
    if ((step_ == Step::idle || step_ == Step::echoing) && latency_.over()) end_idle(now, out);
}

void ClientConnection::on_snapshot(MonoTime now, PortRole role, const PortSnapshot& snapshot,
                                   ConnectionOutbox& out) {
    snapshots_[static_cast<std::size_t>(role)] = snapshot;
    if (snapshot.rtt != Duration::zero() && role == PortRole::control) rtt_ = snapshot.rtt;
    if (snapshot.network_error != 0) result_.network_error = snapshot.network_error;
    note_usage();
    if (step_ != Step::loading) return;
    load_->note_rtt(path_rtt());
    if (load_->loading() && budget_.is_over(result_.bytes_used))
        load_->stop(now, wire::End::completed, out);
    load_->on_snapshot(now, role, snapshots_, out);
    keep_loaded();
}

void ClientConnection::note_usage() {
    result_.bytes_used = plan_.bytes_before;
    for (const PortSnapshot& port : snapshots_)
        result_.bytes_used += port.bytes_in + port.bytes_out +
                              (port.datagrams_in + port.datagrams_out) * header_bytes_;
}

void ClientConnection::on_clock(const ClockReading& reading) {
    near_clock_.observe(reading);
    note_clocks();
}

void ClientConnection::note_clocks() {
    if (!near_clock_.state() && !far_clock_) return;
    result_.clock_steps = (near_clock_.state() ? near_clock_.state()->steps : 0) +
                          (far_clock_ ? far_clock_->steps : 0);
}

// Messages of the server.

void ClientConnection::on_control(MonoTime now, const ControlBody& body, ConnectionOutbox& out) {
    if (const auto* ready = std::get_if<wire::Ready>(&body)) {
        if (step_ == Step::loading) load_->on_ready(now, *ready, out);
    } else if (const auto* report = std::get_if<wire::Report>(&body)) {
        if (step_ == Step::loading) load_->on_report(now, *report, out);
    } else if (const auto* close = std::get_if<wire::Close>(&body)) {
        out.orders.push_back(say(wire::Closed{close->end}));
        give_up_on_server(now, close->end, out);
    } else if (std::holds_alternative<wire::Closed>(body) && step_ == Step::closing) {
        enter(Step::done, now);
    }
}

// The plan.

void ClientConnection::wait_or_go_on(MonoTime now, ConnectionOutbox& out) {
    const bool another = loads_begun_ < planned_.size();
    if (plan_.together && another && !interrupted_) return enter(Step::waiting, now);
    next_load(now, out);
}

void ClientConnection::go_on(MonoTime now, ConnectionOutbox& out) {
    if (waiting()) next_load(now, out);
}

// A share of a capacity that was not found cannot be loaded.
bool ClientConnection::is_worth_while(const PlannedLoad& planned) const {
    if (planned.share == 0) return true;
    const auto& found = searched(result_, planned.direction);
    if (!found || !wire::is_of_a_full_path(found->capacity.verdict)) return false;
    if (planned.share != half_share || plan_.staircase) return true;
    return found->lost_on_the_way().value_or(0) > 0 && found->capacity.loss_floor_ppb == 0;
}

std::optional<ClientConnection::PlannedLoad> ClientConnection::take_next() {
    while (!interrupted_ && loads_begun_ < planned_.size()) {
        const PlannedLoad& next = planned_[loads_begun_++];
        if (is_worth_while(next)) return next;
    }
    return std::nullopt;
}

Duration ClientConnection::follow_up_time(const PlannedLoad& planned, BitRate rate,
                                          std::uint16_t bytes) const {
    if (planned.share == overload_share) return overload_time;
    if (plan_.staircase) return plan_.stair_time;
    const double seconds = packets_at_half * 8.0 * bytes / std::max(1.0, rate.as_double());
    return std::clamp<Duration>(from_seconds(std::min(seconds, 1e3)), shortest_half, longest_half);
}

void ClientConnection::next_load(MonoTime now, ConnectionOutbox& out) {
    if (const auto next = take_next()) return begin_load(now, *next, out);
    begin_closing(now, interrupted_ ? wire::End::interrupted : wire::End::completed, out);
}

DirectionResult& ClientConnection::place_of(const PlannedLoad& planned) {
    if (planned.share != 0)
        return result_.follow_ups.emplace_back(FollowUp{.share = planned.share, .load = {}}).load;
    return planned.direction == wire::Direction::down ? result_.down.emplace()
                                                      : result_.up.emplace();
}

LoadPlan ClientConnection::plan_of(const PlannedLoad& planned) const {
    LoadPlan load{.test = test_,
                  .direction = planned.direction,
                  .search = plan_.search,
                  .rate = plan_.rate,
                  .duration = load_time(),
                  .sustained = plan_.sustained,
                  .datagram_bytes = datagram_size().payload(mtu_of(result_.path, planned.direction),
                                                            result_.terms.max_datagram_bytes),
                  .volume_bytes = volume_left(),
                  .pacing = plan_.pacing,
                  .offload = plan_.offload,
                  .traffic_class = plan_.traffic_class};
    if (planned.share == 0) return load;
    const DirectionResult& found = *searched(result_, planned.direction);
    const double ip_bps = planned.share * static_cast<double>(found.capacity.ip_bps);
    load.search = wire::Search::fixed;
    load.rate = payload_rate(ip_bps, found.datagram_bytes, header_bytes_);
    load.datagram_bytes = found.datagram_bytes;
    load.duration = follow_up_time(planned, load.rate, load.datagram_bytes);
    load.sustained = Duration::zero();
    return load;
}

void ClientConnection::begin_load(MonoTime now, const PlannedLoad& planned, ConnectionOutbox& out) {
    ++test_;
    LoadPlan plan = plan_of(planned);
    plan.budget_bytes =
        budget_.begin(result_.bytes_used, planned_.size() - loads_begun_, plan.duration);
    current_ = &place_of(planned);
    current_->header_bytes = header_bytes_;
    load_.emplace(plan, *current_, result_.terms, rtt_, now);
    enter(Step::loading, now);
    if (!datagram_size().may_pass(mtu_of(result_.path, plan.direction), plan.datagram_bytes)) {
        load_->refuse(wire::End::too_long);
        return look_after_load(now, out);
    }
    const bool dense = planned.share == overload_share ||
                       (planned.share != 0 && plan.rate >= fast_enough_for_idle_probes);
    begin_probing(dense ? plan_.idle_interval : plan_.loaded_interval, Duration::zero(), out);
    load_->begin(now, out);
}

// What the server will still take. It counts what it sent to us and what it received; 0: no limit.
std::uint64_t ClientConnection::volume_left() const {
    const std::uint64_t most = result_.terms.max_volume_bytes;
    if (most == 0) return most;
    std::uint64_t sent = result_.down ? result_.down->sent.payload_bytes : 0;
    if (result_.up) sent += result_.up->sent.payload_bytes;
    for (const FollowUp& other : result_.follow_ups)
        sent += other.load.sent.payload_bytes;
    return most - std::min(sent, most - 1);
}

void ClientConnection::look_after_load(MonoTime now, ConnectionOutbox& out) {
    if (step_ != Step::loading || !load_->over()) return;
    keep_loaded();
    if (server_gone_) return enter(Step::done, now);
    end_probing(out);
    enter(Step::resting, now);
}

// The fate of the last probes beside the load may become known only while the path rests.
void ClientConnection::keep_loaded() {
    if (load_) latency_.keep(current_->loaded, load_->since(), load_->until());
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
    if (step_ != Step::loading) return enter(Step::done, now);
    server_gone_ = true;
    load_->go_on_alone(now, why, out);
    look_after_load(now, out);
}

void ClientConnection::on_port_lost(MonoTime now, ConnectionOutbox& out) {
    give_up_on_server(now, wire::End::worker_failed, out);
    if (done()) return;
    load_->give_up(); // the lost port may be the one that is asked
    look_after_load(now, out);
}

void ClientConnection::interrupt(MonoTime now, ConnectionOutbox& out) {
    if (interrupted_ || step_ == Step::closing || done()) return;
    interrupted_ = true;
    switch (step_) {
    case Step::opening:
    case Step::sizing: return begin_closing(now, wire::End::interrupted, out);
    case Step::idle: end_probing(out); return enter(Step::echoing, now);
    case Step::loading: load_->interrupt(now, out); return look_after_load(now, out);
    case Step::resting: keep_loaded(); return next_load(now, out);
    case Step::waiting: return next_load(now, out);
    case Step::echoing:
    case Step::closing:
    case Step::done: return;
    }
}

void ClientConnection::on_timer(MonoTime now, ConnectionOutbox& out) {
    switch (step_) {
    case Step::opening:
        if (now >= due()) give_up_on_server(now, wire::End::half_open, out);
        return;
    case Step::sizing:
        if (now >= due()) begin_idle(now, out);
        return;
    case Step::idle:
    case Step::echoing:
        if (now >= due()) end_idle(now, out);
        return;
    case Step::loading: {
        const wire::End trouble = load_->on_timer(now, out);
        if (trouble == wire::End::peer_silent) give_up_on_server(now, trouble, out);
        if (trouble == wire::End::worker_failed) on_port_lost(now, out);
        return look_after_load(now, out);
    }
    case Step::resting:
        if (now < rested()) return;
        keep_loaded();
        load_.reset();
        return wait_or_go_on(now, out);
    case Step::closing:
        if (!request_.repeat(now, out)) enter(Step::done, now); // the server will notice
        return;
    case Step::waiting:
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
    case Step::loading: return load_->due();
    case Step::resting: return rested();
    case Step::closing: return request_.due();
    case Step::waiting:
    case Step::done: return never;
    }
    return never;
}

ProbeProgress ClientConnection::progress(MonoTime now) const {
    ProbeProgress progress{.elapsed = now - step_since_, .rtt = latency_.newest_rtt()};
    switch (step_) {
    case Step::opening:
    case Step::sizing: progress.phase = ProbePhase::opening; break;
    case Step::idle:
    case Step::echoing:
        progress.phase = ProbePhase::idle;
        progress.planned = plan_.idle_time;
        break;
    case Step::loading:
        progress.phase =
            current_->direction == wire::Direction::down ? ProbePhase::down : ProbePhase::up;
        progress.elapsed = load_->since() == never ? Duration::zero() : now - load_->since();
        progress.planned = current_->duration;
        progress.rate = load_->seen_rate();
        break;
    case Step::done: progress.phase = ProbePhase::done; break;
    case Step::waiting:
    case Step::resting: progress.phase = ProbePhase::resting; break;
    case Step::closing: progress.phase = ProbePhase::closing; break;
    }
    return progress;
}

} // namespace wyn::session
