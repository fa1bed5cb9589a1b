#include "ctl/latency_view.hpp"

#include "ctl/latency_text.hpp"
#include "ctl/page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace wyn::ctl {

namespace {

constexpr std::size_t caption_width = 18;

std::string_view name_of(session::LatencyPhase phase) {
    switch (phase) {
    case session::LatencyPhase::opening: return "reaching the ports";
    case session::LatencyPhase::probing: return "";
    case session::LatencyPhase::settling: return "waiting for the last echoes";
    case session::LatencyPhase::closing: return "finishing";
    case session::LatencyPhase::done: return "done";
    }
    return "";
}

// A line that wraps would spoil the redrawing: what does not fit is cut off, and its colour with
// it, since half a code would be worse.
std::string cut(const std::string& line, std::size_t width) {
    if (columns(line) <= width) return line;
    std::string plain;
    bool in_code = false;
    for (const char c : line) {
        if (c == '\x1b') in_code = true;
        if (!in_code) plain += c;
        if (c == 'm') in_code = false;
    }
    return std::string{first_columns(plain, width)};
}

} // namespace

std::string LatencyView::bar(const session::LatencyProgress& progress, Duration planned) const {
    if (const auto name = name_of(progress.phase); !name.empty()) return fmt::format("  {}", name);
    const std::string elapsed = fmt::format("{:.1f}", to_seconds(progress.elapsed));
    const std::string line = planned > Duration::zero()
                                 ? fmt::format("  {} / {:.1f} s", elapsed, to_seconds(planned))
                                 : fmt::format("  {} s", elapsed);
    return line + painted(style_, Ink::dim, "   ^C = finish");
}

std::vector<std::string> LatencyView::lines(const stats::LatencySummary& summary,
                                            const session::LatencyProgress& progress,
                                            const LatencyCollector& collector,
                                            Duration planned) const {
    std::vector<std::string> lines{painted(style_, Ink::bold, target_), ""};
    const std::size_t cells = std::max(width_, caption_width) - caption_width;
    if (const auto newest = collector.newest_cells(); newest.size() > 1) {
        const auto shown = newest.last(std::min(newest.size(), cells));
        lines.push_back(fmt::format("  {}  {}", draw(style_, shown, shown.size()),
                                    painted(style_, Ink::dim, "worst of 1 s")));
        lines.emplace_back();
    }
    for (std::string& line : quantile_table(summary, style_, true))
        lines.push_back(std::move(line));
    lines.emplace_back();
    if (summary.probes.sent > 0)
        lines.push_back(fmt::format("  {}{}", left("lost", page_names),
                                    fmt::join(loss_pieces(summary.round_trip), "   ")));
    if (const std::string& event = collector.newest_event(); !event.empty())
        lines.push_back("  " + event);
    lines.push_back(bar(progress, planned));
    for (std::string& line : lines)
        line = cut(line, width_);
    return lines;
}

} // namespace wyn::ctl
