// Addresses as values: comparable, hashable, trivially copyable, without a kernel structure.
#pragma once

#include "base/error.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wyn::dgram {

// An IPv4 or IPv6 address. IPv4 is kept as ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2), so that a
// dual-stack socket and we agree on the bytes. `scope` is the interface index of a link-local
// address, else 0.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    std::uint32_t scope = 0;

    static constexpr Address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
        return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, 0};
    }
    // "198.51.100.1", "2001:db8::1" or "fe80::1%3" (numeric scope only; names are the kernel's).
    static Result<Address> parse(std::string_view text);

    bool is_v4() const;
    bool is_unspecified() const; // 0.0.0.0 or ::
    bool is_loopback() const;    // 127.0.0.0/8 or ::1
    bool is_multicast() const;   // 224.0.0.0/4 (and limited broadcast) or ff00::/8
    // 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291): shared by all on one link, unknown beyond.
    bool is_link_local() const;
    // Link-local, RFC 1918 or ULA (RFC 4193): an address of the operator's own network.
    bool is_private() const;
    // The bytes of IP and UDP header before each datagram's payload: 28 or 48.
    std::uint32_t header_bytes() const { return is_v4() ? 28 : 48; }

    auto operator<=>(const Address&) const = default;
};

struct Endpoint {
    Address address;
    std::uint16_t port = 0;

    auto operator<=>(const Endpoint&) const = default;
};

// "198.51.100.1", "2001:db8::1", "fe80::1%3".
std::string print(const Address& address);
// "198.51.100.1:6711", "[2001:db8::1]:6711".
std::string print(const Endpoint& endpoint);

// The pieces of "HOST", "HOST:PORT", "[HOST]:PORT", ":PORT" or a bare IPv6 address; what stands on
// either side of the colon may be missing. `host` is not looked up; a given port lies between
// `lowest_port` and 65535.
struct HostPort {
    std::string host;
    std::optional<std::uint16_t> port;
};
Result<HostPort> split_host_port(std::string_view text, std::uint16_t lowest_port = 1);

} // namespace wyn::dgram
