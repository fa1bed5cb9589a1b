// A datagram on its way through the simulated network, and what can become of it.
#pragma once

#include "dgram/address.hpp"
#include "sim/event_queue.hpp"
#include "sim/hash.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace wyn::sim {

// Where the way of a datagram ended. Every one that was sent, and every copy that the network made,
// has exactly one fate.
enum class Fate : std::uint8_t {
    queued,      // reached a socket and waits to be read
    lost,        // by chance
    lost_burst,  // in a bad phase of the link
    queue_full,  // at the bottleneck
    aqm_dropped, // at the bottleneck, which had room
    policed,     // beyond a rate that the path allows
    too_big,     // for the link
    expired,     // too many hops
    partitioned, // the link was down
    filtered,    // by a rule of the path: firewalls
    no_host,     // nobody has this address
    no_socket,   // nobody listens on this port, or not to this sender
    socket_full,
};
inline constexpr std::size_t fates = 13;

constexpr std::string_view name(Fate fate) {
    switch (fate) {
    case Fate::queued: return "queued";
    case Fate::lost: return "lost";
    case Fate::lost_burst: return "lost in a burst";
    case Fate::queue_full: return "queue full";
    case Fate::aqm_dropped: return "dropped by AQM";
    case Fate::policed: return "policed";
    case Fate::too_big: return "too big";
    case Fate::expired: return "expired";
    case Fate::partitioned: return "partitioned";
    case Fate::filtered: return "filtered";
    case Fate::no_host: return "no host";
    case Fate::no_socket: return "no socket";
    case Fate::socket_full: return "socket full";
    }
    return "unknown";
}

// A stream of numbered bulk datagrams: one test, one direction.
struct FlowId {
    dgram::Endpoint from;
    dgram::Endpoint to;
    std::uint16_t test = 0;
    auto operator<=>(const FlowId&) const = default;
};
class Flow;

struct Packet {
    dgram::Endpoint from; // as its header says; a liar writes what he likes
    dgram::Endpoint to;
    std::vector<std::uint8_t> bytes;
    std::uint8_t traffic_class = 0; // DSCP and ECN
    std::uint8_t hop_limit = 64;
    // Set by the network where it recognises bulk, for the books.
    Flow* flow = nullptr;
    std::uint64_t sequence = 0;
    bool damaged = false;   // a bit of the first 40 bytes was flipped
    bool touched = false;   // any bit was
    bool by_socket = false; // sent through a socket, not written by hand

    std::span<const std::uint8_t> view() const { return bytes; }
    // On the wire of the IP layer.
    std::size_t ip_bytes() const { return bytes.size() + to.address.header_bytes(); }
    // Equal for datagrams of one sender's port to one receiver's.
    std::uint64_t flow_hash() const;
};

inline std::uint64_t Packet::flow_hash() const {
    std::uint64_t hash = fnv_begin;
    for (const dgram::Endpoint* const end : {&from, &to}) {
        const std::array port{end->port >> 8, end->port & 0xff};
        hash = fnv1a(port, fnv1a(end->address.bytes, hash));
    }
    return hash;
}

} // namespace wyn::sim
