// A packet as a link sees it, and the record of what became of it.
#pragma once

#include "link/world_time.hpp"

#include <cstdint>
#include <string_view>

namespace wyn::link {

// The two lowest bits of the traffic class (RFC 3168, section 5).
enum class Ecn : std::uint8_t { not_ect = 0, ect_1 = 1, ect_0 = 2, ce = 3 };

constexpr Ecn ecn_of(std::uint8_t traffic_class) {
    return static_cast<Ecn>(traffic_class & 3U);
}
constexpr std::uint8_t with_ecn(std::uint8_t traffic_class, Ecn ecn) {
    return static_cast<std::uint8_t>((traffic_class & ~3U) | static_cast<unsigned>(ecn));
}
// The six highest ones (RFC 2474, section 3).
constexpr std::uint8_t dscp_of(std::uint8_t traffic_class) {
    return static_cast<std::uint8_t>(traffic_class >> 2U);
}
constexpr std::uint8_t with_dscp(std::uint8_t traffic_class, std::uint8_t dscp) {
    return static_cast<std::uint8_t>((unsigned{dscp} << 2U) | (traffic_class & 3U));
}

struct Packet {
    std::uint32_t bytes = 0; // of the IP layer, its header included
    std::uint64_t flow = 0;  // equal for packets of one flow; for queues that tell them apart
    std::uint8_t traffic_class = 0; // IPv4: the type of service
    std::uint8_t hop_limit = 64;    // IPv4: the time to live
    std::uint64_t handle = 0;       // the caller's; the link does not look at it
};

// Where the way of a packet over a link ended. Every packet, and every copy that the link made, has
// exactly one fate.
enum class Fate : std::uint8_t {
    delivered,
    partitioned,   // the link was down
    too_big,       // for the link's MTU
    expired,       // its hop limit was used up
    policed,       // it found too few tokens in a policer
    lost,          // by chance
    lost_burst,    // in a bad phase of the link
    lost_scripted, // by its number
    queue_full,
    aqm_dropped, // by active queue management, which had room
    lost_after,  // by chance, behind the bottleneck
};
inline constexpr std::size_t fates = 11;

constexpr std::string_view name(Fate fate) {
    switch (fate) {
    case Fate::delivered: return "delivered";
    case Fate::partitioned: return "partitioned";
    case Fate::too_big: return "too big";
    case Fate::expired: return "expired";
    case Fate::policed: return "policed";
    case Fate::lost: return "lost";
    case Fate::lost_burst: return "lost in a burst";
    case Fate::lost_scripted: return "lost by script";
    case Fate::queue_full: return "queue full";
    case Fate::aqm_dropped: return "dropped by AQM";
    case Fate::lost_after: return "lost behind the bottleneck";
    }
    return "unknown";
}

// The truth about one packet, or about one copy of it.
struct Record {
    Packet packet;            // as it came out, or as it was at its end
    std::uint64_t number = 0; // from 1, in the order of arrival; a copy has that of its original
    Fate fate = Fate::delivered;
    WorldTime arrived{};  // when it was offered
    WorldTime departed{}; // when it came out at the far end, or when it was dropped
    Duration waited{};    // in the queue, before it was the next to be sent
    // What waited when it arrived, without the one that was being sent.
    std::uint64_t queue_bytes = 0;
    std::uint64_t queue_packets = 0;
    bool copy = false;      // made by the link
    bool repeated = false;  // delivered, and not the first delivered of its number (RFC 5560)
    bool last = true;       // the link has no other one of this number any more
    bool marked = false;    // CE was set by the link
    bool corrupted = false; // the caller, who has its bytes, damages them
    bool jittered = false;
    bool held_back = false; // to be overtaken

    // Its own for what is left to chance: an original and its copy have different luck.
    std::uint64_t draw() const { return 2 * number + (copy ? 1 : 0); }
};

} // namespace wyn::link
