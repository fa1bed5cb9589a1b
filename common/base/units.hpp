// Quantities as types, so that bits and bytes or packets and rates never meet by accident.
#pragma once

#include "base/error.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace wyn {

// A rate in bits per second, SI (1 kbit/s = 1000 bit/s). Which layer's bits is said by the name of
// the variable that holds it.
class BitRate {
public:
    constexpr BitRate() = default;
    constexpr explicit BitRate(std::uint64_t bps) : bps_{bps} {}

    static constexpr BitRate unlimited() {
        return BitRate{std::numeric_limits<std::uint64_t>::max()};
    }
    // Rounds to the nearest bit per second; negative and non-finite values become 0.
    static BitRate from_double(double bps);

    constexpr std::uint64_t bps() const { return bps_; }
    constexpr double as_double() const { return static_cast<double>(bps_); }
    constexpr bool is_unlimited() const { return *this == unlimited(); }
    auto operator<=>(const BitRate&) const = default;

private:
    std::uint64_t bps_ = 0;
};

// Bytes that took `ns` nanoseconds, as a rate; 0 when no time passed.
BitRate rate_of(std::uint64_t bytes, std::uint64_t ns);

// Reads "50M", "1.5G", "300k", "1000000", "10Mbit/s": digits with an optional fraction, an SI
// suffix k, M, G or T (either case), and optionally "bit/s", "bps" or "b". Range 1 bit/s to 10
// Tbit/s. Errors name the text and show a valid one.
Result<BitRate> parse_rate(std::string_view text);

// Reads "1472", "64k", "50M", "1G": bytes; k, M, G are 1024^n as in iperf3, "kB", "MB", "GB" are
// 1000^n and "KiB", "MiB", "GiB" 1024^n when written out.
Result<std::uint64_t> parse_bytes(std::string_view text);

// Reads "10", "0.5", "30s", "250ms", "20us", "2m", "1h": seconds when no unit is given.
// Range 0 to 100 days; the result is in nanoseconds.
Result<std::int64_t> parse_duration_ns(std::string_view text);

// Three significant digits and an SI prefix: "944 Mbit/s", "48.3 Mbit/s", "1.20 Gbit/s", "0 bit/s".
std::string print(BitRate rate);
// "620 MB", "1.50 kB", "12 B" (SI).
std::string print_bytes(std::uint64_t bytes);
// "11.2 ms", "870 ns", "1.50 s": three significant digits, the largest unit that gives >= 1.
std::string print_ns(std::int64_t ns);

// "1 client", "2 clients".
std::string count_of(std::uint64_t number, std::string_view singular);

} // namespace wyn
