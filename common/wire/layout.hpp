// Every message of protocol version 1, byte for byte. man/wyndrvr-protocol.7 draws the same.
//
// All integers are big-endian. Nobody sends anything to an address that a message holds: the only
// one, in ASSIGN, is there to be shown. Times are the sender's own monotonic nanoseconds, so no
// message needs synchronised clocks. Every message starts with the same 24 bytes, except BULK,
// which has no room to waste; both begin with magic, version and type.
//
//                      length  tag                      towards
//   HELLO      1         512   BLAKE2b, hello key       server, listening port
//   COOKIE     2          64   none (keyed cookie)      client
//   ASSIGN     3         256   BLAKE2b, assign key      client
//   REFUSE     4          96   BLAKE2b, anonymous key   client
//   BEAT0/1/2  8 9 10     96   AES-CMAC, port key       server / client / server, each port
//   START     16          80   AES-CMAC, port key       server, control port
//   STOP      17          64   "                        server, control port
//   PROBE     18    160-1472   "                        server, control port
//   SIZE      19      48-65507 "                        server, control port
//   READY     32          64   "                        client, control port
//   REPORT    33         480   "                        client, control port
//   ECHO      34    160-1472   "                        client, control port
//   SIZED     35      64-65507 "                        client, control port
//   CLOSE     24          48   "                        both, control port
//   CLOSED    25          48   "                        both, control port
//   BULK      48     40-65507  AES-128 CBC-MAC, 64 bit  upload: server; download: client
//   FEEDBACK  49     176-1200  AES-CMAC, port key       the other way round
#pragma once

#include "wire/be.hpp"

#include <cstddef>

