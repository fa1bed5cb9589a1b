// The yardstick: how fast, and how evenly, a plain program can move datagrams over this path. No
// protocol, no tags, no results beyond counters; what wyndrvr costs on top is the difference. Two
// processes, so that each has a processor of its own and the kernel accounts for each.
#pragma once

#include "base/error.hpp"
#include "base/units.hpp"
#include "clock/time.hpp"
#include "dgram/address.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>

namespace wyn::bench {

// At the start of every datagram, in the byte order of the host: both ends are on it.
struct YardstickHeader {
    std::uint64_t sequence = 0; // from 0
    std::uint64_t sent_ns = 0;
};
static_assert(sizeof(YardstickHeader) == 16);

// The sequence number that says: no more.
inline constexpr std::uint64_t end_of_flow = std::numeric_limits<std::uint64_t>::max();

enum class Pacing : std::uint8_t {
    sleep,   // until the datagram is due
    precise, // until a little before, then turn until it is due
};

struct SendPlan {
    dgram::Endpoint to;
    std::size_t datagram_bytes = 1472;
    bool segmentation = true; // as many datagrams as fit into one call; else one
    BitRate rate{0};          // payload; 0: as fast as it can, else single datagrams
    Pacing pacing = Pacing::sleep;
    Duration duration = 2s;
};
Result<nlohmann::ordered_json> send_flow(const SendPlan& plan);

struct ReceivePlan {
    dgram::Endpoint at;
    bool coalescing = true;
    Duration longest = 60s; // gives up after it
};
// Prints a line when it can receive; returns after the end of the flow.
Result<nlohmann::ordered_json> receive_flow(const ReceivePlan& plan);

// As many sockets, on as many ports from `at` on, as there are clients.
struct EchoPlan {
    dgram::Endpoint at;
    std::size_t sockets = 200;
    Duration longest = 60s;
};
// Prints a line when it can receive; sends everything back for so long.
Result<nlohmann::ordered_json> echo_all(const EchoPlan& plan);

struct AskPlan {
    dgram::Endpoint of;
    std::size_t sockets = 200;
    Duration interval = 10ms; // between two datagrams of a socket, whole milliseconds
    Duration duration = 2s;
};
// Sends and counts what comes back.
Result<nlohmann::ordered_json> ask_all(const AskPlan& plan);

} // namespace wyn::bench
