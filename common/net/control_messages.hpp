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

// Room for the control messages of one datagram, aligned as the kernel wants it. 256 bytes hold
// every kind that we switch on, of both families at once (together 184 on a 64-bit machine).
struct ControlSpace {
    alignas(cmsghdr) std::array<std::uint8_t, 256> bytes;
};

// What came with a datagram or a train. What is absent was not told.
struct ReceivedControl {
    std::optional<WallTime> stamp;             // SO_TIMESTAMPNS: when it reached the host
    std::optional<std::size_t> segment_size;   // UDP_GRO: length of each datagram of a train
    std::optional<std::uint32_t> drops;        // SO_RXQ_OVFL: dropped so far, modulo 2^32
    std::optional<std::uint8_t> traffic_class; // IP_TOS or IPV6_TCLASS: DSCP and ECN
    std::optional<dgram::Address> local;       // IP_PKTINFO, IPV6_PKTINFO: where it was sent to
};

// Makes `message` ready to receive control messages into `space`.
void expect_control(msghdr& message, ControlSpace& space);

// Reads what a successful recvmsg() or recvmmsg() left in `message`.
ReceivedControl read_control(msghdr& message);

// What is put adds to what was put before into the same message and space; a message begins without
// any. All kinds below fit together.

// Makes the kernel cut the payload into datagrams of `bytes` each (UDP_SEGMENT).
void put_segment_size(msghdr& message, ControlSpace& space, std::uint16_t bytes);

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