namespace wyn::wire {

inline constexpr std::uint16_t protocol_magic = 0x5744; // "WD"
inline constexpr std::uint8_t protocol_version = 1;

enum class Type : std::uint8_t {
    hello = 1,
    cookie = 2,
    assign = 3,
    refuse = 4,
    beat0 = 8,
    beat1 = 9,
    beat2 = 10,
    start = 16,
    stop = 17,
    probe = 18,
    size = 19,
    close = 24,
    closed = 25,
    ready = 32,
    report = 33,
    echo = 34,
    sized = 35,
    bulk = 48,
    feedback = 49,
};

using Nonce = std::array<std::uint8_t, 16>;
using CookieBytes = std::array<std::uint8_t, 24>;
using Tag = std::array<std::uint8_t, 16>;
using AddressBytes = std::array<std::uint8_t, 16>; // IPv6, or IPv4 as ::ffff:a.b.c.d
using ReleaseBytes = std::array<std::uint8_t, 24>; // printable ASCII, then zeros

// Limits of the fields, enforced by decode().
inline constexpr std::uint32_t shortest_bulk = 40;                    // the header alone
inline constexpr std::uint32_t longest_bulk = 65507;                  // UDP over IPv4
inline constexpr std::uint64_t highest_rate_bps = 10'000'000'000'000; // of payload
inline constexpr std::uint64_t highest_ip_bps = 2 * highest_rate_bps; // the same with headers
inline constexpr std::uint32_t whole_ppb = 1'000'000'000;             // of a ratio in 10^-9
inline constexpr std::uint32_t most_offered_ppm = 100'000'000;        // of what got through, 10^-6
inline constexpr std::uint32_t longest_test_ms = 3'600'000;
// Of every time and duration in nanoseconds: 146 years. Sums and differences of three of them fit
// into 64 signed bits, so nobody who computes with a peer's times can overflow.
inline constexpr std::uint64_t latest_ns = (std::uint64_t{1} << 62) - 1;
inline constexpr std::size_t most_extensions = 32;
inline constexpr std::size_t hello_extension_room = 408;
inline constexpr std::size_t assign_extension_room = 88;
inline constexpr std::size_t most_steps = 64;  // per FEEDBACK
inline constexpr std::size_t most_classes = 8; // per REPORT

struct HeaderLayout { // offset
    Be<2> magic;      //  0
    Be<1> version;    //  2
    Be<1> type;       //  3
    Be<2> length;     //  4  of the whole datagram
    Be<2> flags;      //  6  0 when sent, not read
    Be<8> session;    //  8  0 until ASSIGN
    Be<8> counter;    // 16  rises with every message of a port and direction; 0 in the handshake
};
static_assert(sizeof(HeaderLayout) == 24 && alignof(HeaderLayout) == 1);

struct HelloLayout {
    HeaderLayout header;    //   0  `version` is the lowest that the client speaks
    Nonce nonce;            //  24  the client's; names the attempt
    Be<1> version_min;      //  40
    Be<1> version_max;      //  41
    Be<2> extension_bytes;  //  42  of `extensions`
    Be<4> key_id;           //  44  0: anonymous
    CookieBytes cookie;     //  48  zeros in the first HELLO
    Be<8> wish_rate_bps;    //  72  payload bits; 0: as much as the server gives
    Be<4> wish_duration_ms; //  80  of one test
    Be<4> reserved;         //  84
    std::array<std::uint8_t, hello_extension_room>
        extensions; // 88  type u16, length u16, value; then zeros
    Tag tag;        // 496
};
static_assert(sizeof(HelloLayout) == 512 && offsetof(HelloLayout, cookie) == 48 &&
              offsetof(HelloLayout, tag) == 496);

struct CookieLayout {
    HeaderLayout header; //  0
    Nonce nonce;         // 24  the client's
    CookieBytes cookie;  // 40
};
static_assert(sizeof(CookieLayout) == 64);

struct AssignLayout {
    HeaderLayout header;        //   0
    Nonce client_nonce;         //  24
    Nonce server_nonce;         //  40
    Be<2> control_port;         //  56
    Be<2> upload_port;          //  58
    Be<2> download_port;        //  60
    Be<2> extension_bytes;      //  62
    Be<8> max_rate_bps;         //  64  payload bits per direction; 0: no limit
    Be<8> max_volume_bytes;     //  72  of the session, both directions; 0: no limit
    Be<4> max_duration_ms;      //  80  of one test
    Be<2> max_datagram_bytes;   //  84
    Be<1> version;              //  86  that the session speaks
    Be<1> reserved;             //  87
    Be<4> heartbeat_us;         //  88
    Be<4> adjustment_delay_us;  //  92
    Be<4> feedback_interval_us; //  96
    Be<4> half_open_ms;         // 100
    Be<4> idle_timeout_ms;      // 104
    // From where the HELLO came, as the server saw it: to be shown, and for nothing else.
    Be<2> seen_port;                                            // 108
    Be<2> reserved2;                                            // 110
    AddressBytes seen_address;                                  // 112
    ReleaseBytes release;                                       // 128  of the server's program
    std::array<std::uint8_t, assign_extension_room> extensions; // 152
    Tag tag;                                                    // 240
};
static_assert(sizeof(AssignLayout) == 256 && offsetof(AssignLayout, max_rate_bps) == 64 &&
              offsetof(AssignLayout, seen_address) == 112 && offsetof(AssignLayout, tag) == 240);

struct RefuseLayout {
    HeaderLayout header;                   //  0
    Nonce nonce;                           // 24  the client's
    Be<2> code;                            // 40  wire/reason.hpp, Refusal
    Be<1> version_min;                     // 42  of the server
    Be<1> version_max;                     // 43
    Be<4> retry_after_ms;                  // 44  0: not known
    Be<8> have;                            // 48  meaning by code
    Be<8> limit;                           // 56
    Be<2> detail;                          // 64
    std::array<std::uint8_t, 14> reserved; // 66
    Tag tag;                               // 80
};
static_assert(sizeof(RefuseLayout) == 96);

// The three-way heartbeat. BEAT0 asks, BEAT1 answers and challenges, BEAT2 echoes the challenge.
struct BeatLayout {
    HeaderLayout header;                  //  0
    Be<4> number;                         // 24  of the beat; the same in all three
    Be<1> confirmed;                      // 28  BEAT1: this port has accepted a BEAT2 before
    std::array<std::uint8_t, 3> reserved; // 29
    Nonce challenge;                      // 32  BEAT0, BEAT1: to be echoed
    Nonce echo;                           // 48  BEAT1: of BEAT0's challenge, BEAT2: of BEAT1's
    Be<8> time_ns;                        // 64  when it was sent
    Be<8> held_ns; // 72  between the arrival of the message it answers and time_ns
    Tag tag;       // 80
};
static_assert(sizeof(BeatLayout) == 96);

struct StartLayout {
    HeaderLayout header;  //  0
    Be<4> test;           // 24  rises with every test of a session, from 1
    Be<1> direction;      // 28  1 up, 2 down
    Be<1> search;         // 29  wire/message.hpp, Search
    Be<2> datagram_bytes; // 30  UDP payload of each bulk datagram
    Be<8> rate_bps;       // 32  payload bits; fixed: the rate, else the ceiling, 0: none
    Be<4> duration_ms;    // 40
    Be<1> pacing;         // 44  how the sender waits: 1 sleeping, 2 sleeping and spinning
    Be<1> offload;        // 45  1: both ends may move trains, 0: every datagram by itself
    Be<1> traffic_class;  // 46  of the load: DSCP and ECN as in the IP header
    Be<1> reserved;       // 47
    Be<4> sustained_ms;   // 48  S3: time for which the path is to be full, 0: no more than it needs
    Be<4> reserved2;      // 52
    Be<8> budget_bytes;   // 56  of IP that the load may take, 0: no such limit
    Tag tag;              // 64
};
static_assert(sizeof(StartLayout) == 80);

struct ReadyLayout {
    HeaderLayout header;  //  0
    Be<4> test;           // 24
    Be<2> end;            // 28  0: granted; else wire/reason.hpp, End
    Be<2> datagram_bytes; // 30  granted
    Be<8> rate_bps;       // 32  granted ceiling, 0: none
    Be<4> duration_ms;    // 40  granted
    Be<4> reserved;       // 44
    Tag tag;              // 48
};
static_assert(sizeof(ReadyLayout) == 64);

struct StopLayout {
    HeaderLayout header;    //  0
    Be<4> test;             // 24
    Be<2> end;              // 28  why the client ends it
    Be<2> reserved;         // 30
    Be<8> packets_accepted; // 32  up: what the client's stack took; down: 0
    Be<8> packets_refused;  // 40  up: what it refused; down: 0
    Tag tag;                // 48
};
static_assert(sizeof(StopLayout) == 64);

struct ReportLayout {
    HeaderLayout header; //   0
    Be<4> test;          //  24
    Be<2> end;           //  28  why the server's half ended
    Be<1> role;          //  30  1: the server sent, 2: the server received
    Be<1> limited_by;    //  31  sender: what held the rate back (wire/message.hpp, LimitedBy)
    // The sender's record, zeros when the server received.
    Be<8> packets_accepted; //  32  taken by the stack; each used one sequence number
    Be<8> packets_refused;  //  40  refused by the stack; no sequence number used
    Be<8> first_sent_ns;    //  48
    Be<8> last_sent_ns;     //  56
    // The receiver's record, zeros when the server sent.
    Be<8> packets;          //  64  first copies
    Be<8> payload_bytes;    //  72  of first copies
    Be<8> duplicates;       //  80
    Be<8> reordered;        //  88
    Be<8> late;             //  96  too old to be told from a duplicate
    Be<8> socket_drops;     // 104  reached the host, dropped by the full socket
    Be<8> rejected;         // 112  failed authentication or did not belong to the test
    Be<8> first_arrival_ns; // 120
    Be<8> last_arrival_ns;  // 128
    // The best whole sub-interval of one second (RFC 9097, section 6.3), zeros when there was none.
    Be<8> best_packets;    // 136
    Be<8> best_bytes;      // 144
    Be<8> best_span_ns;    // 152
    Be<4> best_index;      // 160
    Be<4> stamps_missing;  // 164  datagrams without a kernel receive stamp
    Be<8> packets_skipped; // 168  sender: never offered, its host ran it too late
    // Sender: how late trains left, after their times in the schedule; at least 1 (saturating), 0:
    // not known.
    Be<4> lateness_p50_ns;      // 176
    Be<4> lateness_p99_ns;      // 180
    Be<4> lateness_max_ns;      // 184
    Be<4> receive_buffer_bytes; // 188  receiver: of its socket, as its kernel counts; 0: unknown
    Be<2> longest_train;        // 192  receiver: most datagrams that arrived as one; 0: unknown
    Be<1> pacing;               // 194  sender: 0 none, else as in START, 3 by its kernel
    Be<1> offload;              // 195  1: the server's stack cut or joined trains
    // The capacity that a searching sender has found (wire/message.hpp, CapacityRecord).
    Be<1> capacity_verdict;        // 196
    Be<1> reserved;                // 197
    Be<2> capacity_datagram_bytes; // 198
    Be<8> sent_bytes;              // 200  sender: payload that the stack took
    Be<8> capacity_bps;            // 208
    Be<8> half_width_bps;          // 216
    Be<8> burst_bps;               // 224
    Be<8> burst_half_width_bps;    // 232
    Be<8> bucket_bytes;            // 240
    Be<8> saturated_ns;            // 248
    Be<8> saturated_bytes;         // 256
    Be<8> queue_ns;                // 264
    Be<8> base_rtt_ns;             // 272
    Be<8> loaded_rtt_ns;           // 280
    Be<4> excess_loss_ppb;         // 288
    Be<4> loss_floor_ppb;          // 292
    // What the path has written into the headers; receiver, but for one byte.
    Be<1> lowest_ttl;                      // 296  or hop limit; 0: not known
    Be<1> highest_ttl;                     // 297
    Be<1> traffic_class;                   // 298  sender: with which the datagrams left
    std::array<std::uint8_t, 5> reserved2; // 299
    Be<8> packets_congested;               // 304  first copies with "congestion experienced"
    // First copies by traffic class, in the order of their first arrival; unused: zeros.
    std::array<Be<1>, most_classes> traffic_classes; // 312
    std::array<Be<8>, most_classes> class_packets;   // 320
    Be<8> other_class_packets;                       // 384  of further classes
    // What the server's host tells about the time of the load (wire/message.hpp, HostRecord).
    // Shares are in 1/10,000; all bits set: not known.
    Be<2> thread_busy; // 392
    Be<2> busiest_cpu; // 394
    Be<2> stolen;      // 396
    // At a time, at most, while the test ran, this one included; 0: not known.
    Be<2> sessions;            // 398  open on the server
    Be<2> loads;               // 400  running on it
    Be<2> thread_kept_waiting; // 402  like thread_busy
    Be<4> offered_ppm;         // 404  of the capacity, sender; 0: not known
    Be<8> link_bps;            // 408
    Be<8> device_drops;        // 416
    Be<8> qdisc_drops;         // 424
    Be<8> qdisc_backlog_bytes; // 432
    Be<8> udp_buffer_errors;   // 440
    Be<8> softnet_drops;       // 448
    Be<8> softnet_squeezes;    // 456
    Tag tag;                   // 464
};
static_assert(sizeof(ReportLayout) == 480 && offsetof(ReportLayout, packets) == 64 &&
              offsetof(ReportLayout, best_packets) == 136 &&
              offsetof(ReportLayout, sent_bytes) == 200 &&
              offsetof(ReportLayout, packets_congested) == 304 &&
              offsetof(ReportLayout, link_bps) == 408);

// One latency probe and its answer, which has the same length. Between what stands here and the tag
// PROBE has zeros, ECHO the map of received probes (wire/received_map.hpp) and then zeros.
struct ProbeLayout {
    HeaderLayout header;                  //  0
    Be<4> number;                         // 24  from 0, rising by one; of a sweep: where to look
    Be<1> probe_flags;                    // 28  bit 0: stamp the echo's departure; bit 1: a sweep
    std::array<std::uint8_t, 3> reserved; // 29
    Be<8> sent_ns;                        // 32
};
static_assert(sizeof(ProbeLayout) == 40);

inline constexpr std::size_t most_followed = 2;    // echoes whose departure one ECHO tells
inline constexpr std::size_t most_map_bytes = 128; // 1024 probes at a bit each

struct EchoLayout {
    HeaderLayout header; //  0
    Be<4> number;        // 24  of the probe
    Be<1> echo_flags;    // 28  bit 0: the kernel stamped the probe's arrival; bit 1: this echo's
                         //     departure is being stamped; bit 2: the map has lengths
    Be<1> traffic_class; // 29  of the probe as it arrived: DSCP and ECN
    Be<1> clock_sync;    // 30  of the server's wall clock (clock/clock_state.hpp)
    Be<1> reserved;      // 31
    Be<8> probe_sent_ns; // 32  copied from the probe
    Be<8> probe_received_ns;  // 40  server's clock
    Be<8> sent_ns;            // 48  server's clock, when the echo was handed to its kernel
    Be<4> received;           // 56  probes so far, first copies
    Be<4> duplicates;         // 60  further copies
    Be<4> reordered;          // 64  first copies behind a higher number (RFC 4737, section 3.3)
    Be<4> map_newest;         // 68  the highest number received, to a sweep: below its number
    Be<4> clock_max_error_us; // 72  as its discipline claims; all ones: not known
    Be<4> clock_steps;        // 76  seen since the first probe
    Be<4> clock_slew_ppb;     // 80  two's complement: how much faster its monotonic clock runs
    Be<8> wall_ahead_ns;      // 84  two's complement: its wall clock less its monotonic one
    Be<4> followed_number;    // 92  of the newest echo whose departure is known
    // For it and the number before it: how long after its sent_ns the echo left for a device, at
    // least 1 (saturating); 0: not known. By the server's own clock, and by the kernel's stamp.
    std::array<Be<4>, most_followed> left_after_ns;    //  96
    std::array<Be<4>, most_followed> stamped_after_ns; // 104
};
static_assert(sizeof(EchoLayout) == 112 && offsetof(EchoLayout, sent_ns) == 48 &&
              offsetof(EchoLayout, stamped_after_ns) == 104);

// The shortest has room for a map of 256 probes at a bit each; the longest fits an Ethernet frame
// with IPv4.
inline constexpr std::size_t shortest_probe = 160;
inline constexpr std::size_t longest_probe = 1472;
static_assert(shortest_probe == sizeof(EchoLayout) + 32 + sizeof(Tag));
// The bytes of the map in an ECHO of this length.
constexpr std::size_t map_bytes_in(std::size_t length) {
    const std::size_t room = length - sizeof(EchoLayout) - sizeof(Tag);
    return room < most_map_bytes ? room : most_map_bytes;
}

// A packet of a chosen size, and its answer of another: which of them arrive tells the largest
// packet that a path carries (RFC 8899).
struct SizeLayout {
    HeaderLayout header; //  0
    Be<4> number;        // 24  of the packet; a size that is tried again gets a new one
    Be<2> answer_bytes;  // 28  wanted length of SIZED
    Be<2> reserved;      // 30
    // then zeros, then the tag
};
static_assert(sizeof(SizeLayout) == 32);

struct SizedLayout {
    HeaderLayout header;                    //  0
    Be<4> number;                           // 24  of the SIZE
    Be<2> request_bytes;                    // 28  length of the SIZE
    Be<1> outcome;                          // 30  wire/message.hpp, SizeOutcome
    Be<1> reserved;                         // 31
    Be<2> path_mtu;                         // 32  of IP packets to the client, as the server's
                                            //     kernel knows it; 0: not known
    std::array<std::uint8_t, 14> reserved2; // 34
    // then zeros, then the tag
};
static_assert(sizeof(SizedLayout) == 48);

inline constexpr std::uint16_t shortest_size = sizeof(SizeLayout) + sizeof(Tag);
inline constexpr std::uint16_t shortest_sized = sizeof(SizedLayout) + sizeof(Tag);

struct CloseLayout {                      // CLOSE and CLOSED
    HeaderLayout header;                  //  0
    Be<2> end;                            // 24
    std::array<std::uint8_t, 6> reserved; // 26
    Tag tag;                              // 32
};
static_assert(sizeof(CloseLayout) == 48);

// Bulk datagrams: 40 bytes, then payload that nobody reads.
struct BulkLayout {
    Be<2> magic;    //  0
    Be<1> version;  //  2
    Be<1> type;     //  3
    Be<2> length;   //  4  of the datagram
    Be<2> test;     //  6  low 16 bits of the test's number
    Be<8> sequence; //  8  from 0 in each test; only what the stack took uses a number
    Be<8> sent_ns;  // 16
    Be<4> step;     // 24  rises by one with every change of the offered rate
    Be<4> receipt;  // 28  random per step; feedback must return it
    std::array<std::uint8_t, 8> tag; // 32  over bytes 16..31, then 0..15 (crypto/bulk_tag.hpp)
};
static_assert(sizeof(BulkLayout) == 40 && alignof(BulkLayout) == 1);

// One step in FEEDBACK: 16 bytes.
struct StepLayout {
    // First arrival minus that of the record before it (saturating); 0 in the first record.
    Be<4> first_after_ns;
    Be<4> span_ns;      // last minus first arrival (saturating)
    Be<3> packets;      // first copies (saturating)
    Be<1> flags;        // bit 0: the receiver's socket dropped datagrams in it
    Be<2> lowest_delay; // above lowest_delay_ns, wire/delay16.hpp
    Be<2> last_delay;   // of the last datagram, above lowest_delay_ns
};
static_assert(sizeof(StepLayout) == 16);

// Cumulative: a lost FEEDBACK costs nothing, the next one says it all again.
struct FeedbackLayout {
    HeaderLayout header;                  //   0
    Be<4> test;                           //  24
    Be<1> steps;                          //  28  records that follow, 0..64
    std::array<std::uint8_t, 3> reserved; // 29
    // The newest datagram: the one of the highest sequence number.
    Be<8> newest_sequence;  //  32
    Be<8> newest_sent_ns;   //  40  its sent_ns
    Be<4> newest_step;      //  48
    Be<4> newest_receipt;   //  52  proof that it arrived
    Be<8> held_ns;          //  56  between its arrival and this message
    Be<8> packets;          //  64  totals of the test, as in REPORT
    Be<8> payload_bytes;    //  72
    Be<8> duplicates;       //  80
    Be<8> reordered;        //  88
    Be<8> late;             //  96
    Be<8> socket_drops;     // 104
    Be<8> rejected;         // 112
    Be<8> first_arrival_ns; // 120
    Be<8> last_arrival_ns;  // 128
    // Lowest arrival - sent_ns, two's complement, from -latest_ns to latest_ns.
    Be<8> lowest_delay_ns; // 136
    Be<4> first_step;      // 144  of the first record
    Be<4> congested;       // 148  first copies with "congestion experienced" (saturating)
    Be<8> first_step_ns;   // 152  first arrival of the first record
    // then `steps` times StepLayout, then the tag
};
static_assert(sizeof(FeedbackLayout) == 160);
static_assert(offsetof(FeedbackLayout, packets) == 64 &&
              offsetof(FeedbackLayout, first_step_ns) == 152);

inline constexpr std::size_t longest_feedback =
    sizeof(FeedbackLayout) + most_steps * sizeof(StepLayout) + sizeof(Tag);
// Fits the smallest IPv6 path (RFC 8200: 1280) without fragments.
static_assert(longest_feedback == 1200 && longest_feedback <= 1280 - 48);
// Of all messages that are sealed, but SIZE and SIZED, which are as long as is asked for.
inline constexpr std::size_t longest_sealed = longest_probe;
static_assert(longest_sealed >= longest_feedback);

} // namespace wyn::wire
