// The table of rates that RFC 9097, section 8.1, recommends for its search.
#pragma once

#include "base/units.hpp"

namespace wyn::measure {

// The IP-layer rate of a row: row 0 is 0.5 Mbit/s, rows 1 to 1000 are 1 Mbit/s apart, rows to 1090
// 100 Mbit/s (10 Gbit/s), and 1 Gbit/s above, to row 1180 (100 Gbit/s). Rows above that are it.
BitRate rate_of_row(std::uint32_t row);

inline constexpr std::uint32_t gigabit_row = 1000;
inline constexpr std::uint32_t last_row = 1180;

} // namespace wyn::measure
