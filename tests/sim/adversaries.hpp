// Who wishes the server ill. Each of them sits on a host of its own, strikes at a steady rate for a
// while, and writes whatever sender it likes into its datagrams.
#pragma once

#include "sim/network.hpp"
#include "wire/codec.hpp"

#include <set>

namespace wyn::sim {

struct Campaign {
    SimTime begin{};
    SimTime end{};
    Duration every = 10ms; // one strike
};

class Adversary {
public:
    Adversary(SimHost& host, const Campaign& campaign);
    virtual ~Adversary() = default;
    Adversary(const Adversary&) = delete;
    Adversary& operator=(const Adversary&) = delete;

    const dgram::Address& address() const { return host_.address(); }
    std::uint64_t sent() const { return sent_; }
    // Datagrams with somebody else's address in them.
    std::uint64_t spoofed() const { return spoofed_; }

protected:
    virtual void strike() = 0;
    void send(Packet packet);
    void send(const dgram::Endpoint& from, const dgram::Endpoint& to,
              std::vector<std::uint8_t> bytes) {
        send({.from = from, .to = to, .bytes = std::move(bytes)});
    }
    void send(const dgram::Endpoint& from, const dgram::Endpoint& to, wire::Bytes bytes) {
        send(from, to, std::vector<std::uint8_t>{bytes.begin(), bytes.end()});
    }
    dgram::Endpoint self() const { return {host_.address(), 40000}; }
    SimHost& host() { return host_; }
    SeededRandom& random() { return random_; }

private:
    void run();

    SimHost& host_;
    Campaign campaign_;
    SeededRandom random_;
    Timer timer_;
    std::uint64_t sent_ = 0;
    std::uint64_t spoofed_ = 0;
};

// HELLOs without a cookie from the addresses of others, half of them only noise of any length.
class Flooder final : public Adversary {
public:
    Flooder(SimHost& host, const Campaign& campaign, const dgram::Endpoint& server,
            std::vector<dgram::Address> victims)
        : Adversary{host, campaign}, server_{server}, victims_{std::move(victims)} {}

private:
    void strike() override;
    dgram::Endpoint server_;
    std::vector<dgram::Address> victims_;
};

// Hears what honest clients send, and sends it again: as itself, as a neighbour behind the same
// address, and in their names.
class Replayer final : public Adversary {
public:
    Replayer(SimHost& host, const Campaign& campaign, const dgram::Address& server);

private:
    void strike() override;
    dgram::Address server_;
    std::vector<Packet> heard_;
    std::size_t next_ = 0;
};

// Hears what the server sends, and sends it back to the port it came from, to the listening port
// and to a port of the session next door: as itself, and in the receiver's name.
class Mirror final : public Adversary {
public:
    Mirror(SimHost& host, const Campaign& campaign, const dgram::Endpoint& server);

private:
    void strike() override;
    dgram::Endpoint server_;
    std::deque<Packet> heard_;
    std::set<std::uint16_t> ports_;
};

// Is not on the path, but has guessed all endpoints right: noise and well-formed messages with
// wrong tags, in the name of a client, to its session's ports, and the other way round.
class Injector final : public Adversary {
public:
    Injector(SimHost& host, const Campaign& campaign, const dgram::Address& server);

private:
    struct Path {
        dgram::Endpoint from;
        dgram::Endpoint to;
        std::uint64_t session = 0;
    };
    void strike() override;
    std::vector<std::uint8_t> forged(const Path& path);
    dgram::Address server_;
    std::vector<Path> paths_;
    std::set<std::pair<dgram::Endpoint, dgram::Endpoint>> known_;
};

} // namespace wyn::sim
