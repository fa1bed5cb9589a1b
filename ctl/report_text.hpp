// The result for people: at most 80 columns, with and without colour and Unicode.
#pragma once

#include "ctl/report.hpp"
#include "ctl/style.hpp"
#include "verdict/evidence.hpp"

namespace wyn::ctl {

// The page on stdout; empty when nothing was measured.
std::string report_as_text(const Report& report, const Style& style);
// The same by evidence that knows more than the report does.
std::string report_as_text(const Report& report, const verdict::Evidence& evidence,
                           const Style& style);

// What went wrong and what to do, for stderr.
std::string failure_as_text(const Failure& failure, const Style& style);

} // namespace wyn::ctl
