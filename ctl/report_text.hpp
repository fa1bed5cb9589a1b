// The result for people: fits 80 columns, words before numbers, every loss explained.
#pragma once

#include "ctl/report.hpp"
#include "ctl/style.hpp"

namespace wyn::ctl {

// Ends with a newline; empty when nothing was measured.
std::string report_as_text(const Report& report, const Style& style);

// "wyndrvrctl: ..." with its advice, one line each, for stderr.
std::string failure_as_text(const Failure& failure, const Style& style);

} // namespace wyn::ctl
