// Reports as latency measurements would leave them, for the tests of what is printed.
#pragma once

#include "ctl/latency_report.hpp"
#include "unit/stats/probe_path.hpp"

namespace wyn::test {

// What `probes` over this path to fra1.example.net leave, from the settled records to the report;
// both clocks unsynchronised, all as the options say.
ctl::LatencyReport measured(const ProbePath::Settings& path, std::uint32_t probes,
                            const ctl::LatencyOptions& options = {});

// A minute of a path with 5.8 ms up and 5.4 ms down that loses nothing; both clocks synchronised to
// 0.1 ms.
ctl::LatencyReport quiet();

// Losses in both directions, an outage, a queue, duplicates, another class of traffic, a client
// that was late, and clocks that claim what the round trips disprove.
ctl::LatencyReport troubled();

// Thirty probes, too few for most percentiles; interrupted although a number was asked for.
ctl::LatencyReport cut_short();

// One that failed before anything was measured.
ctl::LatencyReport unanswered();

// A long name and address, and the numbers of months.
ctl::LatencyReport vast();

} // namespace wyn::test
