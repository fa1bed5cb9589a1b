#include "settings/ranges.hpp"

#include "dgram/dscp.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace wyn::settings {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || rest != end || port == 0) return std::nullopt;
    return port;
}

} // namespace

std::string print(const PortRange& range) {
    return range.first == range.last ? fmt::to_string(range.first)
                                     : fmt::format("{}-{}", range.first, range.last);
}

std::string print(const DscpRange& range) {
    return range.first == range.last ? dgram::print_dscp(range.first)
                                     : fmt::format("{}-{}", range.first, range.last);
}

Result<PortRange> parse_port_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_port(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
    if (!first || !last)
        return fail("expected \"FIRST-LAST\" or \"PORT\", with ports from 1 to 65535");
    if (*first > *last) return fail("expected the lower port first");
    return PortRange{*first, *last};
}

Result<DscpRange> parse_dscp_range(std::string_view text) {
    if (const auto one = dgram::parse_dscp(text)) return DscpRange{*one, *one};
    const std::size_t dash = text.find('-');
    const auto first = dgram::parse_dscp(text.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : dgram::parse_dscp(text.substr(dash + 1));
    if (!first || !last)
        return fail("expected a name such as \"EF\", a number below 64, or \"FIRST-LAST\"");
    if (*first > *last) return fail("expected the lower value first");
    return DscpRange{*first, *last};
}

} // namespace wyn::settings
