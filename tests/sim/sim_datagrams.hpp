// dgram::Datagrams on a simulated host: the door through which production code reaches the
// simulated network, with the troubles that a kernel's socket can make.
#pragma once

#include "dgram/datagrams.hpp"
#include "sim/network.hpp"

namespace wyn::sim {

struct SocketSpec {
    std::uint64_t receive_buffer_bytes = 4 * 1024 * 1024;
    bool coalesces = false;        // neighbours of equal size become one train, as with UDP_GRO
    bool kernel_stamps = true;     // else arrivals are stamped when they are read
    std::size_t device_mtu = 1500; // neither are longer packets sent, nor taken in
    // Of what send_one() sends: the time in the host's stack, up to this, and the chance that its
    // departure is not told. 1: a device that never stamps.
    Duration stack_time{};
    double departures_missing = 0;
};

// Chances for each call of send(); for tests that want trouble.
struct SendTrouble {
    double refuse = 0; // ENOBUFS after some of the train's datagrams
    double block = 0;  // the buffer is full after some of them, for `block_for`
    Duration block_for = 2ms;
};

class SimDatagrams final : public dgram::Datagrams {
public:
    // Opens the port (0: any free one); is_open() tells whether it could. The host outlives it.
    SimDatagrams(SimHost& host, std::uint16_t port, const SocketSpec& spec = {});
    ~SimDatagrams() override;
    SimDatagrams(const SimDatagrams&) = delete;
    SimDatagrams& operator=(const SimDatagrams&) = delete;

    Result<bool> receive(dgram::ReceivedTrain& into) override;
    dgram::SendOutcome send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                            const dgram::Endpoint* to) override;
    dgram::SendOutcome send_one(std::span<const std::uint8_t> bytes,
                                const dgram::SendOptions& options) override;
    bool take_departure(dgram::Departure& into) override;
    Result<void> connect(const dgram::Endpoint& peer) override;
    void use_offload(bool wanted) override { offload_ = wanted; }
    std::optional<std::size_t> path_mtu() override { return path_mtu_; }
    void use_traffic_class(dgram::TrafficClass wanted) override { traffic_class_ = wanted; }
    std::uint64_t receive_drops() override { return drops_; }
    dgram::Capabilities capabilities() const override;

    // One datagram to the connected peer, under another sender than the socket's own.
    dgram::SendOutcome send_from(const dgram::Endpoint& from, std::span<const std::uint8_t> bytes);

    bool is_open() const { return open_; }
    void close();
    dgram::Endpoint local() const { return {host_.address(), port_}; }
    const std::optional<dgram::Endpoint>& peer() const { return peer_; }

    // Called when there is something to receive, or room to send again.
    void on_ready(std::function<void()> ready) { ready_ = std::move(ready); }

    void trouble(const SendTrouble& trouble) { trouble_ = trouble; }
    // The next `calls` of send() are refused with this errno.
    void refuse_next(std::size_t calls, int error);

    struct Troubles {
        std::uint64_t refused = 0;
        std::uint64_t blocked = 0;
        std::uint64_t coalesced = 0; // trains of more than one datagram
    };
    const Troubles& troubles() const { return troubles_; }

    // The network's side.
    bool listens_to(const dgram::Endpoint& from) const { return !peer_ || *peer_ == from; }
    void arrive(Packet packet);
    void told_unreachable(const dgram::Endpoint& peer, int error);
    void told_too_big(const dgram::Endpoint& peer, std::size_t mtu);

private:
    struct Waiting {
        Packet packet;
        SimTime arrived;
        MonoTime stamp;
        std::uint64_t drops_before = 0;
    };
    void ready() {
        if (ready_) ready_();
    }
    Waiting take();
    void join_followers(const Waiting& first, dgram::ReceivedTrain& train);
    void leave(const dgram::Endpoint& to, std::vector<std::uint8_t> bytes,
               const dgram::SendOptions& options);
    // How many datagrams of a train of `count` the stack takes before trouble begins.
    dgram::SendOutcome troubled(std::size_t count);

    SimHost& host_;
    SocketSpec spec_;
    bool offload_ = true;
    dgram::TrafficClass traffic_class_;
    std::size_t path_mtu_; // as the kernel of this host believes
    SeededRandom random_;
    std::uint16_t port_ = 0;
    bool open_ = false;
    std::optional<dgram::Endpoint> peer_;
    std::function<void()> ready_;

    std::deque<Waiting> waiting_;
    std::uint64_t waiting_bytes_ = 0;
    std::vector<std::uint8_t> buffer_;
    std::uint64_t drops_ = 0;
    int pending_error_ = 0;
    std::deque<dgram::Departure> departures_;
    SimTime stack_empty_{}; // what was handed to the stack later leaves later

    SendTrouble trouble_;
    SimTime blocked_until_{};
    std::size_t refuse_next_ = 0;
    int refuse_error_ = 0;
    Troubles troubles_;
};

} // namespace wyn::sim
