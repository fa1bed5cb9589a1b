// The door between a session and the network: trains of datagrams in, trains of datagrams out.
//
// A train is a run of equally long datagrams of one sender (the last one may be shorter), lying
// behind one another in memory. That is what the kernel's segmentation offload takes (UDP_SEGMENT,
// Linux 4.18) and gives (UDP_GRO, 5.0), so one call moves up to 128 datagrams; without offload a
// train has one. In production a UDP socket stands behind the door (net/udp_datagrams.hpp), in
// tests the simulated network does (tests/sim).
#pragma once

#include "base/error.hpp"
#include "clock/stamp.hpp"
#include "dgram/address.hpp"
#include "dgram/traffic_class.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace wyn::dgram {

// The longest payload of a UDP datagram over IPv4.
inline constexpr std::size_t longest_datagram = 65507;
// UDP_MAX_SEGMENTS of the kernel since 6.9; older ones take 64.
inline constexpr std::size_t most_segments = 128;

// What one receive call delivered. `bytes` points into a buffer of the Datagrams object and is
// valid until its next receive().
struct ReceivedTrain {
    std::span<const std::uint8_t> bytes;
    std::size_t segment_size =
        0; // length of every datagram but perhaps the last; 0 only when empty
    Endpoint from;
    Stamp stamp;          // when the first of them reached the host
    MonoTime read_at{};   // when we took them from the socket
    bool cut_off = false; // a datagram was longer than the buffer (MSG_TRUNC)
    // As they arrived, the same in all of the train: the kernel joins no others. Absent: not told.
    std::optional<TrafficClass> traffic_class;
    std::optional<std::uint8_t> ttl; // or hop limit
    // receive_drops() at the moment when this train was queued: a gap in a stream before a train
    // where this has moved is the socket's doing, any other gap the path's.
    std::uint64_t drops_before = 0;

    // A datagram without payload is still a datagram.
    std::size_t count() const {
        return segment_size == 0 ? 1 : (bytes.size() + segment_size - 1) / segment_size;
    }
    std::span<const std::uint8_t> operator[](std::size_t index) const {
        const std::size_t begin = index * segment_size;
        return bytes.subspan(begin, std::min(segment_size, bytes.size() - begin));
    }
};

enum class SendStatus : std::uint8_t {
    sent,
    would_block, // the socket's buffer is full; try again when it is writable
    refused,     // the stack took nothing of it: `error` says why (ENOBUFS, EMSGSIZE, EPERM, ...)
};

struct SendOutcome {
    SendStatus status = SendStatus::sent;
    std::size_t segments = 0; // datagrams that the stack took, from the front
    int error = 0;            // errno of what was not taken
    // Of send_one(): when the datagram was handed to the stack, and when it left that for a device
    // as far as our own clock can tell (dgram/departure_estimate.hpp).
    MonoTime handed{};
    MonoTime left{};
};

// How a single datagram leaves.
struct SendOptions {
    std::uint8_t traffic_class = 0; // DSCP and ECN in its IP header
    // Wanted: the moment at which it leaves the stack for a device's queue, under this number, from
    // take_departure().
    std::optional<std::uint32_t> departure_id;
};

// What the stack tells of a datagram that has left it.
struct Departure {
    std::uint32_t id = 0;
    Stamp stamp; // of origin kernel
};

// What the socket turned out to be able to do; for reports.
struct Capabilities {
    bool segmentation = false;              // UDP_SEGMENT works and is used
    bool coalescing = false;                // UDP_GRO is on
    bool kernel_stamps = false;             // SO_TIMESTAMPNS is on
    bool departure_stamps = false;          // and SO_TIMESTAMPING, for who asks send_one() for it
    bool departure_times = false;           // send_at() is obeyed (SO_TXTIME, fq)
    std::uint64_t receive_buffer_bytes = 0; // granted, as the kernel counts (twice the asked)
    TrafficClass traffic_class;             // of what is sent
};

class Datagrams {
public:
    virtual ~Datagrams() = default;

    // Takes the next train off the queue; false: nothing there now. An ICMP error that arrived for
    // the socket comes back as an Error (ECONNREFUSED, ...) once.
    virtual Result<bool> receive(ReceivedTrain& into) = 0;

    // Sends `bytes` as datagrams of `segment_size` (at most most_segments, at most longest_datagram
    // bytes in all when there is more than one) to `to`, or to the connected peer when null.
    virtual SendOutcome send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                             const Endpoint* to) = 0;

    // Finds out, once, whether the connected peer is reached through a queue that lets datagrams
    // wait for their time; capabilities() tells. May take milliseconds.
    virtual void seek_departure_times() {}
    // As send() to the connected peer, but the datagrams leave together at that time, where
    // departure_times is true; else at once.
    virtual SendOutcome send_at(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                                MonoTime /*departs*/) {
        return send(bytes, segment_size, nullptr);
    }

    // One datagram to the connected peer. Whether its departure will be told nobody knows before it
    // is: a device may not stamp, and then there is none.
    virtual SendOutcome send_one(std::span<const std::uint8_t> bytes,
                                 const SendOptions& /*options*/) {
        return send(bytes, bytes.size(), nullptr);
    }
    // The next departure that was stamped; false: none is known now. Costs nothing as long as
    // nothing can be there.
    virtual bool take_departure(Departure& /*into*/) { return false; }

    // From now on only datagrams of `peer` arrive, and send() may leave out the address.
    virtual Result<void> connect(const Endpoint& peer) = 0;

    // Whether trains may leave and arrive as trains, where the kernel can (which is also the state
    // at first), or every datagram by itself.
    virtual void use_offload(bool wanted) = 0;

    // With which traffic class datagrams leave from now on; capabilities() tells what became of it.
    virtual void use_traffic_class(TrafficClass /*wanted*/) {}

    // The largest IP packet that the kernel believes the path to the connected peer to carry: that
    // of the device, or less when a router has said so (ICMP). Datagrams are sent all the same:
    // only those that are too long for the device are refused (EMSGSIZE). Nothing: not known.
    virtual std::optional<std::size_t> path_mtu() { return std::nullopt; }

    // What reached this socket and was dropped because its buffer was full; cumulative. The kernel
    // counts a train that it had coalesced as one.
    virtual std::uint64_t receive_drops() = 0;

    virtual Capabilities capabilities() const = 0;
};

} // namespace wyn::dgram
