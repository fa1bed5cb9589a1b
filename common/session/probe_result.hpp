// What a probe found out, as values: the client's connection fills it, reports print it.
#pragma once

#include "session/port_link.hpp"
#include "stats/delay_series.hpp"
#include "stats/histogram.hpp"
#include "stats/rate_series.hpp"

#include <optional>
#include <vector>

namespace wyn::session {

// A latency flow during one phase: the probes that were sent in it.
struct LatencyResult {
    stats::Histogram rtt;
    stats::DelaySeries series{50ms}; // of the same round trips, by when their probes were sent
    std::uint64_t probes_sent = 0;
    std::uint64_t probes_arrived = 0; // at the server, as far as that is known
    std::uint64_t echoes_received = 0;
    std::uint64_t lost_unknown = 0;   // neither: on which way they were lost nobody knows
    std::uint64_t stamps_missing = 0; // round trips of which a time is not the kernel's
};

// One direction's load. Truth comes from `received`, the receiver's record.
struct DirectionResult {
    wire::Direction direction = wire::Direction::down;
    wire::Search search = wire::Search::fixed;
    BitRate asked{0};                 // payload; 0: as much as there is
    BitRate granted{0};               // payload ceiling that the server set, 0: none
    std::uint16_t datagram_bytes = 0; // granted
    Duration duration{};              // granted
    std::uint32_t header_bytes = 28;  // of IP and UDP
    // What a search for the capacity has found; what our own latency flow and control messages took
    // of it beside the load counts as well.
    wire::CapacityRecord capacity;
    wire::SenderRecord sent;
    bool sent_known = false;     // false: the server could not tell any more what it sent
    bool received_known = false; // false: the server could not tell any more what it received
    // False: the two records are of different moments, and what lies between them is not lost.
    bool records_match = true;
    wire::ReceiverRecord received;
    wire::End end = wire::End::none;
    wire::ServerLoad server; // while the test ran
    LatencyResult loaded;
    stats::RateSeries series{100ms}; // payload as the receiver saw it

    // sent - received, of what the stack took, never negative; nothing when either is not known.
    std::optional<std::uint64_t> lost_on_the_way() const;
    // Of those, what reached the receiving host and was dropped by the full socket.
    std::uint64_t lost_in_receiver_socket() const;

    // Where everything that was offered has gone: offered = received + total, and total is the sum
    // of the other three. Nothing when a record is missing, or when the two contradict each other.
    struct Losses {
        std::uint64_t total = 0;
        std::uint64_t path = 0;
        std::uint64_t sender_host = 0; // refused by the sender's stack
        std::uint64_t receiver_socket = 0;
    };
    std::optional<Losses> losses() const;
    // Of what the path has lost, how much may have been lost in either host, outside of its socket,
    // at most: its kernel counts drops of all that uses the same device, and a train as one.
    // Nothing where the kernel does not tell.
    std::optional<std::uint64_t> perhaps_in_sender_host() const;
    std::optional<std::uint64_t> perhaps_in_receiver_host() const;

    struct Rates {
        BitRate payload{0};
        BitRate ip{0};   // plus IP and UDP headers
        BitRate wire{0}; // plus Ethernet: 14 header, 4 check sequence, 20 preamble and gap
        Duration span{}; // over which it was measured
    };
    // S3 reports the capacity that it has found, a search of RFC 9097 its best whole second
    // (section 6.3), any other load, or without any of these, the mean from the first to the last
    // arrival. Nothing when too little arrived to measure a rate.
    std::optional<Rates> rates() const;
    // Whether that is the capacity, or the best whole second.
    bool reports_capacity() const { return capacity.verdict != wire::CapacityVerdict::none; }
    bool reports_best_second() const;

private:
    Rates rates_of_capacity() const;
};

// A load after the search of its direction, at a share of the capacity that it found.
struct FollowUp {
    double share = 0; // 1: all of it
    DirectionResult load;
};
// Half of it shows what is lost though the path is not full.
inline constexpr double half_share = 0.5;
// One and a half is a load that heeds nothing, as TCP's is until something is lost: within half a
// second it makes a queue of a quarter of a second, where there is room for it.
inline constexpr double overload_share = 1.5;

struct ProbeResult {
    wire::End end = wire::End::none;  // completed: everything that was asked for was done
    std::optional<PathMtuFound> path; // looked for once, before all else
    std::optional<LatencyResult> idle;
    std::optional<DirectionResult> down;
    std::optional<DirectionResult> up;
    std::vector<FollowUp> follow_ups; // in the order in which they were loaded
    Terms terms;
    std::array<bool, 3> port_reached{};       // by PortRole
    std::optional<std::uint32_t> clock_steps; // of either host's wall clock, while it was probed
    int network_error = 0;                    // errno of the newest ICMP error on a port, 0: none
    std::uint64_t bytes_used = 0;             // of IP, both directions, everything

    // Null when there was none.
    const DirectionResult* follow_up(wire::Direction direction, double share) const;
    // Round trips beside this load, or beside the overload that followed it, where enough of them
    // came back for a median.
    const LatencyResult& beside(const DirectionResult& load) const;
};

} // namespace wyn::session
