// A duration in 16 bits: 5 bits of exponent, 11 of mantissa. Relative error at most 1/2048, exact
// below 2.048 us, up to 73 minutes: what a step record needs of a queueing delay.
#pragma once

#include "clock/time.hpp"

namespace wyn::wire {

// Negative durations become 0, too long ones the largest value.
std::uint16_t delay16_from(Duration delay);
Duration duration_from(std::uint16_t delay16);

} // namespace wyn::wire
