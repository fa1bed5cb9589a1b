// Everything that latency probes tell, of a stream of any length in fixed memory (about a
// megabyte): round trips, both one-way delays, loss, reordering, duplicates, and what the hosts
// themselves added.
//
// A probe is taken once its fate is settled, in the order of its number. What is asked is answered
// at any time, for all of it or for the interval since the last question.
#pragma once

#include "stats/histogram.hpp"
#include "stats/host_noise.hpp"
#include "stats/latency_events.hpp"
#include "stats/loss_pattern.hpp"
#include "stats/one_way_delays.hpp"
#include "stats/probe_record.hpp"
#include "stats/reordering.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace wyn::stats {

// What became of probes: sent = returned + lost_up + lost_down + lost_unknown.
struct ProbeTally {
    std::uint64_t sent = 0;
    std::uint64_t returned = 0;
    std::uint64_t lost_up = 0;   // never reached the server
    std::uint64_t lost_down = 0; // their echo did not come back
    std::uint64_t lost_unknown = 0;
    std::uint64_t duplicated = 0;  // of the returned: echoes that came more than once (RFC 5560)
    std::uint64_t copies = 0;      // how often they came too often
    std::uint64_t implausible = 0; // of the returned: with times that cannot be; no part of `rtt`
    Histogram rtt;

    std::uint64_t lost() const noexcept { return lost_up + lost_down + lost_unknown; }
};

// How many of the returned probes' times are the kernel's.
struct StampCounts {
    std::uint64_t probes = 0;
    std::uint64_t sent = 0;         // T1
    std::uint64_t far_received = 0; // T2
    std::uint64_t far_sent = 0;     // T3
    std::uint64_t received = 0;     // T4
};

struct LatencySummary {
    ProbeTally probes;
    std::optional<Duration> newest_rtt;
    LossPattern round_trip; // of all probes
    LossPattern up;         // of all
    LossPattern down;       // of those that reached the server
    std::uint64_t outages = 0;
    Duration longest_outage{};
    ReorderingCounts reordering_up;   // by T2
    ReorderingCounts reordering_down; // of T4 against T3
    OneWayPicture one_way;
    std::uint64_t delay_shifts = 0;
    HostNoise host;
    StampCounts stamps;
};

// Of one stretch of the measurement, by the times at which probes were sent.
struct LatencyInterval {
    MonoTime from{};
    MonoTime until{};
    ProbeTally probes;
};

class LatencyAnalysis {
public:
    // The next probe; one that is still pending is ignored. Adds what happened with it to `events`.
    void record(const ProbeRecord& probe, std::vector<LatencyEvent>& events);
    // No probe follows: a run of losses that is still open ends here.
    void finish(std::vector<LatencyEvent>& events);

    LatencySummary summary() const;
    // What was recorded since the last call; nothing when there was no probe.
    std::optional<LatencyInterval> take_interval();
    // For how the newest values depend on one another.
    OneWayDelays::Series newest() const { return one_way_.newest(); }

private:
    void record_loss(const ProbeRecord& probe, std::vector<LatencyEvent>& events);
    void record_return(const ProbeRecord& probe, std::vector<LatencyEvent>& events);
    void record_order(const ProbeRecord& probe, std::vector<LatencyEvent>& events);
    void record_delays(const ProbeRecord& probe, std::vector<LatencyEvent>& events);
    void count_stamps(const ProbeRecord& probe) noexcept;

    ProbeTally all_;
    std::optional<LatencyInterval> interval_;
    std::optional<Duration> newest_rtt_;
    LossPattern round_trip_;
    LossPattern up_;
    LossPattern down_;
    LossRunWatch runs_;
    Reordering order_up_;
    Reordering order_down_;
    OneWayDelays one_way_;
    DelayStepWatch level_;
    std::uint64_t delay_shifts_ = 0;
    HostNoise host_;
    StampCounts stamps_;
};

} // namespace wyn::stats
