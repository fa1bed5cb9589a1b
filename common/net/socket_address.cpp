#include "net/socket_address.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wyn::net {

namespace {

constexpr std::ptrdiff_t v4_offset = 12; // of the four bytes within a v4-mapped address

SocketAddress written_as_v4(const dgram::Endpoint& endpoint) {
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    raw.sin_port = htons(endpoint.port);
    std::memcpy(&raw.sin_addr, endpoint.address.bytes.data() + v4_offset, sizeof raw.sin_addr);
    SocketAddress out;
    std::memcpy(&out.storage, &raw, sizeof raw);
    out.length = sizeof raw;
    return out;
}

SocketAddress written_as_v6(const dgram::Endpoint& endpoint) {
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_port = htons(endpoint.port);
    raw.sin6_scope_id = endpoint.address.scope;
    std::memcpy(&raw.sin6_addr, endpoint.address.bytes.data(), sizeof raw.sin6_addr);
    SocketAddress out;
    std::memcpy(&out.storage, &raw, sizeof raw);
    out.length = sizeof raw;
    return out;
}

using NameCall = int (*)(int, sockaddr*, socklen_t*);

Result<dgram::Endpoint> named_by(NameCall call, int fd, std::string_view name) {
    SocketAddress raw;
    if (call(fd, raw.get(), &raw.length) < 0) return fail_errno(errno, name);
    const auto endpoint = from_kernel(raw.storage);
    if (!endpoint) return fail_errno(EAFNOSUPPORT, name);
    return *endpoint;
}

} // namespace

sockaddr* SocketAddress::get() noexcept {
    return reinterpret_cast<sockaddr*>(&storage);
}

const sockaddr* SocketAddress::get() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
}

int family_of(const dgram::Address& address) {
    return address.is_v4() ? AF_INET : AF_INET6;
}

std::optional<SocketAddress> to_kernel(const dgram::Endpoint& endpoint, int family) {
    if (family == AF_INET6) return written_as_v6(endpoint);
    if (!endpoint.address.is_v4()) return std::nullopt;
    return written_as_v4(endpoint);
}

std::optional<dgram::Endpoint> from_kernel(const sockaddr_storage& address) {
    if (address.ss_family == AF_INET) {
        sockaddr_in raw{};
        std::memcpy(&raw, &address, sizeof raw);
        dgram::Endpoint out{dgram::Address::v4(0, 0, 0, 0), ntohs(raw.sin_port)};
        std::memcpy(out.address.bytes.data() + v4_offset, &raw.sin_addr, sizeof raw.sin_addr);
        return out;
    }
    if (address.ss_family == AF_INET6) {
        sockaddr_in6 raw{};
        std::memcpy(&raw, &address, sizeof raw);
        dgram::Endpoint out{{}, ntohs(raw.sin6_port)};
        std::memcpy(out.address.bytes.data(), &raw.sin6_addr, sizeof raw.sin6_addr);
        out.address.scope = raw.sin6_scope_id;
        return out;
    }
    return std::nullopt;
}

Result<dgram::Endpoint> local_endpoint(int fd) {
    return named_by(::getsockname, fd, "getsockname");
}

Result<dgram::Endpoint> peer_endpoint(int fd) {
    return named_by(::getpeername, fd, "getpeername");
}

} // namespace wyn::net
