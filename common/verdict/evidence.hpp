// What a probe has to go by when it says why its result is what it is. Every figure may be missing:
// unknown is unknown, and no rule takes it for 0. The rules are in rules.hpp; who fills this in is
// the process that measured.
#pragma once

#include "base/units.hpp"
#include "clock/time.hpp"
#include "verdict/load_latency.hpp"
#include "verdict/share.hpp"
#include "wire/message.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wyn::verdict {

// Whether the rate of a load was looked for, was given, or was what the sending host could do.
enum class LoadKind : std::uint8_t { searched, fixed, unpaced };

// What a search says about its own result.
enum class CapacityWord : std::uint8_t {
    ok,               // the path was full, and the interval is narrow
    two_rate,         // a token bucket: a higher rate until it was empty
    unstable,         // the path was full, and the rate varies
    lower_bound,      // nothing showed that more would not fit
    sender_limited,   // the sending host was not fast enough
    receiver_limited, // the receiving host was not
    host_stalled,     // a host stood still too often to be sure
};

struct Capacity {
    CapacityWord word = CapacityWord::lower_bound;
    BitRate ip{0};
    std::optional<BitRate> half_width; // of its 95 % confidence interval
    std::optional<BitRate> burst;      // IP rate until the token bucket was empty
    std::optional<std::uint64_t> bucket_bytes;
    std::optional<double> excess_loss; // share lost while the path was full, beyond the floor
    std::optional<double> loss_floor;  // share lost while it was not
};

// One end of a load, for as long as it ran.
struct Host {
    std::optional<double> thread_busy; // share of a core, of the busiest thread that it runs in
    // Share of its time for which that thread was ready to run and had no core.
    std::optional<double> thread_kept_waiting;
    std::optional<double> core_busy; // share, of the core that has most to do
    std::optional<double> steal;     // share of its time that a virtual machine did not get
    // Of the whole host, whoever else uses it.
    std::optional<std::uint64_t> queue_drops;   // of its queueing disciplines
    std::optional<std::uint64_t> device_drops;  // of the device that the load goes through
    std::optional<std::uint64_t> backlog_drops; // of what had come and found no time (softnet)
    std::optional<BitRate> link_speed;          // of that device
};

// Datagrams that left with one traffic class (DSCP and ECN) and arrived with another, or the same.
struct Mark {
    std::uint8_t sent = 0;
    std::uint8_t received = 0;
    std::uint64_t packets = 0;
};
constexpr unsigned dscp_of(std::uint8_t traffic_class) {
    return traffic_class >> 2;
}
// RFC 3168, section 5: 0 not ECN-capable, 1 ECT(1), 2 ECT(0), 3 congestion experienced.
constexpr unsigned ecn_of(std::uint8_t traffic_class) {
    return traffic_class & 3;
}
inline constexpr unsigned congestion_experienced = 3;

struct PathMtu {
    std::uint32_t bytes = 0;                  // of the largest IP packet that gets through
    std::optional<std::uint32_t> tried_bytes; // the largest that was tried
    std::optional<bool> icmp_heard;           // of a router that would not forward one
    std::optional<std::uint32_t> vanished;    // larger ones without any answer
};

// The load in one direction.
struct Load {
    wire::Direction direction = wire::Direction::down;
    LoadKind kind = LoadKind::searched;
    bool complete = false; // it ran for as long as it was meant to

    std::optional<BitRate> payload; // as it arrived, at three layers
    std::optional<BitRate> ip;
    std::optional<BitRate> wire;
    std::optional<BitRate> offered; // payload, mean of what left the sender
    std::optional<BitRate> granted; // payload, by the server; none: no limit
    std::optional<Capacity> capacity;
    std::optional<wire::LimitedBy> limited_by;

    // Datagrams: offered = received + path_lost + refused + socket_drops. `skipped` were due and
    // never offered.
    std::optional<std::uint64_t> packets_offered;
    std::optional<std::uint64_t> received;
    std::optional<std::uint64_t> path_lost;
    std::optional<std::uint64_t> refused;      // by the sender's stack
    std::optional<std::uint64_t> socket_drops; // of the receiver's full socket
    std::optional<std::uint64_t> skipped;
    // Lost by the path at a rate far below and near its capacity, and of probes without load.
    std::optional<Share> low_rate_loss;
    std::optional<Share> high_rate_loss;
    std::optional<Share> idle_loss;

    std::optional<LoadLatency> latency; // of others beside it, or beside the overload after it
    // What did not get through of that overload; nothing: there was none.
    std::optional<Share> overload_loss;
    std::optional<Duration> in_band; // by how much it delays itself
    std::optional<LoadLatency> then; // of others at that time; nothing: `latency` is

    std::optional<wire::Pacing> pacing;
    std::optional<Duration> lateness_p99; // how much later than their times trains left
    std::optional<std::uint64_t> receive_buffer_bytes; // of the receiver's socket, as it counts
    std::optional<std::uint64_t> wanted_buffer_bytes;  // likewise
    Host sender;
    Host receiver;

    std::optional<std::vector<Mark>> marks;
    std::optional<PathMtu> mtu;
    std::optional<unsigned> hops;
};

// Of one probe.
struct Evidence {
    std::optional<Duration> idle_rtt; // median
    std::optional<Load> down;
    std::optional<Load> up;
    // On the server while our loads ran, without us.
    std::optional<std::uint32_t> other_sessions; // at rest or not
    std::optional<std::uint32_t> other_loads;    // with a load of their own
    std::optional<std::uint32_t> clock_steps;    // of either host's wall clock
};

} // namespace wyn::verdict
