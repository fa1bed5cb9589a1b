// The messages in native types: what decode() gives and encode() takes. Layout and meaning of every
// field are in wire/layout.hpp; the ranges that decode() enforces are given here.
#pragma once

#include "clock/clock_state.hpp"
#include "wire/layout.hpp"
#include "wire/reason.hpp"
#include "wire/received_map.hpp"
#include "wire/record.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace wyn::wire {

enum class Direction : std::uint8_t { up = 1, down = 2 };
std::string_view name(Direction direction);

// How the sender chooses its rate.
enum class Search : std::uint8_t {
    fixed = 0,
    type_b = 1,
    unpaced = 2, // no schedule: as fast as the sending host can, up to what is granted
    type_c = 3,
    s3 = 4, // sequential saturated-slope: ends as soon as it is sure
};
inline constexpr Search last_search = Search::s3;
std::string_view name(Search search);

// Types and values of unknown extensions, kept so that a message can be encoded again unchanged.
struct Extensions {
    std::uint16_t bytes = 0;
    std::array<std::uint8_t, 408> raw{};

    // Appends one; false when it does not fit into `room` bytes, its type is there already, or
    // there are most_extensions. Bit 15 of the type marks it critical: a peer that does not know it
    // must refuse.
    bool add(std::uint16_t type, std::span<const std::uint8_t> value, std::size_t room);
    // The first critical type, or 0. Version 1 knows no extension, so any critical one is unknown.
    std::uint16_t first_critical() const;

    bool operator==(const Extensions& other) const {
        return std::ranges::equal(used(), other.used());
    }

private:
    std::span<const std::uint8_t> used() const { return {raw.data(), bytes}; }
    // Calls `see(type)` for each of them, in their order.
    template <typename See>
    void for_each(See see) const {
        for (std::size_t at = 0; at + 4 <= bytes;) {
            see(static_cast<std::uint16_t>(raw[at] << 8 | raw[at + 1]));
            at += 4 + static_cast<std::size_t>(raw[at + 2] << 8 | raw[at + 3]);
        }
    }
};

// As much of `text` as there is room for; what is not printable ASCII becomes "?".
ReleaseBytes release_from(std::string_view text);
// Empty: the server does not say.
std::string_view text_of(const ReleaseBytes& release);

struct Hello {
    std::uint8_t version_min = protocol_version;
    std::uint8_t version_max = protocol_version; // >= version_min
    std::uint32_t key_id = 0;
    Nonce nonce{};
    CookieBytes cookie{};
    std::uint64_t wish_rate_bps = 0;    // 0..highest_rate_bps
    std::uint32_t wish_duration_ms = 0; // 0..longest_test_ms
    Extensions extensions;
    Tag tag{};
    bool operator==(const Hello&) const = default;
};

struct Cookie {
    Nonce nonce{};
    CookieBytes cookie{};
    bool operator==(const Cookie&) const = default;
};

struct Assign {
    std::uint64_t session = 0; // not 0
    Nonce client_nonce{};
    Nonce server_nonce{};
    std::uint16_t control_port = 0; // each 1..65535
    std::uint16_t upload_port = 0;
    std::uint16_t download_port = 0;
    std::uint64_t max_rate_bps = 0; // 0..highest_rate_bps
    std::uint64_t max_volume_bytes = 0;
    std::uint32_t max_duration_ms = 0;    // 1..longest_test_ms
    std::uint16_t max_datagram_bytes = 0; // shortest_bulk..longest_bulk
    std::uint8_t version = protocol_version;
    std::uint32_t heartbeat_us = 0;         // 10,000..1,000,000
    std::uint32_t adjustment_delay_us = 0;  // 1,000..1,000,000
    std::uint32_t feedback_interval_us = 0; // 1,000..125,000
    std::uint32_t half_open_ms = 0;         // 500..30,000
    std::uint32_t idle_timeout_ms = 0;      // 1,000..60,000
    AddressBytes seen_address{};            // whence the HELLO came; to be shown only
    std::uint16_t seen_port = 0;
    ReleaseBytes release{}; // of the server's program
    Extensions extensions;
    Tag tag{};
    bool operator==(const Assign&) const = default;
};

