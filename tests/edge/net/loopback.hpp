// Loopback addresses for tests: IPv4 always, IPv6 where the machine has it.
#pragma once

#include "check.hpp"
#include "net/udp_socket.hpp"

#include <vector>

namespace wyn::edge {

inline const dgram::Address v4_loopback = dgram::Address::v4(127, 0, 0, 1);
inline const dgram::Address v6_loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0};
inline const dgram::Address v6_any{};

// Containers often come without IPv6; its cases are left out there.
inline bool has_ipv6() {
    return net::open_udp({v6_loopback, 0}, {}).has_value();
}

inline std::vector<dgram::Address> loopbacks() {
    std::vector all{v4_loopback};
    if (has_ipv6()) all.push_back(v6_loopback);
    return all;
}

// A socket of open_udp() on a free port, with its address.
struct BoundSocket {
    net::Fd fd;
    dgram::Endpoint at;
};

inline BoundSocket bound(const dgram::Address& address, const net::UdpOptions& options = {}) {
    net::Fd fd = REQUIRE_OK(net::open_udp({address, 0}, options));
    const dgram::Endpoint at = REQUIRE_OK(net::local_endpoint(fd.get()));
    return {std::move(fd), at};
}

} // namespace wyn::edge
