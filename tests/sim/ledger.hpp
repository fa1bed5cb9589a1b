// The network's own books, kept without asking the code under test: what became of every datagram,
// and for each stream of bulk what its receiver must have seen.
#pragma once

#include "clock/time.hpp"
#include "sim/packet.hpp"

#include <map>
#include <string>

namespace wyn::sim {

// One stream of bulk. Primers (step 0) belong to no statistic and are not in it.
class Flow {
public:
    void on_sent(std::uint64_t sequence, std::size_t bytes);
    void on_copied() { ++copied_; }
    void on_fate(Fate fate) { ++by_fate_[static_cast<std::size_t>(fate)]; }
    // The receiving program took it from its socket.
    void on_read(const Packet& packet, SimTime arrived);
    // It was still unread when the socket was closed.
    void on_thrown_away() { ++thrown_away_; }
    // The receiver counts nothing any more.
    void close() { closed_ = true; }

    struct Seen {
        std::uint64_t packets = 0; // first copies
        std::uint64_t bytes = 0;
        std::uint64_t duplicates = 0;
        std::uint64_t reordered = 0; // first copies that a higher number overtook
        std::uint64_t damaged = 0;   // of no use to anybody
        std::uint64_t first_bytes = 0;
        SimTime first{};
        SimTime last{};
        std::map<std::uint8_t, std::uint64_t> classes; // first copies by traffic class
        std::uint8_t lowest_ttl = 255;
        std::uint8_t highest_ttl = 0;
        bool operator==(const Seen&) const = default;
    };
    const Seen& seen() const { return seen_; }
    std::uint64_t sent() const { return sent_; }
    std::uint64_t sent_bytes() const { return sent_bytes_; }
    std::uint64_t of(Fate fate) const { return by_fate_[static_cast<std::size_t>(fate)]; }
    std::uint64_t read_after_close() const { return read_after_close_; }
    // Datagrams that were neither read nor lost by now; 0 once the world has come to rest.
    std::int64_t under_way() const;

private:
    std::uint64_t sent_ = 0;
    std::uint64_t sent_bytes_ = 0;
    std::uint64_t copied_ = 0;
    std::array<std::uint64_t, fates> by_fate_{};
    std::uint64_t read_ = 0;
    std::uint64_t read_after_close_ = 0;
    std::uint64_t thrown_away_ = 0;
    bool closed_ = false;
    Seen seen_;
    std::uint64_t next_expected_ = 0;
    std::vector<bool> arrived_;
};

class Ledger {
public:
    Flow& flow(const FlowId& id) { return flows_[id]; }
    const Flow* find(const FlowId& id) const;
    const std::map<FlowId, Flow>& flows() const { return flows_; }

    void on_sent() { ++sent_; }
    void on_copied(Packet& packet);
    void on_fate(const Packet& packet, Fate fate);
    void on_damaged() { ++damaged_; }
    void on_held_back() { ++held_back_; }

    std::uint64_t sent() const { return sent_; }
    std::uint64_t copied() const { return copied_; }
    std::uint64_t damaged() const { return damaged_; }
    std::uint64_t held_back() const { return held_back_; }
    std::uint64_t of(Fate fate) const { return by_fate_[static_cast<std::size_t>(fate)]; }
    // Datagrams without a fate yet: on their way.
    std::int64_t under_way() const;

private:
    std::map<FlowId, Flow> flows_;
    std::uint64_t sent_ = 0;
    std::uint64_t copied_ = 0;
    std::uint64_t damaged_ = 0;
    std::uint64_t held_back_ = 0;
    std::array<std::uint64_t, fates> by_fate_{};
};

// "sent 200, read 190 (+3 again), lost 7, queue full 0 ..." for messages of failed tests.
std::string print(const Flow& flow);

} // namespace wyn::sim
