// The result as one JSON document, schema wyndrvr.result/1.
#pragma once

#include "ctl/report.hpp"

namespace wyn::ctl {

// One line, without a newline at its end. Every unit is in its name, unknown is null.
std::string report_as_json(const Report& report);

} // namespace wyn::ctl
