// Round trips without load and beside each load: how they are distributed, how they went on, and
// what the load adds to them.
#include "ctl/figures.hpp"
#include "ctl/report_page.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::ctl {

namespace {

using session::LatencyResult;

constexpr std::size_t name_width = 11;
constexpr std::size_t value_width = 7;
constexpr std::size_t count_width = 8;
constexpr std::size_t spark_width = 14;

// The highest round trip of each moment, in seconds; where no probe came back the one before it.
std::vector<double> curve_of(const LatencyResult& latency) {
    std::vector<double> values;
    for (const auto& bin : latency.series.bins())
        values.push_back(bin.count > 0 ? to_seconds(bin.delay) : values.back());
    return values;
}

// All curves have one scale: what a load adds is seen beside what there was without it.
double top_of(const Page& page) {
    double top = 0;
    const auto raise = [&](const LatencyResult& latency) {
        for (const double value : curve_of(latency))
            top = std::max(top, value);
    };
    if (page.result().idle) raise(*page.result().idle);
    for (const auto* const direction : page.directions())
        raise(page.result().beside(*direction));
    return top;
}

std::string values_row(const std::string& name, const LatencyResult& latency, double top,
                       const Style& style) {
    const auto& rtt = latency.rtt;
    std::string line = std::string(page_margin, ' ') + left(name, name_width);
    if (rtt.count() == 0)
        return fmt::format("{} not known: none of {} came back\n", line,
                           count_of(latency.probes_sent, "probe"));
    for (const std::string& value :
         {in_ms(*rtt.min()), percentile_in_ms(rtt, 0.5), percentile_in_ms(rtt, 0.9),
          percentile_in_ms(rtt, 0.99), in_ms(*rtt.max())})
        line += right(value, value_width);
    line += right(fmt::to_string(rtt.count()), count_width);
    const auto curve = curve_of(latency);
    if (!curve.empty())
        line += "  " + sparkline_of_width(style, curve, spark_width, Join::highest, top);
    return line + '\n';
}

std::string table_head(const Style& style) {
    std::string line = std::string(page_margin, ' ') + left("RTT in ms", name_width);
    for (const std::string_view name : {"min", "p50", "p90", "p99", "max"})
        line += right(name, value_width);
    return painted(style, Ink::dim, line + right("n", count_width)) + '\n';
}

std::string lost_row(const Page& page) {
    std::vector<std::string> pieces;
    const auto add = [&](std::string_view name, const LatencyResult& latency) {
        if (latency.probes_sent > latency.echoes_received)
            pieces.push_back(fmt::format("{} {} of {}", name,
                                         latency.probes_sent - latency.echoes_received,
                                         latency.probes_sent));
    };
    if (page.result().idle) add("idle", *page.result().idle);
    for (const auto* const direction : page.directions())
        add(arrow_of(direction->direction, page.style), page.result().beside(*direction));
    return pieces.empty() ? "" : row("no answer", std::move(pieces), ", ");
}

Ink ink_of(verdict::Grade grade) {
    return grade <= verdict::Grade::a   ? Ink::green
           : grade <= verdict::Grade::c ? Ink::yellow
                                        : Ink::red;
}

std::string added_row(const Page& page, const session::DirectionResult& direction) {
    const auto& latency = page.load(direction).latency;
    if (!latency) return "";
    std::vector<std::string> pieces{signed_ms(latency->added)};
    if (latency->p99_increase)
        pieces.push_back(fmt::format("p99 {}", signed_ms(*latency->p99_increase)));
    pieces.push_back(
        fmt::format("{} UDP round trips a minute", short_count(latency->round_trips_per_minute)));
    pieces.push_back("grade " +
                     painted(page.style, ink_of(latency->grade), verdict::name(latency->grade)));
    const auto& in_band = page.load(direction).in_band;
    if (in_band && verdict::has_flow_queueing(page.load(direction)) == true)
        pieces.push_back(fmt::format("its own flow {}", signed_ms(*in_band)));
    return row(direction.direction, "added", std::move(pieces), "   ", page.style);
}

} // namespace

std::string latency_table_of(const Page& page) {
    const auto& idle = page.result().idle;
    const auto directions = page.directions();
    const double top = top_of(page);
    std::string text;
    if (idle) text += values_row("  idle", *idle, top, page.style);
    for (const auto* const direction : directions)
        if (const auto& loaded = page.result().beside(*direction); loaded.probes_sent > 0)
            text += values_row(fmt::format("{} loaded", arrow_of(direction->direction, page.style)),
                               loaded, top, page.style);
    if (text.empty()) return "";
    text = table_head(page.style) + text + lost_row(page);
    for (const auto* const direction : directions)
        text += added_row(page, *direction);
    return text;
}

} // namespace wyn::ctl
