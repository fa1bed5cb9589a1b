// The parsers of what operators and peers write: addresses, HOST:PORT, rates, sizes, durations.
// Promise: any bytes are read or refused; what was read is in range, and its printed form reads
// back.
#include "dgram/address.hpp"

#include "base/units.hpp"
#include "fuzz/target.hpp"

#include <fmt/format.h>

using namespace wyn;

namespace {

void try_address(std::string_view text) {
    const auto address = dgram::Address::parse(text);
    if (!address) return WYN_CHECK(!address.error().what().empty());
    // A C string ends at a NUL; what follows it must not be dropped in silence.
    WYN_CHECK(text.find('\0') == std::string_view::npos);
    const auto again = dgram::Address::parse(print(*address));
    WYN_CHECK(again && *again == *address);
}

void try_host_port(std::string_view text) {
    const auto split = dgram::split_host_port(text);
    if (!split) return WYN_CHECK(!split.error().what().empty());
    WYN_CHECK(split->port != 0);
    const std::uint16_t port = split->port.value_or(6711);
    // "::1]" is a host to the splitter, but cannot be written between brackets.
    if (split->host.find(']') != std::string::npos) return;
    const auto again = dgram::split_host_port(fmt::format("[{}]:{}", split->host, port));
    WYN_CHECK(again && again->host == split->host && again->port == port);
}

// Printed quantities are rounded to three digits and spaced, so they need not read back.
void try_quantities(std::string_view text) {
    if (const auto rate = parse_rate(text)) {
        WYN_CHECK(*rate >= BitRate{1} && *rate <= BitRate{10'000'000'000'000});
        WYN_CHECK(print(*rate).ends_with("bit/s"));
        const auto again = parse_rate(std::to_string(rate->bps()));
        WYN_CHECK(again && *again == *rate);
    }
    if (const auto bytes = parse_bytes(text)) {
        WYN_CHECK(*bytes <= 1'000'000'000'000'000'000);
        WYN_CHECK(print_bytes(*bytes).ends_with('B'));
        const auto again = parse_bytes(std::to_string(*bytes));
        // Numbers are read as doubles, which are exact up to 2^53.
        WYN_CHECK(again && (*again == *bytes || *bytes > (std::uint64_t{1} << 53)));
    }
    if (const auto ns = parse_duration_ns(text)) {
        constexpr std::int64_t hundred_days = 100LL * 24 * 3600 * 1'000'000'000;
        WYN_CHECK(*ns >= 0 && *ns <= hundred_days);
        WYN_CHECK(print_ns(*ns).ends_with('s'));
        const auto again = parse_duration_ns(fmt::format("{}ns", *ns));
        WYN_CHECK(again && *again == *ns);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::as_text(data, size);
    try_address(text);
    try_host_port(text);
    try_quantities(text);
    return 0;
}