struct Refuse {
    Nonce nonce{};
    Refusal code = Refusal::busy;
    std::uint8_t version_min = protocol_version;
    std::uint8_t version_max = protocol_version;
    std::uint32_t retry_after_ms = 0;
    std::uint64_t have = 0;
    std::uint64_t limit = 0;
    std::uint16_t detail = 0;
    Tag tag{};
    bool operator==(const Refuse&) const = default;
};

using HandshakeMessage = std::variant<Hello, Cookie, Assign, Refuse>;

struct Beat {
    std::uint8_t step = 0; // 0, 1 or 2: BEAT0, BEAT1, BEAT2
    std::uint32_t number = 0;
    bool confirmed = false; // BEAT1 only
    Nonce challenge{};
    Nonce echo{};
    std::uint64_t time_ns = 0;
    std::uint64_t held_ns = 0;
    bool operator==(const Beat&) const = default;
};

struct Start {
    std::uint32_t test = 0; // not 0
    Direction direction = Direction::down;
    Search search = Search::fixed;
    std::uint16_t datagram_bytes = 0; // shortest_bulk..longest_bulk
    std::uint64_t rate_bps = 0;       // 0..highest_rate_bps; not 0 when fixed
    std::uint32_t duration_ms = 0;    // 1..longest_test_ms
    Pacing pacing = Pacing::sleep;    // or precise
    bool offload = true;              // UDP_SEGMENT at the sender, UDP_GRO at the receiver
    std::uint8_t traffic_class = 0;   // DSCP and ECN of the load
    std::uint32_t sustained_ms = 0;   // 0..longest_test_ms; S3: how long the path is to be full
    std::uint64_t budget_bytes = 0;   // of IP that the load may take; 0: no such limit
    bool operator==(const Start&) const = default;
};

struct Ready {
    std::uint32_t test = 0;
    End end = End::none;
    std::uint16_t datagram_bytes = 0;
    std::uint64_t rate_bps = 0;
    std::uint32_t duration_ms = 0;
    bool operator==(const Ready&) const = default;
};

struct Stop {
    std::uint32_t test = 0;
    End end = End::completed;
    std::uint64_t packets_accepted = 0;
    std::uint64_t packets_refused = 0;
    bool operator==(const Stop&) const = default;
};

struct Report {
    std::uint32_t test = 0;
    End end = End::none;
    Role role = Role::sender;
    SenderRecord sent;       // only when the role is sender
    CapacityRecord capacity; // "
    ReceiverRecord received; // only when the role is receiver
    ServerLoad server;
    bool operator==(const Report&) const = default;
};

struct Probe {
    std::uint16_t length = shortest_probe; // of the message, shortest_probe..longest_probe
    std::uint32_t number = 0;
    bool stamp_echo = false; // the server is to find out when its echo left the kernel
    // Not a probe that is counted, but a question for what echoes could not tell: which of the
    // numbers below `number` have come.
    bool sweep = false;
    std::uint64_t sent_ns = 0;
    bool operator==(const Probe&) const = default;
};

// When earlier echoes left the server, after their sent_ns; of `number`, `number` - 1, ...;
// nothing: not known.
struct Followed {
    std::uint32_t number = 0;                                         // the newest one's
    std::array<std::optional<Duration>, most_followed> left_after;    // by the server's own clock
    std::array<std::optional<Duration>, most_followed> stamped_after; // by its kernel
    bool operator==(const Followed&) const = default;
};

struct Echo {
    std::uint16_t length = shortest_probe; // of the message: that of the probe
    std::uint32_t number = 0;
    bool kernel_stamp = false; // probe_received_ns is the kernel's
    bool stamped = false;      // later ones will tell the kernel's stamp of it, if all goes well
    std::uint8_t traffic_class = 0;
    std::uint64_t probe_sent_ns = 0;
    std::uint64_t probe_received_ns = 0;
    std::uint64_t sent_ns = 0;
    std::uint32_t received = 0; // first copies, modulo 2^32 as the next two
    std::uint32_t duplicates = 0;
    std::uint32_t reordered = 0;
    ReceivedMap map; // of map_bytes_in(length) bytes
    ClockState clock;
    Followed followed;
    bool operator==(const Echo&) const = default;
};

