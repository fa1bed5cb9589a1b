#include "sim/sim_client.hpp"

#include <algorithm>

namespace wyn::sim {

using session::port_roles;
using session::PortRole;

namespace {

std::size_t index(PortRole role) {
    return static_cast<std::size_t>(role);
}

session::ClientHandshake::Wishes wishes_of(const ClientSpec& spec) {
    return {.rate = spec.wish.value_or(spec.plan.rate),
            .duration = spec.plan.duration.value_or(
                session::longest_search(Duration::zero(), spec.plan.sustained))};
}

} // namespace

SimClient::SimClient(SimHost& host, const dgram::Endpoint& server, const ClientSpec& spec)
    : Actor{host}, spec_{spec}, server_{server}, random_{host.random_of("client")},
      begun_{host.queue().now()}, patience_{host.now() + spec.timeout},
      handshake_{random_, host.now(), spec.key, wishes_of(spec)},
      knocking_{std::make_unique<SimDatagrams>(host, std::uint16_t{0}, spec.socket)},
      messages_{*this, host, spec.link_delay} {
    WYN_CHECK(knocking_->is_open() && knocking_->connect(server));
    knocking_->on_ready([this] { wake(); });
    wake();
}

SimClient::~SimClient() = default;

MonoTime SimClient::turn(MonoTime now) {
    if (state_ == ClientState::knocking) return knock(now);
    if (state_ == ClientState::running) return follow(now);
    return never;
}

MonoTime SimClient::knock(MonoTime now) {
    dgram::ReceivedTrain train;
    for (;;) {
        const auto received = knocking_->receive(train);
        if (!received) continue; // nobody there yet: knock again later
        if (!*received) break;
        for (std::size_t i = 0; i < train.count(); ++i) {
            const auto outcome = handshake_.on_datagram(now, train[i]);
            if (!outcome) continue;
            if (const auto* refuse = std::get_if<wire::Refuse>(&*outcome)) {
                refusal_ = *refuse;
                finish(ClientState::refused);
                return never;
            }
            begin(now, std::get<session::ClientHandshake::Assigned>(*outcome));
            return follow(now);
        }
    }
    const auto message = messages_.take();
    if (now >= patience_ || (message && message->interrupt)) {
        finish(ClientState::unanswered);
        return never;
    }
    if (const auto hello = handshake_.on_timer(now))
        knocking_->send(*hello, hello->size(), nullptr);
    return std::min(handshake_.due(), patience_);
}

void SimClient::begin(MonoTime now, const session::ClientHandshake::Assigned& assigned) {
    state_ = ClientState::running;
    assigned_ = host().queue().now();
    session_ = assigned.assign.session;
    knocking_->close();
    const session::Terms terms = session::terms_of(assigned.assign);
    if (spec_.latency)
        latency_.emplace(*spec_.latency, terms, now);
    else
        connection_.emplace(spec_.plan, terms, server_.address.header_bytes(), now);
    open_port(PortRole::control, assigned.assign.control_port, assigned);
    open_port(PortRole::upload, assigned.assign.upload_port, assigned);
    open_port(PortRole::download, assigned.assign.download_port, assigned);
}

void SimClient::open_port(PortRole role, std::uint16_t port,
                          const session::ClientHandshake::Assigned& assigned) {
    const crypto::SessionKeys& keys = assigned.keys;
    const session::PortSetup setup{.side = session::Side::client,
                                   .role = role,
                                   .session = session_,
                                   .keys = role == PortRole::control  ? keys.control
                                           : role == PortRole::upload ? keys.upload
                                                                      : keys.download,
                                   .peer = {server_.address, port},
                                   .terms = session::terms_of(assigned.assign),
                                   .snapshot_interval = spec_.snapshot_interval};
    auto socket = std::make_shared<SimDatagrams>(host(), std::uint16_t{0}, spec_.socket);
    WYN_CHECK(socket->is_open() && socket->connect(setup.peer));
    socket->trouble(spec_.trouble);
    local_[index(role)] = socket->local();
    remote_[index(role)] = setup.peer;
    sockets_[index(role)] = socket;
    dgram::Datagrams* door = &*socket;
    if (spec_.liar) liars_[index(role)] = spec_.liar(role, setup, *socket);
    if (liars_[index(role)]) door = &*liars_[index(role)];
    ports_[index(role)].emplace(
        host(), std::move(socket), *door, setup, random_, spec_.link_delay,
        [this](PortRole from, const session::PortNews& news) {
            messages_.post(Message{.from = from, .news = news});
        },
        spec_.story);
}

MonoTime SimClient::follow(MonoTime now) {
    if (now >= next_clock_) {
        next_clock_ = now + 1s;
        const ClockReading reading = host().read_clocks();
        latency_ ? latency_->on_clock(reading) : connection_->on_clock(reading);
    }
    if (latency_) return drive(now, *latency_);
    const MonoTime due = drive(now, *connection_);
    progress_ = connection_->progress(now);
    return due;
}

template <typename Connection>
MonoTime SimClient::drive(MonoTime now, Connection& connection) {
    while (const auto message = messages_.take()) {
        if (message->interrupt) {
            connection.interrupt(now, out_);
            continue;
        }
        if (const auto* latency = std::get_if<session::LatencyNews>(&*message->news);
            latency_ && latency)
            records_.insert(records_.end(), latency->settled().begin(), latency->settled().end());
        connection.on_news(now, message->from, *message->news, out_);
    }
    if (now >= connection.due()) connection.on_timer(now, out_);
    for (auto& [role, order] : out_.orders) {
        if (spec_.tamper) spec_.tamper(role, order);
        ports_[index(role)]->order(order);
    }
    out_.clear();
    if (!connection.done()) return connection.due();
    if (!over_since_) over_since_ = host().queue().now();
    // What the ports were told last, CLOSED perhaps, still leaves.
    const MonoTime closes = std::min(closes_, now + 2 * spec_.link_delay + 1ms);
    closes_ = closes;
    if (now < closes) return closes;
    finish(ClientState::finished);
    return never;
}

void SimClient::finish(ClientState state) {
    state_ = state;
    if (!over_since_) over_since_ = host().queue().now();
    knocking_->close();
    for (auto& port : ports_)
        if (port) port->stop();
    for (auto& socket : sockets_)
        if (socket) socket->close();
}

void SimClient::kill() {
    if (over()) return;
    stop();
    finish(ClientState::killed);
}

FlowId SimClient::flow(wire::Direction direction, std::size_t stair) const {
    const bool down = direction == wire::Direction::down;
    const PortRole role = down ? PortRole::download : PortRole::upload;
    auto test = static_cast<std::uint16_t>(1 + stair);
    for (const wire::Direction before : spec_.plan.directions) {
        if (before == direction) break;
        ++test;
        for (const session::FollowUp& other : result().follow_ups)
            if (other.load.direction == before) ++test;
    }
    if (down) return {.from = remote_[index(role)], .to = local_[index(role)], .test = test};
    return {.from = local_[index(role)], .to = remote_[index(role)], .test = test};
}

SimPort* SimClient::port(PortRole role) {
    auto& port = ports_[index(role)];
    return port ? &*port : nullptr;
}

SimDatagrams::Troubles SimClient::troubles() const {
    SimDatagrams::Troubles sum;
    for (const auto& socket : sockets_) {
        if (!socket) continue;
        sum.refused += socket->troubles().refused;
        sum.blocked += socket->troubles().blocked;
        sum.coalesced += socket->troubles().coalesced;
    }
    return sum;
}

} // namespace wyn::sim
