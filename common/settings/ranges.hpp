// Ranges of ports and of DSCP values, as a configuration spells them.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wyn::settings {

// UDP ports from `first` to `last`, both included; 1 to 65535.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;

    bool contains(std::uint16_t port) const { return first <= port && port <= last; }
    std::uint32_t count() const { return std::uint32_t{last} - first + 1; }
    bool operator==(const PortRange&) const = default;
};

// DSCP values from `first` to `last`, both included; 0 to 63.
struct DscpRange {
    std::uint8_t first = 0;
    std::uint8_t last = 0;

    bool operator==(const DscpRange&) const = default;
};

// "7000-8000", or "7000" when it is one port.
std::string print(const PortRange& range);
// "EF" when it is one code point, else "8-15".
std::string print(const DscpRange& range);

// They fail with a sentence that says what was expected.
Result<PortRange> parse_port_range(std::string_view text);
Result<DscpRange> parse_dscp_range(std::string_view text);

} // namespace wyn::settings
