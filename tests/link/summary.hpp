// What a link did, as counts.
#pragma once

#include "link/packet.hpp"

#include <array>
#include <string>
#include <unordered_map>

namespace wyn::link {

struct Summary {
    std::uint64_t offered = 0;
    std::uint64_t offered_bytes = 0; // of the IP layer
    std::uint64_t copies = 0;        // made by the link
    std::array<std::uint64_t, fates> by_fate{};
    std::uint64_t delivered_bytes = 0;
    std::uint64_t repeated = 0; // delivered once more (RFC 5560)
    std::uint64_t reordered =
        0;                    // delivered after a later one of their flow (RFC 4737, section 3.3)
    std::uint64_t marked = 0; // delivered with a CE of the link
    std::uint64_t corrupted = 0;
    std::uint64_t jittered = 0;
    std::uint64_t held_back = 0;
    std::uint64_t waited = 0; // delivered after some time in the queue
    Duration longest_wait{};
    std::uint64_t longest_queue_bytes = 0; // that a packet found
    std::uint64_t longest_queue_packets = 0;

    std::uint64_t of(Fate fate) const { return by_fate[static_cast<std::size_t>(fate)]; }
    // Without a fate yet.
    std::uint64_t under_way() const;
    bool operator==(const Summary&) const = default;
};

// Makes a summary of records, which come in the order of their departure.
class SummaryMaker {
public:
    void offered(const Packet& packet);
    void copied() { ++summary_.copies; }
    void add(const Record& record);
    const Summary& summary() const { return summary_; }

private:
    void add_delivered(const Record& record);

    Summary summary_;
    std::unordered_map<std::uint64_t, std::uint64_t> newest_; // number delivered, for each flow
};

// A few lines for people.
std::string print(const Summary& summary);

} // namespace wyn::link
