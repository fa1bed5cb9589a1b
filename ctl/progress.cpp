#include "ctl/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::ctl {

namespace {

constexpr std::size_t spark_cells = 20;
constexpr std::size_t bar_cells = 32;

std::string_view name_of(session::ProbePhase phase) {
    switch (phase) {
    case session::ProbePhase::opening: return "reaching the ports";
    case session::ProbePhase::idle: return "idle latency";
    case session::ProbePhase::down: return "download";
    case session::ProbePhase::up: return "upload";
    case session::ProbePhase::resting: return "letting queues run empty";
    case session::ProbePhase::closing: return "finishing";
    case session::ProbePhase::done: return "done";
    }
    return "";
}

} // namespace

void ProgressView::update(const session::ProbeProgress& progress) {
    last_ = progress;
    for (Row& row : rows_) {
        if (row.phase != progress.phase) continue;
        const bool idle = row.phase == session::ProbePhase::idle;
        row.seen = true;
        row.rtt = progress.rtt;
        if (idle && progress.rtt == Duration::zero()) continue; // none yet
        row.figure = idle ? in_ms(progress.rtt) + " ms" : print(progress.rate);
        row.values.push_back(idle ? to_seconds(progress.rtt) : progress.rate.as_double());
        if (row.values.size() > spark_cells) row.values.erase(row.values.begin());
    }
}

std::string ProgressView::line_of(const Row& row, bool active) const {
    const std::string mark{active ? glyphs(style_).mark : " "};
    std::string line =
        fmt::format("{} {}  {}  {}", mark, left(row.name, 9),
                    left(sparkline(style_, row.values), spark_cells), right(row.figure, 12));
    if (row.phase != session::ProbePhase::idle && row.rtt != Duration::zero())
        line += fmt::format("   RTT {} ms", in_ms(row.rtt));
    const std::string_view shown = first_columns(line, width_);
    return active ? painted(style_, Ink::bold, shown) : std::string{shown};
}

std::string ProgressView::bar() const {
    std::string line = fmt::format("  {}", name_of(last_.phase));
    if (last_.planned > Duration::zero()) {
        const double share =
            std::clamp(to_seconds(last_.elapsed) / to_seconds(last_.planned), 0.0, 1.0);
        const auto full = static_cast<std::size_t>(share * bar_cells);
        std::string cells;
        for (std::size_t i = 0; i < bar_cells; ++i)
            cells += i < full ? (style_.unicode ? "█" : "#") : (style_.unicode ? "░" : ".");
        line = fmt::format("  [{}] {:.1f} / {:.1f} s", cells,
                           std::min(to_seconds(last_.elapsed), to_seconds(last_.planned)),
                           to_seconds(last_.planned));
    }
    const std::string_view advice = "   ^C = finish now";
    if (columns(line) + columns(advice) > width_) return std::string{first_columns(line, width_)};
    return line + painted(style_, Ink::dim, advice);
}

// A line that wraps would spoil the redrawing: what does not fit is cut off.
std::vector<std::string> ProgressView::lines() const {
    std::vector<std::string> lines{std::string{first_columns(target_, width_)}, ""};
    for (const Row& row : rows_)
        if (row.seen) lines.push_back(line_of(row, row.phase == last_.phase));
    lines.push_back(bar());
    return lines;
}

} // namespace wyn::ctl
