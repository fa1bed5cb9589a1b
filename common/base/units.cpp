#include "base/units.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace wyn {

namespace {

struct Suffix {
    std::string_view text;
    double factor;
};

// A non-negative decimal number followed by one of the suffixes, or nothing else.
std::optional<double> scaled(std::string_view text, std::span<const Suffix> suffixes) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(number) || text.front() == '-') return std::nullopt;
    const std::string_view suffix{rest, end};
    for (const Suffix& candidate : suffixes)
        if (suffix == candidate.text) return number * candidate.factor;
    return std::nullopt;
}

// The number with three significant digits: "944", "48.3", "1.20".
std::string three_digits(double value) {
    if (value == 0) return "0";
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f}", value, decimals);
}

struct Prefix {
    double factor;
    std::string_view text;
};

// The largest prefix whose factor the value reaches once it is rounded to three digits.
std::string prefixed(double value, std::span<const Prefix> prefixes, std::string_view unit) {
    for (const Prefix& prefix : prefixes)
        if (value >= prefix.factor * 0.9995)
            return fmt::format("{} {}{}", three_digits(value / prefix.factor), prefix.text, unit);
    return fmt::format("{} {}", three_digits(value), unit);
}

constexpr double tera = 1e12, giga = 1e9, mega = 1e6, kilo = 1e3;
constexpr double gibi = 1024.0 * 1024 * 1024, mebi = 1024.0 * 1024, kibi = 1024;

constexpr std::array si_prefixes{Prefix{tera, "T"}, Prefix{giga, "G"}, Prefix{mega, "M"},
                                 Prefix{kilo, "k"}};

} // namespace

BitRate BitRate::from_double(double bps) {
    if (!std::isfinite(bps) || bps <= 0) return BitRate{0};
    if (bps >= 1.8e19) return unlimited();
    return BitRate{static_cast<std::uint64_t>(std::llround(std::min(bps, 9.2e18)))};
}

BitRate rate_of(std::uint64_t bytes, std::uint64_t ns) {
    if (ns == 0) return BitRate{0};
    return BitRate::from_double(static_cast<double>(bytes) * 8e9 / static_cast<double>(ns));
}

Result<BitRate> parse_rate(std::string_view text) {
    std::string_view number = text;
    for (const std::string_view unit : {"bit/s", "bps", "b"})
        if (number.ends_with(unit)) {
            number.remove_suffix(unit.size());
            break;
        }
    static constexpr std::array suffixes{Suffix{"", 1},     Suffix{"k", kilo}, Suffix{"K", kilo},
                                         Suffix{"M", mega}, Suffix{"m", mega}, Suffix{"G", giga},
                                         Suffix{"g", giga}, Suffix{"T", tera}, Suffix{"t", tera}};
    const auto bps = number.empty() ? std::nullopt : scaled(number, suffixes);
    if (!bps || *bps < 1 || *bps > 10 * tera)
        return fail(fmt::format("'{}' is not a rate from 1 bit/s to 10 Tbit/s; write it as 50M, "
                                "1.5G or 300k",
                                escaped(text)));
    return BitRate::from_double(*bps);
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
    static constexpr std::array suffixes{
        Suffix{"", 1},       Suffix{"B", 1},     Suffix{"k", kibi},   Suffix{"K", kibi},
        Suffix{"M", mebi},   Suffix{"G", gibi},  Suffix{"KiB", kibi}, Suffix{"MiB", mebi},
        Suffix{"GiB", gibi}, Suffix{"kB", kilo}, Suffix{"MB", mega},  Suffix{"GB", giga},
        Suffix{"TB", tera}};
    const auto bytes = text.empty() ? std::nullopt : scaled(text, suffixes);
    if (!bytes || *bytes > 1e18 || *bytes != std::floor(*bytes))
        return fail(fmt::format("'{}' is not a number of bytes; write it as 1472, 64k or 50M",
                                escaped(text)));
    return static_cast<std::uint64_t>(*bytes);
}

Result<std::int64_t> parse_duration_ns(std::string_view text) {
    static constexpr std::array suffixes{Suffix{"", 1e9},     Suffix{"s", 1e9},   Suffix{"ms", 1e6},
                                         Suffix{"us", 1e3},   Suffix{"ns", 1},    Suffix{"m", 60e9},
                                         Suffix{"min", 60e9}, Suffix{"h", 3600e9}};
    const auto ns = text.empty() ? std::nullopt : scaled(text, suffixes);
    if (!ns || *ns > 8640000e9)
        return fail(fmt::format("'{}' is not a duration; write it as 10, 2.5s, 250ms or 2m",
                                escaped(text)));
    return static_cast<std::int64_t>(std::llround(*ns));
}

std::string print(BitRate rate) {
    return prefixed(rate.as_double(), si_prefixes, "bit/s");
}

std::string print_bytes(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    return prefixed(static_cast<double>(bytes), si_prefixes, "B");
}

std::string print_ns(std::int64_t ns) {
    static constexpr std::array prefixes{Prefix{1, ""}, Prefix{1e-3, "m"}, Prefix{1e-6, "u"}};
    if (ns > -1000 && ns < 1000) return fmt::format("{} ns", ns);
    return (ns < 0 ? "-" : "") + prefixed(std::abs(static_cast<double>(ns)) * 1e-9, prefixes, "s");
}

std::string count_of(std::uint64_t number, std::string_view singular) {
    return fmt::format("{} {}{}", number, singular, number == 1 ? "" : "s");
}

} // namespace wyn
