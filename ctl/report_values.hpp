// The parts of JSON documents that the result and the lines of --json-lines have in common.
#pragma once

#include "ctl/report.hpp"
#include "verdict/evidence.hpp"
#include "verdict/finding.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace wyn::ctl {

using Json = nlohmann::ordered_json; // the order of a document is the author's

// Without a newline.
std::string one_line(const Json& value);

Json ns_or_null(const std::optional<Duration>& value);
Json date_value(WallTime time); // RFC 3339 in UTC with milliseconds
Json session_value(const Report& report);
Json tool_value();
Json endpoint_value(const std::optional<dgram::Endpoint>& endpoint);
Json target_value(const Report& report);
Json test_value(const Report& report); // what was asked for
Json failure_value(const Failure& failure);
Json finding_value(const verdict::Finding& finding);
Json verdict_value(const verdict::Evidence& evidence); // null when nothing was measured

} // namespace wyn::ctl
