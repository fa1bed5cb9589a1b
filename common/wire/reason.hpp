// The one list of reasons. Every refusal, every dropped datagram and every end of a session or test
// has one of these; counters, journal, JSON and man pages take name and sentence from here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wyn::wire {

// Why the server did not give a session. The numbers travel in REFUSE and are never reused.
enum class Refusal : std::uint16_t {
    busy = 1,        // `have` of `limit` sessions are running
    per_address = 2, // `have` of `limit` sessions run from the client's address
    rate_budget = 3, // `have` bit/s are left, `limit` is the server's total
    unsupported = 5, // `detail` is the type of a critical extension that the server does not know
    version = 6,     // no protocol version in common; the message names the server's range
    not_authorised = 7, // key unknown, tag wrong or key expired: one answer for all three
    shutting_down = 8,
    anonymous = 9,  // a key is needed: the server demands one, or the address is a global one
    no_ports = 10,  // fewer than three ports of the configured ranges are free
    no_worker = 11, // the host gave the server no process or thread
};

// Why a session or a test came to its end. The numbers travel in CLOSE, READY and REPORT.
enum class End : std::uint16_t {
    none = 0,          // has not ended
    completed = 1,     // the planned time or volume is over
    stopped = 2,       // the other side asked for it before its time
    peer_silent = 3,   // nothing accepted from the peer for the idle time
    half_open = 4,     // not all three ports were confirmed within the half-open time
    no_feedback = 5,   // the sender heard no feedback for 2 s and stopped
    rate_exceeded = 6, // the peer sent more than it was granted
    volume_used = 7,   // the session's volume is used up
    worker_failed = 8, // the process or thread that ran the session died or hung
    shutting_down = 9,
    no_bulk = 10,     // nothing of the announced load arrived
    protocol = 11,    // the peer sent what the protocol forbids
    local_error = 12, // the host's network stack refused to send
    interrupted = 13, // the user ended it
    not_granted = 14, // the request was outside of what the server allows
    too_long = 15,    // the load's datagrams do not fit the path
    by_operator = 16, // the server's operator ended it
};

// Why a datagram was dropped without an answer.
enum class Drop : std::uint8_t {
    length,       // not the length of its type, or not the length that it claims
    magic,        // not of this protocol
    version,      // of a version that was not agreed
    type,         // unknown type, or a type that has no business on this port
    value,        // a field outside its range
    extension,    // malformed, repeated or too many extensions
    source,       // from an address or port that may not talk to this one
    cookie_bad,   // a cookie that we never gave to this address and port
    cookie_stale, // a cookie of ours that is too old
    session,      // another session's id
    tag,          // authentication failed
    replayed,     // a counter that was seen before or is too old
    unexpected,   // valid, but nothing waits for it now
    limit,        // answered too often already
};
inline constexpr std::size_t drop_reasons = 14;

// One word, the same in journal, JSON and documentation: "busy", "peer_silent", "cookie_bad".
std::string_view name(Refusal refusal);
std::string_view name(End end);
std::string_view name(Drop drop);

// For a human, without numbers: "the session's volume is used up".
std::string_view sentence(End end);

// From the wire: nothing for a number that this version does not know.
std::optional<Refusal> refusal_from(std::uint16_t number);
std::optional<End> end_from(std::uint16_t number);

// Counts of dropped datagrams by reason.
struct DropCounts {
    std::array<std::uint64_t, drop_reasons> by_reason{};

    void count(Drop drop, std::uint64_t datagrams = 1) {
        by_reason[static_cast<std::size_t>(drop)] += datagrams;
    }
    std::uint64_t of(Drop drop) const { return by_reason[static_cast<std::size_t>(drop)]; }
    std::uint64_t total() const;
    DropCounts& operator+=(const DropCounts& other);
};

} // namespace wyn::wire
