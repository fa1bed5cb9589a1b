#include "net/udp_socket.hpp"

#include "base/check.hpp"
#include "net/socket_options.hpp"

#include <fmt/format.h>
#include <netinet/in.h>

#include <cerrno>

namespace wyn::net {

namespace {

Result<void> set_v4_options(int fd) {
    if (auto set = set_option(fd, option::receive_tos, true); !set) return set;
    if (auto set = set_option(fd, option::receive_ttl, true); !set) return set;
    return set_option(fd, option::mtu_discovery_v4, IP_PMTUDISC_PROBE);
}

Result<void> set_v6_options(int fd) {
    if (auto set = set_option(fd, option::receive_tclass, true); !set) return set;
    if (auto set = set_option(fd, option::receive_hop_limit, true); !set) return set;
    return set_option(fd, option::mtu_discovery_v6, IPV6_PMTUDISC_PROBE);
}

// An AF_INET6 socket carries IPv4 too, with the IPv4 options: it needs both kinds. Only the address
// asked is told for both by the IPv6 option.
Result<void> set_family_options(int fd, const UdpOptions& options) {
    auto family = get_option(fd, option::socket_family);
    if (!family) return pass_on(family);
    const bool v6 = *family == AF_INET6;
    if (auto set = set_v4_options(fd); !set) return set;
    if (v6)
        if (auto set = set_v6_options(fd); !set) return set;
    return set_option(fd, v6 ? option::packet_info_v6 : option::packet_info_v4,
                      options.packet_info);
}

// What came for whoever had the socket before. The bound is for a flood that goes on.
void empty_queues(int fd) {
    constexpr int most_datagrams = 100'000;
    for (int i = 0; i < most_datagrams; ++i) {
        char nothing = 0;
        if (::recv(fd, &nothing, 0, MSG_DONTWAIT) < 0 && errno == EAGAIN) break;
    }
    for (int i = 0; i < most_datagrams; ++i) {
        char nothing = 0;
        if (::recv(fd, &nothing, 0, MSG_DONTWAIT | MSG_ERRQUEUE) < 0) break;
    }
}

Result<void> set_before_bind(int fd, const dgram::Endpoint& bind_to, const UdpOptions& options) {
    if (auto prepared = prepare_udp(fd, options); !prepared) return prepared;
    if (!options.device.empty())
        if (auto bound = bind_to_device(fd, options.device); !bound) return bound;
    if (!bind_to.address.is_v4() && bind_to.address.is_unspecified())
        return set_option(fd, option::v6_only, false);
    return {};
}

} // namespace

Result<void> prepare_udp(int fd, const UdpOptions& options) {
    // First of all, so that no datagram slips in without a stamp.
    if (auto set = set_option(fd, option::receive_stamps, options.stamps); !set) return set;
    if (auto set = set_option(fd, option::receive_drop_count, true); !set) return set;
    if (auto set = set_family_options(fd, options); !set) return set;
    if (options.receive_buffer_bytes != 0)
        if (auto granted = ask_receive_buffer(fd, options.receive_buffer_bytes); !granted)
            return pass_on(granted);
    if (options.send_buffer_bytes != 0)
        if (auto granted = ask_send_buffer(fd, options.send_buffer_bytes); !granted)
            return pass_on(granted);
    return {};
}

Result<void> renew_udp(int fd, const UdpOptions& options) {
    if (auto set = enable_departure_stamps(fd, false); !set) return set;
    static_cast<void>(set_option(fd, option::coalescing, false)); // old kernels have none
    static_cast<void>(set_option(fd, option::traffic_class_v4, 0));
    static_cast<void>(set_option(fd, option::traffic_class_v6, 0)); // AF_INET has none
    if (auto prepared = prepare_udp(fd, options); !prepared) return prepared;
    empty_queues(fd);
    return {};
}

Result<Fd> open_udp(const dgram::Endpoint& bind_to, const UdpOptions& options) {
    const int family = family_of(bind_to.address);
    auto fd = Fd::from_call(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                            fmt::format("open a UDP socket for {}", print(bind_to)));
    if (!fd) return fd;
    if (auto set = set_before_bind(fd->get(), bind_to, options); !set)
        return pass_on(set, fmt::format("open a UDP socket for {}", print(bind_to)));
    const auto address = to_kernel(bind_to, family);
    WYN_CHECK(address); // it is the address's own family
    if (::bind(fd->get(), address->get(), address->length) < 0)
        return fail_errno(errno, fmt::format("bind {}", print(bind_to)));
    return fd;
}

Result<std::size_t> path_mtu(int fd) {
    auto family = get_option(fd, option::socket_family);
    if (!family) return pass_on(family);
    const bool v6 = *family == AF_INET6;
    auto bytes = get_option(fd, v6 ? option::path_mtu_v6 : option::path_mtu_v4);
    if (!bytes) return pass_on(bytes);
    return static_cast<std::size_t>(*bytes);
}

} // namespace wyn::net
