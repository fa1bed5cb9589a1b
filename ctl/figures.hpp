// Numbers as people read them: shares with their intervals, rates with their half-widths, counts
// that fit a column.
#pragma once

#include "base/units.hpp"
#include "ctl/style.hpp"
#include "stats/histogram.hpp"
#include "verdict/share.hpp"

#include <optional>
#include <string>

namespace wyn::ctl {

// Three significant digits: "9.68", "48.3", "944".
std::string three_digits(double value);

// Exact as long as there is room: "130", "999999", "1.23 M".
std::string short_count(std::uint64_t count);

// A share of what was sent with its 95 % interval: "0.32 % (0.27–0.38)", and of no hit at all what
// it is less than: "0 (<0.0075 %)". A share that is not 0 is never rounded to it.
std::string share_with_interval(const verdict::Share& share, const Style& style);
// The same in 18 columns, for a table: where the interval would not fit, the count and the upper
// end.
std::string share_in_column(const verdict::Share& share, const Style& style);

// "+0.004 ms"; what is too small for its digits is not less than nothing.
std::string signed_ms(Duration difference);
// "0.021", and "-" where there are too few samples to know.
std::string percentile_in_ms(const stats::Histogram& delays, double q);

// "944 ±1 Mbit/s": the half-width rounded up to the last digit that is shown.
std::string rate_with_half_width(BitRate rate, const std::optional<BitRate>& half_width,
                                 const Style& style);

} // namespace wyn::ctl
