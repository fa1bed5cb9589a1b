// The sections of the page that wyndrvrctl probe prints, one file each. A section is whole lines,
// or empty when it has nothing to say.
#pragma once

#include "ctl/page.hpp"
#include "ctl/report.hpp"
#include "ctl/style.hpp"
#include "verdict/engine.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::ctl {

// What a page is about. The report has a result and a server.
struct Page {
    const Report& report;
    const verdict::Evidence& evidence;
    std::optional<verdict::Verdict> verdict;
    Style style;

    const session::ProbeResult& result() const { return *report.result; }
    // Those that were asked for and begun, in the order in which they were measured.
    std::vector<const session::DirectionResult*> directions() const;
    // What the evidence says of it; it always does.
    const verdict::Load& load(const session::DirectionResult& result) const;
};

std::string headline_of(const Page& page);      // report_table.cpp: whom, how, how long, how much
std::string table_of(const Page& page);         // report_table.cpp: rate, round trip, loss
std::string latency_table_of(const Page& page); // report_latency.cpp: percentiles, added latency
std::string staircase_of(const Page& page);     // report_staircase.cpp: loads below the capacity
std::string path_of(const Page& page);          // report_path.cpp: packet size, marks, hops, NAT
std::string why_of(const Page& page);           // report_why.cpp: the findings
std::string verdict_of(const Page& page);       // report_why.cpp: the last sentence
std::string details_of(const Page& page);       // report_details.cpp: ledger and what the hosts did

std::string_view arrow_of(wire::Direction direction, const Style& style);

// A row for one direction: "  ↑ NAME        piece   piece".
std::string row(wire::Direction direction, std::string_view name, std::vector<std::string> pieces,
                std::string_view gap, const Style& style);

} // namespace wyn::ctl
