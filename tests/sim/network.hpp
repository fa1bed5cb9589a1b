// The simulated network: hosts around one core, each with a link to it and a link from it.
#pragma once

#include "clock/clock_watch.hpp"
#include "sim/host_clock.hpp"
#include "sim/sim_link.hpp"

#include <deque>

namespace wyn::sim {

class SimDatagrams;
class Network;

struct HostSpec {
    std::string name;
    std::vector<dgram::Address> addresses; // at least one
    HostClock clock;
    LinkSpec up;   // towards the core
    LinkSpec down; // from the core
    std::vector<link::Change> up_schedule;
    std::vector<link::Change> down_schedule;
    // How late a program runs after it was woken: uniform from 0 to this.
    Duration scheduling{};
};

class SimHost {
public:
    SimHost(Network& network, HostSpec spec, std::uint64_t seed);

    const std::string& name() const { return spec_.name; }
    const dgram::Address& address() const { return spec_.addresses.front(); }
    bool has(const dgram::Address& address) const;
    Network& network() { return network_; }
    EventQueue& queue();

    MonoTime now() const;
    // Its wall clock is disciplined, and steps only when a test sets it.
    ClockReading read_clocks() const;
    void set_wall_clock(Duration by) { wall_ahead_ += by; }
    SimTime when(MonoTime time) const { return spec_.clock.when(time); }
    SimLink& up() { return up_; }
    SimLink& down() { return down_; }
    const SimLink& up() const { return up_; }
    const SimLink& down() const { return down_; }

    // No program of this host runs until the stall is over; its sockets fill meanwhile.
    void stall(Duration time);
    SimTime runs_again() const { return stalled_until_; }
    Duration wake_up_delay();
    SeededRandom random_of(std::string_view part) const;

    // The socket's port: the one asked for, or for 0 one that is free. Nothing when it is taken.
    std::optional<std::uint16_t> bind(SimDatagrams& socket, std::uint16_t port);
    void unbind(std::uint16_t port) { sockets_.erase(port); }
    SimDatagrams* socket(std::uint16_t port) const;
    std::size_t open_sockets() const { return sockets_.size(); }

private:
    Network& network_;
    HostSpec spec_;
    std::uint64_t seed_;
    SeededRandom random_;
    SimLink up_;
    SimLink down_;
    SimTime stalled_until_{};
    Duration wall_ahead_ = 500'000h;
    std::map<std::uint16_t, SimDatagrams*> sockets_;
    std::uint16_t next_port_;
};

class Network {
public:
    // Sees datagrams and changes nothing.
    using Tap = std::function<void(const SimHost&, const Packet&)>;

    Network(EventQueue& queue, std::uint64_t seed) : queue_{queue}, seed_{seed} {}

    // Lives as long as the network.
    SimHost& add(HostSpec spec);
    SimHost* host_of(const dgram::Address& address);

    // `host` puts the datagram on its link. `from` may be a lie.
    void send(SimHost& host, Packet packet);

    // A link could not carry the packet and says so.
    void tell_too_big(const Packet& packet, std::size_t mtu);

    // Every datagram that a host sends, and every one that reaches a host (before its socket).
    void tap_sent(Tap tap) { sent_taps_.push_back(std::move(tap)); }
    void tap_arrived(Tap tap) { arrived_taps_.push_back(std::move(tap)); }

    EventQueue& queue() { return queue_; }
    Ledger& ledger() { return ledger_; }
    const Ledger& ledger() const { return ledger_; }
    // Grows with everything that is sent and that arrives: equal runs have equal hashes.
    std::uint64_t trace() const { return trace_; }
    const std::deque<SimHost>& hosts() const { return hosts_; }

private:
    void enter_books(Packet& packet);
    void from_core(Packet packet);
    void arrive(SimHost& host, Packet packet);
    // ICMP: back to the sender, who may look at it or not.
    using Icmp = std::function<void(SimDatagrams& socket, const dgram::Endpoint& to)>;
    void tell_sender(const Packet& packet, const Icmp& icmp);
    void tell_unreachable(const Packet& packet);
    void note(std::uint64_t what, const Packet& packet);

    EventQueue& queue_;
    std::uint64_t seed_;
    Ledger ledger_;
    std::deque<SimHost> hosts_;
    std::map<dgram::Address, SimHost*> by_address_;
    std::vector<Tap> sent_taps_;
    std::vector<Tap> arrived_taps_;
    std::uint64_t trace_ = 0;
};

} // namespace wyn::sim
