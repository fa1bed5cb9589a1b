// One direction of a path as values: what the link does to packets, in the order in which it does
// it, and how that changes with time.
//
//   partition, MTU, hop limit -> policers -> loss -> copies -> queue -> serialisation -> loss after
//   -> corruption -> delay, jitter, reordering -> coalescing -> ECN and DSCP rewritten
//
// Chances are from 0 to 1 and drawn for each packet by itself.
#pragma once

#include "base/units.hpp"
#include "link/world_time.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace wyn::link {

// Filled at `rate` (of IP bits) up to `burst_bytes`, full at first. A policer drops what finds too
// few tokens; a shaper lets it wait.
struct TokenBucketSpec {
    BitRate rate;
    std::uint64_t burst_bytes = 0;
    bool operator==(const TokenBucketSpec&) const = default;
};

// Gilbert and Elliott's two states (Bell System Technical Journal, 1960 and 1963): chances for each
// packet to pass from the good into the bad state and back, and of being lost in the bad one.
struct Bursts {
    double enter = 0;
    double leave = 1;
    double loss = 1;
    bool operator==(const Bursts&) const = default;
};

enum class Discipline : std::uint8_t {
    tail_drop,
    red,      // Floyd and Jacobson 1993, gentle (Floyd 2000)
    codel,    // RFC 8289
    fq_codel, // RFC 8290
    pie,      // RFC 8033
};

constexpr std::string_view print(Discipline discipline) {
    switch (discipline) {
    case Discipline::tail_drop: return "tail_drop";
    case Discipline::red: return "red";
    case Discipline::codel: return "codel";
    case Discipline::fq_codel: return "fq_codel";
    case Discipline::pie: return "pie";
    }
    return "unknown";
}

struct RedSpec {
    std::uint64_t min_bytes = 30'000; // of the averaged queue: below it nothing is dropped
    std::uint64_t max_bytes = 90'000; // here `max_chance` of the packets are
    double max_chance = 0.1;
    double weight = 0.002; // of the newest length in the average
    bool operator==(const RedSpec&) const = default;
};

struct QueueSpec {
    Discipline discipline = Discipline::tail_drop;
    // The most that waits, without the one that is being sent.
    std::uint64_t bytes = 256 * 1024;
    std::uint64_t packets = std::numeric_limits<std::uint64_t>::max();
    bool ecn = false; // AQM sets CE on packets that can bear it instead of dropping them
    RedSpec red;
    // Of CoDel and FQ-CoDel (RFC 8289, section 4), and the reference delay of PIE, whose default
    // is another one (RFC 8033, section 4.2).
    Duration target = 5ms;
    Duration interval = 100ms;
    std::uint32_t quantum = 1514;     // bytes a flow sends in its turn (RFC 8290, section 5.2)
    std::uint32_t flow_queues = 1024; // that flows are spread over by a hash
    bool operator==(const QueueSpec&) const = default;
};

// The rate times a random factor with mean 1 and standard deviation `sigma`, the exponential of an
// Ornstein-Uhlenbeck process: what a cellular link's scheduler and its radio do to a flow.
struct Fluctuation {
    double sigma = 0;
    Duration correlation_time = 200ms;
    bool operator==(const Fluctuation&) const = default;
};

// Traffic of others that comes and goes and takes its share of the rate as long as it is there;
// both phases last exponentially distributed times with these means.
struct CrossTraffic {
    double share = 0;
    Duration on = 200ms;
    Duration off = 200ms;
    bool operator==(const CrossTraffic&) const = default;
};

enum class JitterShape : std::uint8_t { uniform, normal, exponential };

constexpr std::string_view print(JitterShape shape) {
    switch (shape) {
    case JitterShape::uniform: return "uniform";
    case JitterShape::normal: return "normal";
    case JitterShape::exponential: return "exponential";
    }
    return "unknown";
}

// On top of the delay. Uniform: from 0 to `amount`. Normal: with `amount` as mean and a third of it
// as standard deviation, never below 0. Exponential: with `amount` as mean.
struct Jitter {
    Duration amount{};
    JitterShape shape = JitterShape::uniform;
    bool keeps_order = true; // one packet does not overtake another
    Duration every{}; // one draw for all that leave the queue within such a time; 0: for each
    bool operator==(const Jitter&) const = default;
};

// Holds packets back, by chance or every n-th, until `packets` others have overtaken them, at most
// for `time`; when `packets` is 0, for just that time.
struct Reordering {
    double chance = 0;
    std::uint64_t every = 0;
    std::uint64_t packets = 0;
    Duration time = 100ms;
    bool operator==(const Reordering&) const = default;
};

struct LinkSpec {
    bool partitioned = false;
    std::uint32_t mtu = 65535; // of the IP layer
    bool icmp_too_big = false; // whoever carries the packets answers those that are
    std::uint8_t hops = 0;     // that the hop limit loses

    std::vector<TokenBucketSpec> policers;
    double loss = 0;
    Bursts bursts;
    std::vector<std::uint64_t> lose; // the numbers of packets, from 1
    double duplicate = 0;

    QueueSpec queue;
    BitRate rate{0};                  // of IP bits and `overhead_bytes`; 0: no limit
    std::uint32_t overhead_bytes = 0; // that a packet takes on the line on top of its own
    Fluctuation fluctuation;
    CrossTraffic cross_traffic;
    // Holds the line to this rate as soon as its bucket is empty. A line of R with a bucket of b
    // bits filled at r sends b / (1 - r/R) bits at R, and then at r: "turbo" products.
    std::optional<TokenBucketSpec> shaper;
    // What the line could have sent in each such time leaves at its end, at once, as in Wi-Fi's
    // aggregates; 0: packets leave one by one.
    Duration batch{};

    double loss_after = 0;
    double corrupt = 0;
    Duration delay{};
    Jitter jitter;
    Reordering reordering;
    Duration coalescing{}; // packets come out at multiples of this time only, 0: at any time
    double bleach_ecn = 0; // chance that ECN is set to Not-ECT
    double mark_ecn = 0;   // chance that CE is set where ECT was
    std::optional<std::uint8_t> dscp; // that all packets get

    bool operator==(const LinkSpec&) const = default;
};

// From this time on the link is another one.
struct Change {
    WorldTime at{};
    LinkSpec link;
    bool operator==(const Change&) const = default;
};

struct Direction {
    LinkSpec link;
    std::vector<Change> schedule; // in the order of time; the discipline of the queue stays
    bool operator==(const Direction&) const = default;
};

} // namespace wyn::link
