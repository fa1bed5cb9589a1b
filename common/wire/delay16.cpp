#include "wire/delay16.hpp"

#include <algorithm>
#include <bit>

namespace wyn::wire {

static constexpr int mantissa_bits = 11;
static constexpr std::uint64_t mantissa_end = 1 << mantissa_bits;
static constexpr int largest_exponent = 31;

std::uint16_t delay16_from(Duration delay) {
    if (delay <= Duration::zero()) return 0;
    auto mantissa = static_cast<std::uint64_t>(delay.count());
    int exponent = std::max(0, static_cast<int>(std::bit_width(mantissa)) - mantissa_bits);
    if (exponent > 0) mantissa = ((mantissa >> (exponent - 1)) + 1) >> 1; // round to nearest
    if (mantissa == mantissa_end) { // rounding carried into the next power of two
        mantissa >>= 1;
        ++exponent;
    }
    if (exponent > largest_exponent) return 0xffff;
    return static_cast<std::uint16_t>(static_cast<std::uint64_t>(exponent) << mantissa_bits |
                                      mantissa);
}

Duration duration_from(std::uint16_t delay16) {
    const std::uint64_t mantissa = delay16 & (mantissa_end - 1);
    return Duration{static_cast<Duration::rep>(mantissa << (delay16 >> mantissa_bits))};
}

} // namespace wyn::wire
