// What the two sides of a load know of it when it is over, and say in REPORT: counts, times, the
// capacity that a search found, and what their hosts' kernels told. Layout and meaning of every
// field are in wire/layout.hpp.
#pragma once

#include "clock/time.hpp"
#include "wire/layout.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wyn::wire {

// How far the capacity can be relied on that a search (Search::s3) has found.
enum class CapacityVerdict : std::uint8_t {
    none = 0, // there was no such search, or it found nothing
    ok = 1,
    two_rate = 2,         // a token bucket: a higher rate until it was empty
    unstable = 3,         // the rate varies, or the time was too short for it to be sure
    lower_bound = 4,      // nothing showed that more would not fit
    sender_limited = 5,   // a lower bound: the sending host was not fast enough
    receiver_limited = 6, // a lower bound: the receiving socket overflowed
    host_stalled = 7,     // the sending host stood still too often to be sure
};
inline constexpr CapacityVerdict last_capacity_verdict = CapacityVerdict::host_stalled;
std::string_view name(CapacityVerdict verdict);
// Whether the path is known to have been full; what else was found is no more than a lower bound.
bool is_of_a_full_path(CapacityVerdict verdict);

// How a sender waits for the time of a train.
enum class Pacing : std::uint8_t {
    none = 0,    // it does not wait
    sleep = 1,   // in the kernel, until the train is due
    precise = 2, // in the kernel until shortly before, then spinning: costs up to a core
    kernel = 3,  // trains leave early with their time on them (SO_TXTIME), the qdisc waits
};
inline constexpr Pacing last_pacing = Pacing::kernel;
std::string_view name(Pacing pacing);

// What kept the sender below the rate that it wanted; the strongest that applied in the test.
enum class LimitedBy : std::uint8_t {
    nothing = 0,
    grant = 1,   // the server's rate limit
    breaker = 2, // more than half of the load was lost for long: RFC 8084 circuit breaker
    stack = 3,   // the host's stack refused or blocked
    volume = 4,  // the session's volume
    time = 5,    // a search that still went up at its end: the path may carry more
    host = 6,    // the host was not fast enough, or unpaced: the path may carry more
    budget = 7,  // the bytes that the user allows were used up
    silence = 8, // the load paused while no feedback came back
};
inline constexpr LimitedBy last_limit = LimitedBy::silence;
std::string_view name(LimitedBy limit);
// Of two that applied the one to report: what the breaker, a silence or the volume did matters more
// than a grant, and a grant more than a host that was a little slow.
LimitedBy stronger(LimitedBy one, LimitedBy other);

// How much later than their times in the schedule trains left. On the wire a value saturates at
// 4.29 s; what is not known (too few trains, no schedule) is absent.
struct SendLateness {
    std::optional<Duration> p50;
    std::optional<Duration> p99;
    std::optional<Duration> max;
    bool operator==(const SendLateness&) const = default;
};

// A share of a whole, in steps of 1/10,000.
struct Share {
    static constexpr std::uint16_t whole = 10'000;
    std::uint16_t parts = 0; // 0..whole

    // `part` of `all`, rounded, held between nothing and all of it; nothing of nothing.
    static Share of(double part, double all);
    double ratio() const { return static_cast<double>(parts) / whole; }
    bool operator==(const Share&) const = default;
};

// What a host's kernel told about the time of a load. All but the thread's own times is of the
// whole host, or of all that uses the same device: others may have had their part in it. What the
// kernel keeps to itself is absent.
struct HostRecord {
    std::optional<Share> thread_busy; // of the thread that moved the load, as long as it did
    // Of that time, for which it was ready to run and had no CPU.
    std::optional<Share> thread_kept_waiting;
    std::optional<Share> busiest_cpu;      // of all CPUs the one with most to do
    std::optional<Share> stolen;           // time of all CPUs that the hypervisor gave to others
    std::optional<std::uint64_t> link_bps; // speed of the device that leads to the peer
    std::optional<std::uint64_t> device_drops;        // sender: on the way out, receiver: in
    std::optional<std::uint64_t> qdisc_drops;         // of that device
    std::optional<std::uint64_t> qdisc_backlog_bytes; // when the load was over
    std::optional<std::uint64_t> udp_buffer_errors; // sender: SndbufErrors, receiver: RcvbufErrors
    std::optional<std::uint64_t> softnet_drops;     // of packets that had arrived
    std::optional<std::uint64_t> softnet_squeezes;  // times that the kernel had no time for more
    bool operator==(const HostRecord&) const = default;
};

