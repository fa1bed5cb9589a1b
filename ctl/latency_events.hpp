// What happened during a latency measurement, as lines of --log and as objects of --json-lines.
// Pure.
#pragma once

#include "ctl/report_values.hpp"
#include "ctl/style.hpp"
#include "stats/latency_events.hpp"

#include <string>

namespace wyn::ctl {

// When it happened, on our time line.
MonoTime time_of(const stats::LatencyEvent& event);

// "2026-11-20T06:58:10.412Z  lost     3 probes from 641 on, up 2, down 1, ...": one line without
// its end. `when` is the wall clock at that time.
std::string event_as_text(const stats::LatencyEvent& event, WallTime when, const Style& style);

// {"event": "loss_run", "time": ..., ...}
Json event_as_json(const stats::LatencyEvent& event, WallTime when);

} // namespace wyn::ctl
