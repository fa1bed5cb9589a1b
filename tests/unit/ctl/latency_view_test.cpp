#include "check.hpp"
#include "ctl/latency_view.hpp"
#include "unit/stats/probe_path.hpp"

using namespace wyn;
using namespace wyn::ctl;
using session::LatencyPhase;
using session::LatencyProgress;
using test::ProbePath;

namespace {

constexpr Style unicode{.unicode = true};
const std::string target = "latency fra1.example.net 198.51.100.7:6711  from 192.0.2.7";

// The picture after so many probes.
std::vector<std::string> lines_after(const ProbePath::Settings& settings, int probes,
                                     std::size_t width, const LatencyProgress& progress,
                                     Duration planned, const Style& style = unicode) {
    LatencyCollector collector{{}, style, {}, ProbePath::origin, [](const std::string&) {}};
    ProbePath path{settings, 1};
    for (int i = 0; i < probes; ++i) {
        const stats::ProbeRecord record = path.next();
        collector.on_records({&record, 1});
    }
    LatencyReport report;
    collector.report(report);
    const LatencyView view{target, style, width};
    auto lines = view.lines(*report.summary, progress, collector, planned);
    for (const std::string& line : lines) {
        INFO(line);
        CHECK(columns(line) <= width);
    }
    return lines;
}

constexpr LatencyProgress probing{
    .phase = LatencyPhase::probing, .elapsed = 12300ms, .rtt = 20ms, .counts = {}};

} // namespace

TEST_CASE("before there are probes the picture says what is waited for", "[ctl]") {
    const auto lines = lines_after({}, 0, 80, {}, 0s);
    CHECK(lines.front() == target);
    CHECK(lines.back() == "  reaching the ports");
}

TEST_CASE("the picture shows the newest minute, the table with what is now, and how to end",
          "[ctl]") {
    const auto lines = lines_after({}, 1000, 80, probing, 0s);
    CHECK(lines.at(2).ends_with("worst of 1 s"));
    CHECK(lines.at(4).starts_with("  ms               now     min     p50"));
    CHECK(lines.at(5).starts_with("  RTT  "));
    CHECK(lines.back() == "  12.3 s   ^C = finish");
    CHECK(lines_after({}, 10, 80, probing, 30s).back() == "  12.3 / 30.0 s   ^C = finish");
}

TEST_CASE("losses and the newest event are in the picture", "[ctl]") {
    const auto lines = lines_after({.loss_up = 0.1}, 1000, 120, probing, 0s);
    CHECK(lines.at(lines.size() - 3).starts_with("  lost "));
    CHECK(lines.at(lines.size() - 2).find("  lost  ") != std::string::npos);
}

TEST_CASE("no line wraps on a narrow terminal, with or without colour", "[ctl]") {
    const Style coloured{.colour = true, .unicode = true};
    for (const std::size_t width : {10U, 40U, 79U, 200U})
        for (const Style& style : {unicode, coloured, Style{}})
            lines_after({.loss_up = 0.1}, 9000, width, probing, 30s, style);
}