// What became of the wish for an answer of a certain length.
enum class SizeOutcome : std::uint8_t {
    as_asked = 0,
    refused = 1, // the server's own host does not send such long ones: the answer is short
    not_now = 2, // enough long ones for now: the answer is short
};
inline constexpr SizeOutcome last_size_outcome = SizeOutcome::not_now;

struct Size {
    std::uint32_t number = 0;
    std::uint16_t answer_bytes = shortest_sized; // shortest_sized..longest_bulk
    std::uint16_t length = shortest_size;        // of the message, ..longest_bulk
    bool operator==(const Size&) const = default;
};

struct Sized {
    std::uint32_t number = 0;
    std::uint16_t request_bytes = 0;
    SizeOutcome outcome = SizeOutcome::as_asked;
    std::uint16_t path_mtu = 0;            // 0: not known
    std::uint16_t length = shortest_sized; // of the message, ..longest_bulk
    bool operator==(const Sized&) const = default;
};

struct Close {
    End end = End::completed;
    bool operator==(const Close&) const = default;
};
struct Closed {
    End end = End::completed;
    bool operator==(const Closed&) const = default;
};

// One step as the receiver saw it. Only differences of arrival times have a meaning to the sender.
// Without initial values: a list of 64 would be written over for each message there is.
struct StepSeen {
    std::uint32_t id;
    std::uint64_t packets;          // saturates at 2^24 - 1 on the wire
    std::uint64_t first_arrival_ns; // receiver's clock
    std::uint64_t span_ns;          // saturates at 4.29 s on the wire
    bool receiver_dropped;
    Duration lowest_delay; // above Feedback::lowest_delay_ns
    Duration last_delay;
    bool operator==(const StepSeen&) const = default;
};

// The steps of one FEEDBACK, most_steps at most; their ids rise by one. A copy takes as long as
// what it holds: else every message, which may be any of them, would be moved about with 3.5 KiB.
class StepList {
public:
    // The arrays are filled as far as they are used.
    StepList() {} // NOLINT(*-pro-type-member-init,*-use-equals-default)
    StepList(const StepList& other) { *this = other; } // NOLINT(*-pro-type-member-init)
    StepList& operator=(const StepList& other) {
        size_ = other.size_;
        std::copy_n(other.steps_.begin(), size_, steps_.begin());
        return *this;
    }
    ~StepList() = default;

    // One more; false when there are most_steps already.
    bool add(const StepSeen& step) {
        if (size_ == most_steps) return false;
        steps_[size_++] = step;
        return true;
    }
    std::size_t size() const { return size_; }
    const StepSeen& operator[](std::size_t index) const { return all()[index]; }
    std::span<const StepSeen> all() const { return {steps_.data(), size_}; }
    bool operator==(const StepList& other) const { return std::ranges::equal(all(), other.all()); }

private:
    std::size_t size_ = 0;
    std::array<StepSeen, most_steps> steps_;
};

struct Feedback {
    std::uint32_t test = 0;
    std::uint64_t newest_sequence = 0;
    std::uint64_t newest_sent_ns = 0;
    std::uint32_t newest_step = 0;
    std::uint32_t newest_receipt = 0;
    std::uint64_t held_ns = 0;
    ReceiverRecord totals; // packets to last_arrival_ns and marks.congested; no more travels here
    std::int64_t lowest_delay_ns = 0;
    StepList steps;

    bool operator==(const Feedback&) const = default;
};

// Bytes of the whole datagram.
inline std::size_t length_of(const Feedback& feedback) {
    return sizeof(FeedbackLayout) + feedback.steps.all().size() * sizeof(StepLayout) + sizeof(Tag);
}

// Everything that is sealed with a port's key (session/seal.hpp).
using SealedBody = std::variant<Beat, Start, Ready, Stop, Report, Probe, Echo, Size, Sized, Close,
                                Closed, Feedback>;

struct SealedMessage {
    std::uint64_t session = 0;
    std::uint64_t counter = 0;
    SealedBody body;
    bool operator==(const SealedMessage&) const = default;
};

struct BulkHeader {
    std::uint16_t length = 0;
    std::uint16_t test = 0;
    std::uint64_t sequence = 0;
    std::uint64_t sent_ns = 0;
    std::uint32_t step = 0;
    std::uint32_t receipt = 0;
    bool operator==(const BulkHeader&) const = default;
};

} // namespace wyn::wire
