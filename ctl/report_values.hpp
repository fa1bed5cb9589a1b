// The parts that the JSON documents of results and the lines of --json-lines have in common.
#pragma once

#include "ctl/report.hpp"
#include "verdict/evidence.hpp"
#include "verdict/finding.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace wyn::ctl {

using Json = nlohmann::ordered_json; // the order of a document is the author's

// Without a newline.
std::string one_line(const Json& value);

Json ns_or_null(const std::optional<Duration>& value);
Json date_value(WallTime time);            // RFC 3339 in UTC with milliseconds
Json session_value(std::uint64_t session); // null for 0, which is none
// Which programs measured; `server_release` is empty where it is not known.
Json tool_value(std::string_view server_release);
Json endpoint_value(const std::optional<dgram::Endpoint>& endpoint);
// Whom: as it was named, and as it was found.
Json target_value(const NetworkOptions& options, const std::optional<dgram::Endpoint>& server);
Json test_value(const Report& report); // what was asked for
Json failure_value(const Failure& failure);
Json failure_value(const std::optional<Failure>& failure); // null when there is none
Json finding_value(const verdict::Finding& finding);
Json verdict_value(const verdict::Evidence& evidence); // null when nothing was measured

} // namespace wyn::ctl
