#include "net/socket_options.hpp"

#include "net/fd.hpp"

#include <fmt/format.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <optional>

namespace wyn::net {

namespace option {

const SocketOption<bool> receive_stamps{SOL_SOCKET, SO_TIMESTAMPNS, "SO_TIMESTAMPNS"};
const SocketOption<bool> receive_drop_count{SOL_SOCKET, SO_RXQ_OVFL, "SO_RXQ_OVFL"};
const SocketOption<int> receive_buffer{SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF"};
const SocketOption<int> receive_buffer_force{SOL_SOCKET, SO_RCVBUFFORCE, "SO_RCVBUFFORCE"};
const SocketOption<int> send_buffer{SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF"};
const SocketOption<int> send_buffer_force{SOL_SOCKET, SO_SNDBUFFORCE, "SO_SNDBUFFORCE"};
const SocketOption<int> socket_type{SOL_SOCKET, SO_TYPE, "SO_TYPE"};
const SocketOption<int> socket_family{SOL_SOCKET, SO_DOMAIN, "SO_DOMAIN"};
const SocketOption<int> bound_device{SOL_SOCKET, SO_BINDTOIFINDEX, "SO_BINDTOIFINDEX"};
const SocketOption<int> mtu_discovery_v4{IPPROTO_IP, IP_MTU_DISCOVER, "IP_MTU_DISCOVER"};
const SocketOption<int> mtu_discovery_v6{IPPROTO_IPV6, IPV6_MTU_DISCOVER, "IPV6_MTU_DISCOVER"};
const SocketOption<int> path_mtu_v4{IPPROTO_IP, IP_MTU, "IP_MTU"};
const SocketOption<int> path_mtu_v6{IPPROTO_IPV6, IPV6_MTU, "IPV6_MTU"};
const SocketOption<bool> receive_tos{IPPROTO_IP, IP_RECVTOS, "IP_RECVTOS"};
const SocketOption<bool> receive_tclass{IPPROTO_IPV6, IPV6_RECVTCLASS, "IPV6_RECVTCLASS"};
const SocketOption<bool> receive_ttl{IPPROTO_IP, IP_RECVTTL, "IP_RECVTTL"};
const SocketOption<bool> receive_hop_limit{IPPROTO_IPV6, IPV6_RECVHOPLIMIT, "IPV6_RECVHOPLIMIT"};
const SocketOption<int> traffic_class_v4{IPPROTO_IP, IP_TOS, "IP_TOS"};
const SocketOption<int> traffic_class_v6{IPPROTO_IPV6, IPV6_TCLASS, "IPV6_TCLASS"};
const SocketOption<bool> packet_info_v4{IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO"};
const SocketOption<bool> packet_info_v6{IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO"};
const SocketOption<bool> v6_only{IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY"};
const SocketOption<int> segment_size{SOL_UDP, UDP_SEGMENT, "UDP_SEGMENT"};
const SocketOption<bool> coalescing{SOL_UDP, UDP_GRO, "UDP_GRO"};

} // namespace option

namespace {

template <typename T>
Result<void> set_number(int fd, const SocketOption<T>& option, int value) {
    if (::setsockopt(fd, option.level, option.name, &value, sizeof value) < 0)
        return fail_errno(errno, fmt::format("set {}", option.label));
    return {};
}

template <typename T>
Result<int> get_number(int fd, const SocketOption<T>& option) {
    int value = 0;
    socklen_t length = sizeof value;
    if (::getsockopt(fd, option.level, option.name, &value, &length) < 0)
        return fail_errno(errno, fmt::format("read {}", option.label));
    return value;
}

Result<std::size_t> ask_buffer(int fd, std::size_t bytes, const SocketOption<int>& forced,
                               const SocketOption<int>& permitted) {
    // The kernel doubles the number in an int.
    const std::size_t most = std::numeric_limits<int>::max() / 2;
    const int wanted = static_cast<int>(std::min(bytes, most));
    if (!set_option(fd, forced, wanted))
        if (auto set = set_option(fd, permitted, wanted); !set) return pass_on(set);
    const auto granted = get_option(fd, permitted);
    if (!granted) return std::unexpected{granted.error()};
    return static_cast<std::size_t>(*granted);
}

// A number that each network namespace has for itself; nothing on kernels without it.
std::optional<std::uint64_t> network_cookie(int fd) {
    std::uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    if (::getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) < 0) return std::nullopt;
    return cookie;
}

} // namespace

Result<void> set_option(int fd, const SocketOption<bool>& option, bool value) {
    return set_number(fd, option, value ? 1 : 0);
}

Result<void> set_option(int fd, const SocketOption<int>& option, int value) {
    return set_number(fd, option, value);
}

Result<bool> get_option(int fd, const SocketOption<bool>& option) {
    auto number = get_number(fd, option);
    if (!number) return pass_on(number);
    return *number != 0;
}

Result<int> get_option(int fd, const SocketOption<int>& option) {
    return get_number(fd, option);
}

Result<std::size_t> ask_receive_buffer(int fd, std::size_t bytes) {
    return ask_buffer(fd, bytes, option::receive_buffer_force, option::receive_buffer);
}

Result<std::size_t> ask_send_buffer(int fd, std::size_t bytes) {
    return ask_buffer(fd, bytes, option::send_buffer_force, option::send_buffer);
}

Result<std::uint32_t> read_drops(int fd) {
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t length = sizeof memory;
    if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory.data(), &length) < 0)
        return fail_errno(errno, "read SO_MEMINFO");
    return memory[SK_MEMINFO_DROPS];
}

bool is_in_our_network(int fd) {
    const auto ours = Fd::from_call(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "a socket");
    if (!ours) return true;
    const auto cookie = network_cookie(fd);
    const auto our_cookie = network_cookie(ours->get());
    return !cookie || !our_cookie || *cookie == *our_cookie;
}

Result<void> enable_transmit_time(int fd) {
    sock_txtime wanted{};
    wanted.clockid = CLOCK_MONOTONIC; // fq's
    if (::setsockopt(fd, SOL_SOCKET, SO_TXTIME, &wanted, sizeof wanted) < 0)
        return fail_errno(errno, "set SO_TXTIME");
    return {};
}

Result<void> enable_departure_stamps(int fd, bool wanted) {
    // Which datagrams are stamped each of them says; SOFTWARE only lets the stamps be told.
    const int flags =
        wanted ? SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY
               : 0;
    if (::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) < 0)
        return fail_errno(errno, "set SO_TIMESTAMPING");
    return {};
}

Result<void> bind_to_device(int fd, std::string_view device) {
    if (::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device.data(),
                     static_cast<socklen_t>(device.size())) < 0)
        return fail_errno(errno, fmt::format("bind to device '{}'", device));
    return {};
}

} // namespace wyn::net
