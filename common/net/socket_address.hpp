// Our endpoints as the kernel writes them, and back.
#pragma once

#include "dgram/address.hpp"

#include <sys/socket.h>

#include <optional>

namespace wyn::net {

// A kernel's socket address with its length.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = sizeof(sockaddr_storage);

    sockaddr* get() noexcept;
    const sockaddr* get() const noexcept;
};

// AF_INET for an IPv4 address, AF_INET6 for any other.
int family_of(const dgram::Address& address);

// The endpoint for a socket of `family`: an IPv4 address on an AF_INET6 socket is written
// v4-mapped. Nothing when the socket cannot reach it: an IPv6 address on an AF_INET socket.
std::optional<SocketAddress> to_kernel(const dgram::Endpoint& endpoint, int family);

// Nothing when it is neither AF_INET nor AF_INET6.
std::optional<dgram::Endpoint> from_kernel(const sockaddr_storage& address);

// The address to which a socket is bound, 0.0.0.0 or :: when that is any; an unbound one has port
// 0.
Result<dgram::Endpoint> local_endpoint(int fd);

// The peer of a connected socket; the error ENOTCONN otherwise.
Result<dgram::Endpoint> peer_endpoint(int fd);

} // namespace wyn::net
