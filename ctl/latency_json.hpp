// A latency measurement for programs: the document wyndrvr.latency/1, and the stream of objects of
// which it is the last. Pure.
#pragma once

#include "ctl/latency_report.hpp"

#include <string>

namespace wyn::ctl {

// One document in one line, without a newline at the end; valid whatever failed.
std::string latency_as_json(const LatencyReport& report);

// Objects of --json-lines, each one line. The wall clock at the time at which a probe was to be
// sent goes with it.
std::string hello_as_json(const LatencyReport& report);
std::string probe_as_json(const stats::ProbeRecord& probe, WallTime when);
std::string interval_as_json(const stats::LatencyInterval& interval, WallTime from);
std::string event_as_json_line(const stats::LatencyEvent& event, WallTime when);
// The last one: {"event": "result", "data": document}.
std::string result_as_json(const LatencyReport& report);

} // namespace wyn::ctl
