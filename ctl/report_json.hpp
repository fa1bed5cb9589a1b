// The result as one JSON document, schema wyndrvr.result/1.
#pragma once

#include "ctl/report_values.hpp"

namespace wyn::ctl {

// One line, without a newline at its end. Every unit is in its name, unknown is null.
std::string report_as_json(const Report& report);
// The same by evidence that knows more than the report does.
std::string report_as_json(const Report& report, const verdict::Evidence& evidence);

// The document as a value.
Json report_value(const Report& report, const verdict::Evidence& evidence);

} // namespace wyn::ctl
