// A latency measurement for people: the final block, and the table that the live display shares
// with it. Pure; fits 80 columns.
#pragma once

#include "ctl/latency_report.hpp"

#include <string>
#include <vector>

namespace wyn::ctl {

// Empty when nothing was measured.
std::string latency_as_text(const LatencyReport& report, const Style& style);

// Round trips and queueing delays by percentiles, with a headline: four lines. A column for the
// newest values when `with_newest`. A dash stands for too few samples.
std::vector<std::string> quantile_table(const stats::LatencySummary& summary, const Style& style,
                                        bool with_newest);

// How loss stands in a direction: "none of 6443", "below 0.05 %", ...; at least one piece.
std::vector<std::string> loss_pieces(const stats::LossPattern& pattern);

} // namespace wyn::ctl
