#include "dgram/address.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

// Text conversion only (RFC 5952 spelling); neither call touches the kernel.
#include <arpa/inet.h>

namespace wyn::dgram {

namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<std::uint32_t> whole_number(std::string_view text, std::uint32_t largest) {
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end || number > largest) return std::nullopt;
    return number;
}

} // namespace

Result<Address> Address::parse(std::string_view text) {
    Address parsed;
    const auto not_one = [text] {
        return fail(fmt::format("'{}' is not an IPv4 or IPv6 address", escaped(text)));
    };
    if (text.find('\0') != std::string_view::npos) return not_one(); // would end a C string early
    const std::size_t percent = text.find('%');
    const std::string plain{text.substr(0, percent)};
    if (percent != std::string_view::npos) {
        const auto scope = whole_number(text.substr(percent + 1), 0x7fffffff);
        if (!scope || plain.find(':') == std::string::npos)
            return fail(fmt::format("'{}' is not an address with a zone", escaped(text)));
        parsed.scope = *scope;
    }
    std::copy(v4_prefix.begin(), v4_prefix.end(), parsed.bytes.begin());
    if (::inet_pton(AF_INET, plain.c_str(), parsed.bytes.data() + v4_prefix.size()) == 1)
        return parsed;
    if (::inet_pton(AF_INET6, plain.c_str(), parsed.bytes.data()) != 1) return not_one();
    if (parsed.scope != 0 && parsed.is_v4()) return not_one(); // ::ffff:192.0.2.1%3
    return parsed;
}

bool Address::is_v4() const {
    return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin());
}

bool Address::is_unspecified() const {
    const auto rest = bytes.begin() + (is_v4() ? 12 : 0);
    return std::all_of(rest, bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool Address::is_loopback() const {
    if (is_v4()) return bytes[12] == 127;
    return bytes[15] == 1 &&
           std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

bool Address::is_multicast() const {
    if (is_v4()) return (bytes[12] & 0xf0) == 0xe0 || *this == v4(255, 255, 255, 255);
    return bytes[0] == 0xff;
}

bool Address::is_link_local() const {
    if (is_v4()) return bytes[12] == 169 && bytes[13] == 254;
    return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool Address::is_private() const {
    if (is_link_local()) return true;
    if (!is_v4()) return (bytes[0] & 0xfe) == 0xfc;
    return bytes[12] == 10 || (bytes[12] == 172 && (bytes[13] & 0xf0) == 16) ||
           (bytes[12] == 192 && bytes[13] == 168);
}

std::string print(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.is_v4())
        ::inet_ntop(AF_INET, address.bytes.data() + v4_prefix.size(), text.data(), text.size());
    else
        ::inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
    if (address.scope != 0) return fmt::format("{}%{}", text.data(), address.scope);
    return text.data();
}

std::string print(const Endpoint& endpoint) {
    if (endpoint.address.is_v4())
        return fmt::format("{}:{}", print(endpoint.address), endpoint.port);
    return fmt::format("[{}]:{}", print(endpoint.address), endpoint.port);
}

Result<HostPort> split_host_port(std::string_view text, std::uint16_t lowest_port) {
    HostPort split{std::string{text}, std::nullopt};
    std::optional<std::string_view> port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos)
            return fail(fmt::format("'{}' lacks a ']'", escaped(text)));
        split.host = text.substr(1, end - 1);
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty() && rest.front() != ':')
            return fail(
                fmt::format("'{}' has something other than :PORT after the ']'", escaped(text)));
        if (!rest.empty()) port = rest.substr(1);
    } else if (std::count(text.begin(), text.end(), ':') == 1) { // more: a bare IPv6 address
        const std::size_t colon = text.find(':');
        split.host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    if (port && !port->empty()) {
        const auto number = whole_number(*port, 65535);
        if (!number || *number < lowest_port)
            return fail(
                fmt::format("'{}' is not a port from {} to 65535", escaped(*port), lowest_port));
        split.port = static_cast<std::uint16_t>(*number);
    }
    return split;
}

} // namespace wyn::dgram
