#include "net/resolve.hpp"

#include "base/text.hpp"
#include "net/socket_address.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace wyn::net {

namespace {

std::unexpected<Error> unresolved(const std::string& host, std::string_view why) {
    return std::unexpected{Error{std::make_error_code(std::errc::host_unreachable),
                                 fmt::format("cannot resolve '{}': {}", escaped(host), why)}};
}

bool is_wanted(const dgram::Address& address, Family family) {
    return family == Family::any || address.is_v4() == (family == Family::v4);
}

// An IPv6 address with the name of an interface behind it; nothing when it is not quite that.
std::optional<dgram::Address> with_named_zone(const std::string& host) {
    const std::size_t percent = host.find('%');
    if (percent == std::string::npos) return std::nullopt;
    const unsigned index = ::if_nametoindex(host.c_str() + percent + 1);
    if (index == 0) return std::nullopt;
    const auto address =
        dgram::Address::parse(fmt::format("{}%{}", host.substr(0, percent), index));
    return address ? std::optional{*address} : std::nullopt;
}

std::optional<dgram::Address> as_literal(const std::string& host) {
    if (const auto plain = dgram::Address::parse(host)) return *plain;
    return with_named_zone(host);
}

std::string why_no_zone(const std::string& zone) {
    if (::if_nametoindex(zone.c_str()) == 0)
        return fmt::format("no network interface is called '{}'", escaped(zone));
    return "only an IPv6 address can have a zone";
}

struct Freed {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

Result<std::vector<dgram::Endpoint>> look_up(const std::string& host, std::uint16_t port,
                                             Family family) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    // Without AI_ADDRCONFIG: a host whose only address is on loopback must still find "localhost".
    hints.ai_family = family == Family::v4 ? AF_INET : family == Family::v6 ? AF_INET6 : AF_UNSPEC;
    addrinfo* raw = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &raw);
    const std::unique_ptr<addrinfo, Freed> list{raw};
    if (failed == EAI_SYSTEM)
        return unresolved(host, std::error_code{errno, std::generic_category()}.message());
    if (failed != 0) return unresolved(host, ::gai_strerror(failed));
    std::vector<dgram::Endpoint> found;
    for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
        sockaddr_storage address{};
        std::memcpy(&address, entry->ai_addr,
                    std::min<std::size_t>(entry->ai_addrlen, sizeof address));
        auto endpoint = from_kernel(address);
        if (!endpoint) continue;
        endpoint->port = port;
        if (std::ranges::find(found, *endpoint) == found.end()) found.push_back(*endpoint);
    }
    if (found.empty()) return unresolved(host, "it has no address of the wanted kind");
    return found;
}

} // namespace

Result<std::vector<dgram::Endpoint>> resolve(const std::string& host, std::uint16_t port,
                                             Family family) {
    if (const auto literal = as_literal(host)) {
        if (!is_wanted(*literal, family))
            return unresolved(host, family == Family::v4
                                        ? "it is an IPv6 address and IPv4 is asked for"
                                        : "it is an IPv4 address and IPv6 is asked for");
        return std::vector{dgram::Endpoint{*literal, port}};
    }
    if (const std::size_t percent = host.find('%'); percent != std::string::npos)
        return unresolved(host, why_no_zone(host.substr(percent + 1)));
    return look_up(host, port, family);
}

} // namespace wyn::net
