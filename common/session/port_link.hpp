// What a connection and its three ports say to each other. Every record is trivially copyable, so
// it passes unchanged through a function call (simulation), a socket pair between threads, or one
// between processes of the same image.
#pragma once

#include "crypto/keys.hpp"
#include "dgram/address.hpp"
#include "dgram/traffic_class.hpp"
#include "measure/mtu_search.hpp"
#include "session/terms.hpp"
#include "stats/probe_record.hpp"
#include "wire/message.hpp"

#include <optional>
#include <type_traits>
#include <variant>

namespace wyn::session {

enum class Side : std::uint8_t { client, server };
enum class PortRole : std::uint8_t { control, upload, download };
inline constexpr std::array port_roles{PortRole::control, PortRole::upload, PortRole::download};
std::string_view name(PortRole role);

// What both sides ask their kernels for as the receive buffer of a port. A kernel counts twice what
// it was asked for, and may grant less (net.core.rmem_max).
inline constexpr std::size_t wanted_receive_buffer = 16 * 1024 * 1024;

// How a port's loop waits; the configuration keys of the same names.
struct Tuning {
    std::optional<Duration> incoming_blocking_level; // unset: until the next deadline
    Duration incoming_sleep{};
    Duration max_send_time = 500us;
    Duration send_sleep{};
};

// The first order to a port: what it is.
struct PortSetup {
    Side side = Side::server;
    PortRole role = PortRole::control;
    std::uint64_t session = 0;
    crypto::PortKeys keys;
    // The client's peer is the server's port. The server knows the address of its client, not yet
    // the port (0); only this address may prove itself.
    dgram::Endpoint peer;
    bool lent_socket = false; // it serves others afterwards, and is not to be connected
    Terms terms;
    Tuning tuning;
    Duration snapshot_interval = 250ms; // while it has something to do
    // Longest time without a snapshot, for an owner who would take silence for death; none: a port
    // in its owner's own loop does not need to say that it lives.
    Duration sign_of_life = Duration::max();
};

// Load this way or that, for one test.
struct BeginSending {
    std::uint32_t test = 0;
    wire::Search search = wire::Search::fixed;
    BitRate rate{0};    // wanted; fixed: the rate (payload), else the ceiling, 0: none
    BitRate granted{0}; // the most that the server allows, 0: no limit
    Duration duration{};
    std::uint16_t datagram_bytes = 0;
    std::uint64_t volume_bytes = 0; // payload left in the session, 0: no limit
    std::uint64_t budget_bytes = 0; // of IP that the load may take, 0: no limit
    Duration sustained{};           // see wire::Start
    wire::Pacing pacing = wire::Pacing::sleep;
    bool offload = true; // see wire::Start
    dgram::TrafficClass traffic_class;
};
struct BeginReceiving {
    std::uint32_t test = 0;
    BitRate granted{0};             // more than 1.2 times this for a second ends the test; 0: none
    std::uint64_t volume_bytes = 0; // 0: no limit
    wire::Search search = wire::Search::fixed;
    Duration rtt{};      // of the path, as far as it is known
    bool offload = true; // see wire::Start
};
struct EndTest {
    std::uint32_t test = 0;
    wire::End end = wire::End::stopped;
};
// When probes leave.
enum class ProbeTiming : std::uint8_t {
    periodic, // at equal intervals from a random phase on (RFC 3432)
    poisson,  // at exponential ones, of 5 means at most (RFC 2330, section 11.1)
};
// No server need answer more, so nobody sends more: see LatencyAnswerer.
inline constexpr Duration shortest_probe_interval = 500us;

// Client's control port: send probes. Of a new order everything holds from now on; numbers go on.
struct SetProbing {
    Duration interval{}; // from shortest_probe_interval, the mean; zero: stop
    ProbeTiming timing = ProbeTiming::periodic;
    std::uint64_t seed = 0;                             // of the schedule's chance
    std::uint16_t payload_bytes = wire::shortest_probe; // ..longest_probe
    std::uint8_t dscp = 0;                              // 0..63; the echoes' too
    bool stamp_echoes = true;      // the server is to find out when each echo left its kernel
    std::uint32_t most_probes = 0; // then stop; 0: no end
    Duration most_time{};          // "; zero: no end
    // How long an echo is waited for (RFC 7680's Tmax): three of the longest round trips, within
    // these bounds. Before the first has come back it is this one.
    Duration known_rtt{};
    Duration shortest_wait = 2s;
    Duration longest_wait = 10s;
    bool unanswered = false; // with a stop: the server is gone, and nothing more will be told
};

// Client's control port: find out how large packets may be.
struct FindPathMtu {
    std::uint16_t ceiling = 0; // the largest that is worth knowing, with IP and UDP headers
};

// The messages of the control port that concern the connection.
using ControlBody =
    std::variant<wire::Start, wire::Ready, wire::Stop, wire::Report, wire::Close, wire::Closed>;
struct SendControl {
    ControlBody body;
};

using PortOrder = std::variant<PortSetup, BeginSending, BeginReceiving, EndTest, SetProbing,
                               FindPathMtu, SendControl>;

// The path of this port is proven (server) or answers (client).
struct PortValid {
    dgram::Endpoint peer;
    Duration rtt{};
};
struct ControlArrived {
    ControlBody body;
};
// The port's half of a test is over; the record is final.
struct TestEnded {
    std::uint32_t test = 0;
    wire::End end = wire::End::none;
    wire::SenderRecord sent;
    wire::CapacityRecord capacity; // a searching sender's
    wire::ReceiverRecord received;
};
// The server's receiving port: the peer does what it was not granted.
struct GrantBroken {
    wire::End end = wire::End::rate_exceeded; // or volume_used
};
// The largest IP packet that passes in one direction.
struct PathMtu {
    std::uint16_t bytes = 0;                  // 0: not known
    std::optional<measure::MtuLimit> limit{}; // why no larger ones; nothing: not found out
    std::uint32_t vanished = 0; // of those that are one byte longer, in a row; 0: not known
    bool operator==(const PathMtu&) const = default;
};
// The answer to FindPathMtu.
struct PathMtuFound {
    PathMtu up;
    PathMtu down;
    bool operator==(const PathMtuFound&) const = default;
};
// Nothing was accepted from the peer for the idle time.
struct PortSilent {};

// Of all probes of a session. A probe that was sent and is in none of the four fates is under way.
struct LatencyCounts {
    std::uint32_t sent = 0;
    std::uint32_t returned = 0;
    std::uint32_t lost_there = 0;
    std::uint32_t lost_back = 0;
    std::uint32_t lost = 0;    // on a way that nobody knows
    std::uint32_t skipped = 0; // times in the schedule that passed unused: this host was too late
    std::uint32_t refused = 0; // times at which this host's stack took nothing
    std::uint32_t late = 0;    // echoes of probes that were taken for lost
    // First copies behind one that had left after them (RFC 4737), and further copies (RFC 5560).
    std::uint32_t reordered_there = 0;
    std::uint32_t reordered_back = 0;
    std::uint32_t duplicates_there = 0;
    std::uint32_t duplicates_back = 0;
    // Arrivals whose DSCP was another one than that with which they left.
    std::uint32_t remarked_there = 0;
    std::uint32_t remarked_back = 0;
    // Of those that returned: times that are not the kernel's although they were meant to be.
    std::uint32_t unstamped_sent = 0;         // T1
    std::uint32_t unstamped_far_received = 0; // T2
    std::uint32_t unstamped_far_sent = 0;     // T3
    std::uint32_t unstamped_received = 0;     // T4
    std::uint64_t socket_drops = 0;           // datagrams that our own socket had no room for
};
// Probes whose fate is settled since the last such news, in the order of their numbers, without a
// gap.
struct LatencyNews {
    static constexpr std::size_t most_records = 8;
    LatencyCounts counts;
    ClockState far_clock; // the server's, by its newest echo
    bool far_clock_known = false;
    bool over = false; // no more will be sent, and nothing is under way
    std::uint8_t count = 0;
    std::array<stats::ProbeRecord, most_records> records{};

