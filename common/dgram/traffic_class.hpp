// The traffic class of an IP packet (IPv4's type of service): what DiffServ and ECN make of its
// eight bits.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace wyn::dgram {

// The two lowest bits: RFC 3168, section 5.
enum class Ecn : std::uint8_t { not_ect = 0, ect1 = 1, ect0 = 2, ce = 3 };
// "not_ect", "ect1", "ect0", "ce".
std::string_view name(Ecn ecn);

class TrafficClass {
public:
    constexpr TrafficClass() = default;
    constexpr explicit TrafficClass(std::uint8_t byte) : byte_{byte} {}
    // `dscp` is 0 to 63.
    constexpr TrafficClass(std::uint8_t dscp, Ecn ecn)
        : byte_{static_cast<std::uint8_t>(dscp << 2 | static_cast<std::uint8_t>(ecn))} {}

    constexpr std::uint8_t byte() const { return byte_; }
    constexpr std::uint8_t dscp() const { return byte_ >> 2; }
    constexpr Ecn ecn() const { return static_cast<Ecn>(byte_ & 3); }
    constexpr bool operator==(const TrafficClass&) const = default;

private:
    std::uint8_t byte_ = 0;
};

// Code points, each of them in or not.
class DscpSet {
public:
    constexpr DscpSet() = default;
    constexpr DscpSet(std::initializer_list<std::uint8_t> members) {
        for (const std::uint8_t dscp : members)
            add(dscp, dscp);
    }
    // From `first` to `last`, both included; at most 63.
    constexpr void add(std::uint8_t first, std::uint8_t last) {
        for (unsigned dscp = first; dscp <= last; ++dscp)
            bits_ |= std::uint64_t{1} << dscp;
    }
    constexpr bool contains(std::uint8_t dscp) const { return (bits_ >> dscp & 1) != 0; }
    constexpr bool operator==(const DscpSet&) const = default;

private:
    std::uint64_t bits_ = 0;
};

} // namespace wyn::dgram
