#include "session/server_connection.hpp"

#include <algorithm>
#include <utility>

namespace wyn::session {

namespace {

constexpr Duration snapshot_interval = 250ms;
// CLOSE is said three times in 200 ms; if none is answered the client learns it from the silence.
constexpr Duration close_interval = 100ms;
constexpr std::uint32_t most_closes = 3;
// After the client's CLOSE was answered, its repetitions are answered for this long.
constexpr Duration linger = 300ms;

// The smaller of two limits where 0 means none.
std::uint64_t tighter(std::uint64_t one, std::uint64_t other) {
    if (one == 0 || other == 0) return std::max(one, other);
    return std::min(one, other);
}

} // namespace

Duration sign_of_life_of(Placement where, Duration worker_timeout) {
    return where == Placement::single ? Duration::max() : worker_timeout / 4;
}

PortSetup ConnectionSetup::port(PortRole role) const {
    const crypto::PortKeys& keys = role == PortRole::control  ? control
                                   : role == PortRole::upload ? upload
                                                              : download;
    return {.side = Side::server,
            .role = role,
            .session = session,
            .keys = keys,
            .peer = {.address = client.address, .port = 0},
            .lent_socket = lent_sockets,
            .terms = terms,
            .tuning = tuning,
            .snapshot_interval = snapshot_interval,
            .sign_of_life = sign_of_life_of(port_placement, worker_timeout)};
}

ServerConnection::ServerConnection(const ConnectionSetup& setup, MonoTime now)
    : setup_{setup}, half_open_until_{now + setup.terms.half_open}, last_snapshot_{now} {}

PortRole ServerConnection::bulk_port(wire::Direction direction) {
    return direction == wire::Direction::up ? PortRole::upload : PortRole::download;
}

void ServerConnection::on_news(MonoTime now, PortRole role, const PortNews& news,
                               ConnectionOutbox& out) {
    if (ended()) return;
    changed_ = true;
    if (const auto* snapshot = std::get_if<PortSnapshot>(&news))
        on_snapshot(role, *snapshot, out);
    else if (const auto* valid = std::get_if<PortValid>(&news))
        on_valid(now, role, *valid, out);
    else if (const auto* control = std::get_if<ControlArrived>(&news))
        on_control(now, control->body, out);
    else if (const auto* test = std::get_if<TestEnded>(&news))
        on_test_ended(*test, out);
    else if (const auto* broken = std::get_if<GrantBroken>(&news))
        close(now, broken->end, out);
    else if (std::holds_alternative<PortSilent>(news) && role == PortRole::control)
        finish(state_ == State::half_open ? wire::End::half_open : wire::End::peer_silent, out);
}

void ServerConnection::on_snapshot(PortRole role, const PortSnapshot& snapshot,
                                   ConnectionOutbox& out) {
    snapshots_[static_cast<std::size_t>(role)] = snapshot;
    // The receiver of a download goes on telling what arrives after our sender has ended.
    if (test_ && test_->stopped && test_->result && role == bulk_port(test_->start.direction))
        tell_test(out);
}

void ServerConnection::on_valid(MonoTime now, PortRole role, const PortValid& valid,
                                ConnectionOutbox& out) {
    proven_[static_cast<std::size_t>(role)] = true;
    if (role == PortRole::control) rtt_ = valid.rtt;
    const bool all =
        std::all_of(proven_.begin(), proven_.end(), [](bool proven) { return proven; });
    if (state_ != State::half_open || !all) return;
    state_ = State::open;
    out.news.emplace_back(ConnectionOpened{.rtt = rtt_});
    tell_snapshot(now, out);
}

void ServerConnection::on_control(MonoTime now, const ControlBody& body, ConnectionOutbox& out) {
    if (std::holds_alternative<wire::Closed>(body)) {
        if (state_ == State::closing) finish(why_closed_, out);
        return;
    }
    if (const auto* closing = std::get_if<wire::Close>(&body)) {
        out.orders.push_back(say(wire::Closed{closing->end}));
        if (state_ == State::lingering) return;
        if (state_ != State::closing) why_closed_ = closing->end;
        state_ = State::lingering;
        linger_until_ = now + linger;
        stop_load(why_closed_, out);
        return;
    }
    if (state_ != State::open) return; // the client will say it again
    if (const auto* start = std::get_if<wire::Start>(&body)) on_start(now, *start, out);
    if (const auto* stop = std::get_if<wire::Stop>(&body)) on_stop(*stop, out);
}

std::uint64_t ServerConnection::volume_left() const {
    if (setup_.terms.max_volume_bytes == 0) return 0;
    return setup_.terms.max_volume_bytes - std::min(volume_used_, setup_.terms.max_volume_bytes);
}

// What of the wish can be granted: everything is brought down to the terms, and the client is told.
wire::Ready ServerConnection::grant(const wire::Start& start) const {
    const Terms& terms = setup_.terms;
    const bool used_up = terms.max_volume_bytes != 0 && volume_left() < start.datagram_bytes;
    return {.test = start.test,
            .end = used_up ? wire::End::volume_used : wire::End::none,
            .datagram_bytes = std::min(start.datagram_bytes, terms.max_datagram_bytes),
            .rate_bps = tighter(start.rate_bps, terms.max_rate.bps()),
            .duration_ms = std::min(
                start.duration_ms,
                static_cast<std::uint32_t>(
                    std::chrono::duration_cast<std::chrono::milliseconds>(terms.max_duration)
                        .count()))};
}

void ServerConnection::on_start(MonoTime now, const wire::Start& start, ConnectionOutbox& out) {
    const std::uint32_t newest = test_ ? test_->start.test : 0;
    if (start.test == newest && test_ && start == test_->start) {
        out.orders.push_back(say(test_->ready)); // our answer was lost
        return;
    }
    const bool busy = test_ && test_->granted && !test_->result;
    if (start.test <= newest || busy) return;
    tell_test(out);
    test_ = Test{.start = start, .ready = grant(start)};
    test_->granted = test_->ready.end == wire::End::none;
    if (test_->granted) begin(out);
    out.orders.push_back(say(test_->ready));
    tell_snapshot(now, out); // whoever has the whole server before his eyes says what it has to do
}

// A code point that is not allowed is replaced by that of best effort; the report tells.
dgram::TrafficClass ServerConnection::granted_class() const {
    const dgram::TrafficClass wish{test_->start.traffic_class};
    if (setup_.allowed_dscp.contains(wish.dscp())) return wish;
    return {0, wish.ecn()};
}

void ServerConnection::begin(ConnectionOutbox& out) {
    const wire::Ready& granted = test_->ready;
    const PortRole role = bulk_port(test_->start.direction);
    if (test_->start.direction == wire::Direction::up) {
        out.orders.push_back({role, BeginReceiving{.test = granted.test,
                                                   .granted = setup_.terms.max_rate,
                                                   .volume_bytes = volume_left(),
                                                   .search = test_->start.search,
                                                   .rtt = rtt_,
                                                   .offload = test_->start.offload}});
        return;
    }
    out.orders.push_back(
        {role, BeginSending{.test = granted.test,
                            .search = test_->start.search,
                            .rate = BitRate{test_->start.rate_bps},
                            .granted = BitRate{granted.rate_bps},
                            .duration = std::chrono::milliseconds{granted.duration_ms},
                            .datagram_bytes = granted.datagram_bytes,
                            .volume_bytes = volume_left(),
                            .budget_bytes = test_->start.budget_bytes,
                            .sustained = std::chrono::milliseconds{test_->start.sustained_ms},
                            .pacing = test_->start.pacing,
                            .offload = test_->start.offload,
                            .traffic_class = granted_class()}});
}

void ServerConnection::on_stop(const wire::Stop& stop, ConnectionOutbox& out) {
    if (!test_ || !test_->granted || stop.test != test_->start.test) return;
    if (!test_->stopped) {
        test_->stopped = true;
        test_->stop = stop;
        // Also when the port has told its end before: feedback may have come since.
        test_->result.reset();
        out.orders.push_back(
            {bulk_port(test_->start.direction), EndTest{stop.test, wire::End::stopped}});
    }
    report_if_over(out);
}

void ServerConnection::on_test_ended(const TestEnded& ended, ConnectionOutbox& out) {
    if (!test_ || ended.test != test_->start.test || test_->result) return;
    test_->result = ended;
    if (std::exchange(test_->counted, true)) return report_if_over(out);
    const bool up = test_->start.direction == wire::Direction::up;
    volume_used_ += up ? ended.received.payload_bytes : ended.sent.payload_bytes;
    // A search may be sure long before its time; the client need not wait for the silence.
    if (!up && !test_->stopped) out.orders.push_back(say(report()));
    report_if_over(out);
}

wire::Report ServerConnection::report() const {
    const TestEnded& result = *test_->result;
    if (test_->start.direction == wire::Direction::up)
        return {.test = result.test,
                .end = result.end,
                .role = wire::Role::receiver,
                .received = result.received,
                .server = test_->server};
    return {.test = result.test,
            .end = result.end,
            .role = wire::Role::sender,
            .sent = result.sent,
            .capacity = result.capacity,
            .server = test_->server};
}

void ServerConnection::report_if_over(ConnectionOutbox& out) {
    if (!test_->stopped || !test_->result) return;
    out.orders.push_back(say(report()));
    if (test_->start.direction == wire::Direction::up) tell_test(out);
}

// Once per test, with what is known: after its end, or when the session ends in the middle of it.
void ServerConnection::tell_test(ConnectionOutbox& out) {
    if (!test_ || !test_->granted || test_->told) return;
    test_->told = true;
    const bool up = test_->start.direction == wire::Direction::up;
    const PortSnapshot& last =
        snapshots_[static_cast<std::size_t>(bulk_port(test_->start.direction))];
    TestDone done{.test = test_->start.test,
                  .direction = test_->start.direction,
                  .end = test_->result ? test_->result->end : why_closed_,
                  .datagram_bytes = test_->ready.datagram_bytes};
    if (last.test == done.test) {
        done.sent = last.sent;
        done.received = last.received;
    }
    if (test_->result) {
        done.sent = test_->result->sent;
        if (up || last.test != done.test) done.received = test_->result->received;
        done.capacity = test_->result->capacity.verdict;
        done.capacity_ip = BitRate{test_->result->capacity.ip_bps};
    }
    if (up) {
        done.sent = {.packets_accepted = test_->stop.packets_accepted,
                     .packets_refused = test_->stop.packets_refused};
        if (test_->stopped) done.end = test_->stop.end;
    }
    out.news.emplace_back(done);
}

void ServerConnection::close(MonoTime now, wire::End why, ConnectionOutbox& out) {
    if (state_ == State::half_open) return finish(why, out);
    if (state_ != State::open) return;
    state_ = State::closing;
    why_closed_ = why;
    closes_sent_ = 0;
    next_close_ = now;
    stop_load(why, out);
    on_timer(now, out);
}

void ServerConnection::note_server_load(const wire::ServerLoad& now) {
    if (!test_ || test_->result) return;
    test_->server.sessions = std::max(test_->server.sessions, now.sessions);
    test_->server.loads = std::max(test_->server.loads, now.loads);
}

void ServerConnection::stop_load(wire::End why, ConnectionOutbox& out) const {
    if (test_ && test_->granted && !test_->result)
        out.orders.push_back({bulk_port(test_->start.direction), EndTest{test_->start.test, why}});
}

void ServerConnection::on_port_lost(ConnectionOutbox& out) {
    finish(wire::End::worker_failed, out);
}

void ServerConnection::finish(wire::End why, ConnectionOutbox& out) {
    if (ended()) return;
    why_closed_ = why;
    tell_test(out);
    state_ = State::ended;
    out.news.emplace_back(ConnectionEnded{why});
}

void ServerConnection::on_timer(MonoTime now, ConnectionOutbox& out) {
    if (state_ == State::half_open && now >= half_open_until_)
        return finish(wire::End::half_open, out);
    if (state_ == State::lingering && now >= linger_until_) return finish(why_closed_, out);
    if (state_ == State::closing && now >= next_close_) {
        if (closes_sent_ == most_closes) return finish(why_closed_, out);
        ++closes_sent_;
        next_close_ = now + close_interval;
        out.orders.push_back(say(wire::Close{why_closed_}));
    }
    if (now >= snapshot_due() && !ended()) tell_snapshot(now, out);
}

MonoTime ServerConnection::snapshot_due() const {
    const Duration wait =
        changed_ ? std::min(snapshot_interval, setup_.sign_of_life) : setup_.sign_of_life;
    return saturating_add(last_snapshot_, wait);
}

void ServerConnection::tell_snapshot(MonoTime now, ConnectionOutbox& out) {
    last_snapshot_ = now;
    changed_ = false;
    ConnectionSnapshot sum{.open = state_ == State::open};
    for (const PortSnapshot& port : snapshots_) {
        sum.drops += port.drops;
        sum.datagrams_in += port.datagrams_in;
        sum.bytes_in += port.bytes_in;
        sum.datagrams_out += port.datagrams_out;
        sum.bytes_out += port.bytes_out;
    }
    const Duration control_rtt = snapshots_[static_cast<std::size_t>(PortRole::control)].rtt;
    sum.rtt = control_rtt == Duration::zero() ? rtt_ : control_rtt;
    if (test_) {
        sum.test = test_->start.test;
        sum.running = test_->granted && !test_->result;
        sum.direction = test_->start.direction;
        const PortSnapshot& bulk = snapshots_[static_cast<std::size_t>(bulk_port(sum.direction))];
        if (bulk.test == sum.test) sum.test_payload_bytes = bulk.received.payload_bytes;
    }
    out.news.emplace_back(sum);
}

MonoTime ServerConnection::due() const {
    switch (state_) {
    case State::half_open: return std::min(half_open_until_, snapshot_due());
    case State::open: return snapshot_due();
    case State::closing: return std::min(next_close_, snapshot_due());
    case State::lingering: return std::min(linger_until_, snapshot_due());
    case State::ended: return never;
    }
    return never;
}

} // namespace wyn::session
