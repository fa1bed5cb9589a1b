// The distribution of round trips as a few bars.
#pragma once

#include "ctl/style.hpp"
#include "stats/histogram.hpp"

#include <string>

namespace wyn::ctl {

// A line for each of up to nine ranges, which double in width from the lowest round trip on: where
// it begins in milliseconds, a bar, and how many are in it. Empty below twenty values.
std::string rtt_bars(const stats::Histogram& rtt, const Style& style);

} // namespace wyn::ctl
