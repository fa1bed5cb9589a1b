// Control messages: what the kernel tells beside a datagram, and what we tell it. The only file
// that walks them.
#pragma once

#include "clock/time.hpp"
#include "dgram/address.hpp"

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace wyn::net {

// Room for the control messages of one datagram, aligned as the kernel wants it. 384 bytes hold
// every kind that we switch on, of both families at once, those of the error queue included
// (together 312 on a 64-bit machine).
struct ControlSpace {
    alignas(cmsghdr) std::array<std::uint8_t, 384> bytes;
};

// Who put an entry into a socket's error queue (struct sock_extended_err), and what it is about.
struct QueuedError {
    enum class Origin : std::uint8_t {
        departure, // SO_EE_ORIGIN_TIMESTAMPING: a datagram has left; `number` is its id
        network, // ICMP or this host's own stack, for a socket of IP_RECVERR; `number` is the errno
        other,
    };
    Origin origin = Origin::other;
    std::uint32_t number = 0;
};

// What came with a datagram or a train. What is absent was not told.
struct ReceivedControl {
    std::optional<WallTime> stamp;             // SO_TIMESTAMPNS: when it reached the host
    std::optional<std::size_t> segment_size;   // UDP_GRO: length of each datagram of a train
    std::optional<std::uint32_t> drops;        // SO_RXQ_OVFL: dropped so far, modulo 2^32
    std::optional<std::uint8_t> traffic_class; // IP_TOS or IPV6_TCLASS: DSCP and ECN
    std::optional<std::uint8_t> ttl;           // IP_TTL or IPV6_HOPLIMIT
    std::optional<dgram::Address> local;       // IP_PKTINFO, IPV6_PKTINFO: where it was sent to
    std::optional<WallTime> departure;         // SO_TIMESTAMPING: when it departed
    std::optional<QueuedError> error;          // of the error queue only
};

// Makes `message` ready to receive control messages into `space`.
void expect_control(msghdr& message, ControlSpace& space);

// Reads what a successful recvmsg() or recvmmsg() left in `message`.
ReceivedControl read_control(msghdr& message);

// What is put adds to what was put before into the same message and space; a message begins without
// any. All kinds below fit together.

// Makes the kernel cut the payload into datagrams of `bytes` each (UDP_SEGMENT).
void put_segment_size(msghdr& message, ControlSpace& space, std::uint16_t bytes);

// Gives the datagram this traffic class; `peer_is_v4` tells which family it leaves in, whatever
// that of the socket is.
void put_traffic_class(msghdr& message, ControlSpace& space, std::uint8_t traffic_class,
                       bool peer_is_v4);

// Has the kernel put the moment at which the stack hands the datagram to the queue of a device into
// the error queue (SOF_TIMESTAMPING_TX_SCHED). Only for a socket of enable_departure_stamps().
void put_departure_request(msghdr& message, ControlSpace& space);
// Under this id instead of a count of such requests (SCM_TS_OPT_ID, Linux 6.13). Older kernels
// refuse the message with EINVAL.
void put_departure_id(msghdr& message, ControlSpace& space, std::uint32_t id);

// Makes the datagram leave from `local`, an address of this host; `family` is the socket's.
void put_source(msghdr& message, ControlSpace& space, const dgram::Address& local, int family);

// Makes the datagram, or all of a train together, leave at `time` (SCM_TXTIME) where the device
// honours it, see honours_txtime(); elsewhere at once, as with a time that is past. Only for a
// socket of enable_transmit_time(): sendmsg() refuses it on others with EINVAL.
//
// What waits fills the send buffer. Two things fq drops, without a word to a socket that has not
// set IP_RECVERR: what is to leave later than its horizon, 10 s when nobody has changed it
// (Linux 5.8), and what comes while 100 messages of the socket wait already (its flow_limit); a
// train is one.
void put_transmit_time(msghdr& message, ControlSpace& space, MonoTime time);

} // namespace wyn::net
