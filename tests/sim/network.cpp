#include "sim/network.hpp"

#include "base/check.hpp"
#include "sim/sim_datagrams.hpp"
#include "wire/codec.hpp"

#include <algorithm>
#include <cerrno>

namespace wyn::sim {

namespace {

constexpr std::uint16_t first_free_port = 32768;

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15;
    return hash ^ hash >> 29;
}

} // namespace

SimHost::SimHost(Network& network, HostSpec spec, std::uint64_t seed)
    : network_{network}, spec_{std::move(spec)}, seed_{seed}, random_{random_of("host")},
      up_{network.queue(), network.ledger(), random_of("up"), {spec_.up, spec_.up_schedule}},
      down_{
          network.queue(), network.ledger(), random_of("down"), {spec_.down, spec_.down_schedule}},
      next_port_{static_cast<std::uint16_t>(first_free_port + random_.below(16384))} {
    WYN_CHECK(!spec_.addresses.empty());
    for (SimLink* const link : {&up_, &down_})
        link->on_too_big([&network](const Packet& packet, std::size_t mtu) {
            network.tell_too_big(packet, mtu);
        });
}

SeededRandom SimHost::random_of(std::string_view part) const {
    return random_for(seed_, spec_.name + " " + std::string{part});
}

bool SimHost::has(const dgram::Address& address) const {
    return std::find(spec_.addresses.begin(), spec_.addresses.end(), address) !=
           spec_.addresses.end();
}

EventQueue& SimHost::queue() {
    return network_.queue();
}

MonoTime SimHost::now() const {
    return spec_.clock.at(network_.queue().now());
}

ClockReading SimHost::read_clocks() const {
    const Duration since_boot = now().time_since_epoch();
    return {.raw = RawTime{since_boot},
            .wall = WallTime{since_boot + wall_ahead_},
            .mono = now(),
            .discipline = {ClockSync::synchronised, 1234us}};
}

void SimHost::stall(Duration time) {
    stalled_until_ = std::max(stalled_until_, queue().now() + time);
}

Duration SimHost::wake_up_delay() {
    if (spec_.scheduling == Duration::zero()) return {};
    return Duration{static_cast<Duration::rep>(
        random_.below(static_cast<std::uint64_t>(spec_.scheduling.count()) + 1))};
}

std::optional<std::uint16_t> SimHost::bind(SimDatagrams& socket, std::uint16_t port) {
    if (port == 0) {
        do
            port = next_port_ < first_free_port ? next_port_ = first_free_port : next_port_++;
        while (sockets_.contains(port));
    }
    if (!sockets_.emplace(port, &socket).second) return std::nullopt;
    return port;
}

SimDatagrams* SimHost::socket(std::uint16_t port) const {
    const auto found = sockets_.find(port);
    return found == sockets_.end() ? nullptr : found->second;
}

SimHost& Network::add(HostSpec spec) {
    SimHost& host = hosts_.emplace_back(*this, spec, seed_);
    for (const dgram::Address& address : spec.addresses)
        WYN_CHECK(by_address_.emplace(address, &host).second);
    host.up().deliver_to([this](Packet left) { from_core(std::move(left)); });
    host.down().deliver_to([this, &host](Packet left) {
        // An event of its own, so that no program runs in the middle of another one's turn.
        queue_.after({}, [this, &host, packet = std::move(left)]() mutable {
            arrive(host, std::move(packet));
        });
    });
    return host;
}

SimHost* Network::host_of(const dgram::Address& address) {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : found->second;
}

void Network::note(std::uint64_t what, const Packet& packet) {
    trace_ = mixed(trace_, what);
    trace_ = mixed(trace_, static_cast<std::uint64_t>(queue_.now().time_since_epoch().count()));
    trace_ = mixed(trace_, std::uint64_t{packet.from.port} << 16 | packet.to.port);
    trace_ = mixed(trace_, packet.bytes.size());
    // The first bytes hold all that differs: headers, counters, challenges, claims.
    for (std::size_t i = 0; i < std::min<std::size_t>(packet.bytes.size(), 160); ++i)
        trace_ = (trace_ ^ packet.bytes[i]) * 0x100000001b3;
}

// Bulk is recognised as it leaves its sender, when nobody could have touched it. Of what is written
// by hand only a datagram that is played back belongs to a flow: as one more copy.
void Network::enter_books(Packet& packet) {
    ledger_.on_sent();
    if (packet.flow != nullptr) return packet.flow->on_copied();
    if (!packet.by_socket) return;
    if (packet.bytes.size() < wire::shortest_bulk) return;
    const auto bulk = wire::decode_bulk(packet.view());
    if (!bulk || bulk->step == 0) return;
    packet.flow = &ledger_.flow({.from = packet.from, .to = packet.to, .test = bulk->test});
    packet.sequence = bulk->sequence;
    packet.flow->on_sent(bulk->sequence, packet.bytes.size());
}

void Network::send(SimHost& host, Packet packet) {
    note(1, packet);
    enter_books(packet);
    for (const Tap& tap : sent_taps_)
        tap(host, packet);
    host.up().carry(std::move(packet));
}

void Network::from_core(Packet packet) {
    SimHost* const host = host_of(packet.to.address);
    if (host == nullptr) return ledger_.on_fate(packet, Fate::no_host);
    host->down().carry(std::move(packet));
}

void Network::arrive(SimHost& host, Packet packet) {
    note(2, packet);
    for (const Tap& tap : arrived_taps_)
        tap(host, packet);
    SimDatagrams* const socket = host.socket(packet.to.port);
    if (socket == nullptr || !socket->listens_to(packet.from)) {
        tell_unreachable(packet);
        return ledger_.on_fate(packet, Fate::no_socket);
    }
    socket->arrive(std::move(packet));
}

void Network::tell_unreachable(const Packet& packet) {
    tell_sender(packet, [](SimDatagrams& socket, const dgram::Endpoint& to) {
        socket.told_unreachable(to, ECONNREFUSED);
    });
}

void Network::tell_too_big(const Packet& packet, std::size_t mtu) {
    tell_sender(packet, [mtu](SimDatagrams& socket, const dgram::Endpoint& to) {
        socket.told_too_big(to, mtu);
    });
}

void Network::tell_sender(const Packet& packet, const Icmp& icmp) {
    SimHost* const sender = host_of(packet.from.address);
    if (sender == nullptr || sender->up().spec().partitioned) return;
    queue_.after(sender->down().spec().delay + sender->up().spec().delay,
                 [sender, icmp, from = packet.from, to = packet.to] {
                     if (SimDatagrams* const socket = sender->socket(from.port)) icmp(*socket, to);
                 });
}

} // namespace wyn::sim
