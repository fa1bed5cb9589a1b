// Socket options with their types. A refused option is an error that names it.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wyn::net {

// One option of the kernel; T is bool for a switch and int for a number.
template <typename T>
struct SocketOption {
    int level;
    int name;
    std::string_view label;
};

namespace option {

extern const SocketOption<bool> receive_stamps;      // SO_TIMESTAMPNS
extern const SocketOption<bool> receive_drop_count;  // SO_RXQ_OVFL: drops so far, with a datagram
extern const SocketOption<int> receive_buffer;       // SO_RCVBUF; reads as what was granted
extern const SocketOption<int> receive_buffer_force; // SO_RCVBUFFORCE: needs CAP_NET_ADMIN
extern const SocketOption<int> send_buffer;          // SO_SNDBUF; reads as what was granted
extern const SocketOption<int> send_buffer_force;    // SO_SNDBUFFORCE: needs CAP_NET_ADMIN
extern const SocketOption<int> socket_type;          // SO_TYPE; read only
extern const SocketOption<int> socket_family;        // SO_DOMAIN: AF_INET, ...; read only
extern const SocketOption<int> bound_device;         // SO_BINDTOIFINDEX: index, 0: none; Linux 5.0
extern const SocketOption<int> mtu_discovery_v4;     // IP_MTU_DISCOVER
extern const SocketOption<int> mtu_discovery_v6;     // IPV6_MTU_DISCOVER
extern const SocketOption<int> path_mtu_v4;          // IP_MTU; read only, connected sockets
extern const SocketOption<int> path_mtu_v6;          // IPV6_MTU; read only, connected sockets
extern const SocketOption<bool> receive_tos;         // IP_RECVTOS
extern const SocketOption<bool> receive_tclass;      // IPV6_RECVTCLASS
extern const SocketOption<bool> receive_ttl;         // IP_RECVTTL
extern const SocketOption<bool> receive_hop_limit;   // IPV6_RECVHOPLIMIT
extern const SocketOption<int> traffic_class_v4;     // IP_TOS
extern const SocketOption<int> traffic_class_v6;     // IPV6_TCLASS
extern const SocketOption<bool> packet_info_v4;      // IP_PKTINFO
extern const SocketOption<bool> packet_info_v6;      // IPV6_RECVPKTINFO
extern const SocketOption<bool> v6_only;             // IPV6_V6ONLY
extern const SocketOption<int> segment_size;         // UDP_SEGMENT, Linux 4.18
extern const SocketOption<bool> coalescing;          // UDP_GRO, Linux 5.0

} // namespace option

// The error reads "set UDP_GRO: Protocol not available".
Result<void> set_option(int fd, const SocketOption<bool>& option, bool value);
Result<void> set_option(int fd, const SocketOption<int>& option, int value);

// The error reads "read UDP_GRO: Protocol not available".
Result<bool> get_option(int fd, const SocketOption<bool>& option);
Result<int> get_option(int fd, const SocketOption<int>& option);

// Asks for a buffer of `bytes`, beyond the system's limit where we may, else up to the limit
// (net.core.rmem_max, net.core.wmem_max). Returns what was granted as the kernel counts it: twice
// what was asked, because it charges its own overhead too.
Result<std::size_t> ask_receive_buffer(int fd, std::size_t bytes);
Result<std::size_t> ask_send_buffer(int fd, std::size_t bytes);

// How much the socket dropped because its receive buffer was full, or a checksum was wrong. Exact,
// for this socket alone, free of privileges (SO_MEMINFO, Linux 4.12). Counts modulo 2^32.
Result<std::uint32_t> read_drops(int fd);

// Whether the socket belongs to the network namespace that we are in, whose counters /proc/net
// shows (SO_NETNS_COOKIE, Linux 5.14). A socket from the service manager may belong to another one.
// True where the kernel cannot tell.
bool is_in_our_network(int fd);

// Lets each datagram say when it may leave, in nanoseconds of CLOCK_MONOTONIC (SO_TXTIME, Linux
// 4.19), see put_transmit_time(). Those that do not say so leave as ever. There is no way back.
// EPERM: a kernel before 5.8 asks for CAP_NET_ADMIN.
Result<void> enable_transmit_time(int fd);

// Lets each datagram ask for the moment at which it leaves the stack, see put_departure_request():
// the error queue then brings it, without the datagram itself (SO_TIMESTAMPING with OPT_ID and
// OPT_TSONLY, Linux 3.17, 4.0). What comes in is stamped as before. `wanted` false takes it back;
// the kernel's own count of requests begins anew when it is switched on again.
//
// The error queue fills the receive buffer, and who does not read it loses arrivals.
Result<void> enable_departure_stamps(int fd, bool wanted);

// Routes everything through the network interface `device`, as in "eth0". Unprivileged since 5.7.
Result<void> bind_to_device(int fd, std::string_view device);

} // namespace wyn::net