    std::span<const stats::ProbeRecord> settled() const { return std::span{records}.first(count); }
};

// Everything countable, cumulative; on a timer, so that none of it depends on any one arriving. It
// is also the worker's sign of life.
struct PortSnapshot {
    PortRole role = PortRole::control;
    wire::DropCounts drops;
    std::uint64_t datagrams_in = 0; // accepted ones of ours
    std::uint64_t bytes_in = 0;
    std::uint64_t datagrams_out = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t messages_in = 0; // of these, all but bulk
    std::uint64_t message_bytes_in = 0;
    std::uint64_t messages_out = 0;
    std::uint64_t message_bytes_out = 0;
    int network_error = 0;         // errno of the newest ICMP or local error, 0: none
    Duration rtt{};                // newest of the heartbeat; zero: none yet
    bool departure_stamps = false; // the kernel stamps departures for the probes of this port
    std::uint32_t test = 0;        // the newest test on this port
    bool running = false;
    BitRate offered{0}; // by the sender, now
    wire::SenderRecord sent;
    wire::ReceiverRecord received; // a sender's: as the newest feedback tells
};

using PortNews = std::variant<PortValid, ControlArrived, TestEnded, GrantBroken, PathMtuFound,
                              PortSilent, LatencyNews, PortSnapshot>;

static_assert(std::is_trivially_copyable_v<PortOrder>);
static_assert(std::is_trivially_copyable_v<PortNews>);

} // namespace wyn::session
