// Opening UDP sockets the way a measurement needs them: stamped by the kernel, never fragmenting,
// with a buffer that survives a stall.
#pragma once

#include "dgram/address.hpp"
#include "net/fd.hpp"
#include "net/socket_address.hpp"

#include <cstddef>
#include <string>

namespace wyn::net {

struct UdpOptions {
    bool stamps = true;                   // every datagram comes with its kernel receive stamp
    bool packet_info = false;             // and with the address it was sent to
    std::size_t receive_buffer_bytes = 0; // asked for; 0 leaves the system's default
    std::size_t send_buffer_bytes = 0;    // asked for; 0 leaves the system's default
    std::string device;                   // only through this interface; empty: any
};

// A bound, non-blocking UDP socket. An IPv4 address gives an AF_INET socket, an IPv6 address an
// AF_INET6 one, and "::" serves both families. Port 0 lets the kernel choose. The address is never
// shared with another socket. Datagrams leave with "don't fragment" set and the cached path MTU is
// ignored (IP_PMTUDISC_PROBE): one that is too long is refused with EMSGSIZE or lost on its way,
// never cut. Errors read "bind 198.51.100.1:7000: Address already in use"; a kernel without IPv6
// gives EAFNOSUPPORT for every IPv6 address, "::" included.
Result<Fd> open_udp(const dgram::Endpoint& bind_to, const UdpOptions& options);

// The same for a UDP socket that somebody else opened and bound (socket activation). Its device
// and V6ONLY stay as they are.
Result<void> prepare_udp(int fd, const UdpOptions& options);

// The same for such a socket that may have been used before, though never connected: nothing waits
// in its queues, and it has no traffic class. What the kernel cannot take back stays (SO_TXTIME).
Result<void> renew_udp(int fd, const UdpOptions& options);

// The largest IP packet that fits the path of a connected socket, as far as the kernel knows.
Result<std::size_t> path_mtu(int fd);

} // namespace wyn::net