// How much a server had to do at a time, at most, while a test ran.
struct ServerLoad {
    std::uint16_t sessions = 0; // open, this one included; 0: not known
    std::uint16_t loads = 0;    // running, this one included; 0: not known
    bool operator==(const ServerLoad&) const = default;
};

// What a sender knows of a test.
struct SenderRecord {
    std::uint64_t packets_accepted = 0;
    std::uint64_t payload_bytes = 0; // of these
    std::uint64_t packets_refused = 0;
    std::uint64_t packets_skipped = 0; // never offered: the host ran the sender too late
    std::uint64_t first_sent_ns = 0;
    std::uint64_t last_sent_ns = 0;
    LimitedBy limited_by = LimitedBy::nothing;
    Pacing pacing = Pacing::none;
    bool segmentation = false;      // its stack cut trains into datagrams (UDP_SEGMENT)
    std::uint8_t traffic_class = 0; // DSCP and ECN with which they left
    SendLateness lateness;
    HostRecord host;

    std::uint64_t offered() const { return packets_accepted + packets_refused; }

    bool operator==(const SenderRecord&) const = default;
};

// The capacity of the path (IP layer) as a search found it, and what shows that the path was full.
struct CapacityRecord {
    CapacityVerdict verdict = CapacityVerdict::none; // none: nothing else has a meaning
    std::uint64_t ip_bps = 0;
    std::uint64_t half_width_bps = 0; // of its 95 % confidence interval
    // The higher rate of a token bucket, until that was empty; 0: none was seen.
    std::uint64_t burst_bps = 0;
    std::uint64_t burst_half_width_bps = 0;
    std::uint64_t bucket_bytes = 0; // of IP
    std::uint64_t saturated_ns = 0; // what the rates are means of
    std::uint64_t saturated_bytes = 0;
    std::uint32_t offered_ppm = 0;     // to the path meanwhile, of 10^6 that arrived; 0: not known
    std::uint64_t queue_ns = 0;        // that the load kept in the path, on average
    std::uint64_t base_rtt_ns = 0;     // round trips of the load's own: the lowest,
    std::uint64_t loaded_rtt_ns = 0;   // and the mean while the path was full
    std::uint32_t excess_loss_ppb = 0; // lost while the path was full beyond the floor, of 10^9
    std::uint32_t loss_floor_ppb = 0;  // lost while it was not
    std::uint16_t datagram_bytes = 0;  // payload of those that it was measured with
    bool operator==(const CapacityRecord&) const = default;
};

// First copies of one traffic class.
struct ClassCount {
    std::uint8_t traffic_class = 0; // DSCP and ECN
    std::uint64_t packets = 0;
    bool operator==(const ClassCount&) const = default;
};

// What the path has written into the headers of first copies. Those whose class the receiver's
// kernel did not tell are in none of these counts.
struct Marks {
    std::array<ClassCount, most_classes> classes{}; // 0 packets: a place that is not used
    std::uint64_t other_classes = 0;                // packets of further classes
    std::uint64_t congested = 0;                    // packets with "congestion experienced", of any
    std::uint8_t lowest_ttl = 0;                    // 0: not known
    std::uint8_t highest_ttl = 0;

    bool operator==(const Marks&) const = default;
};

// What a receiver knows of a test: the truth about it.
struct ReceiverRecord {
    std::uint64_t packets = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t reordered = 0;
    std::uint64_t late = 0;
    std::uint64_t socket_drops = 0;
    std::uint64_t rejected = 0;
    std::uint64_t first_arrival_ns = 0;
    std::uint64_t last_arrival_ns = 0;
    // The best whole sub-interval of one second; no packets when the test was shorter.
    std::uint64_t best_packets = 0;
    std::uint64_t best_bytes = 0;
    std::uint64_t best_span_ns = 0;
    std::uint32_t best_index = 0;
    std::uint32_t stamps_missing = 0;
    bool coalescing = false;                // its stack joined datagrams to trains (UDP_GRO)
    std::uint16_t longest_train = 0;        // datagrams that arrived as one; 0: not known
    std::uint32_t receive_buffer_bytes = 0; // of the socket, as the kernel counts; 0: not known
    Marks marks;
    HostRecord host;
    bool operator==(const ReceiverRecord&) const = default;
};

enum class Role : std::uint8_t { sender = 1, receiver = 2 };

} // namespace wyn::wire
