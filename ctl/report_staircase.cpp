// What a path does with less than its capacity, and with a little more: one row for each load.
#include "ctl/evidence.hpp"
#include "ctl/figures.hpp"
#include "ctl/report_page.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

namespace {

constexpr std::size_t name_width = 9;
constexpr std::size_t rate_width = 13;
constexpr std::size_t value_width = 8;
constexpr std::size_t added_width = 12;

std::string table_head(const Page& page) {
    std::string line =
        std::string(page_margin, ' ') + left("load", name_width) + right("IP rate", rate_width);
    for (const std::string_view name : {"RTT p50", "p90", "max"})
        line += right(name, value_width);
    return painted(page.style, Ink::dim, line + right("added", added_width) + "  lost") + '\n';
}

std::string stair_row(const Page& page, const session::FollowUp& stair) {
    const verdict::Load load = load_of(stair.load, page.result());
    std::string line = std::string(page_margin, ' ') +
                       left(fmt::format("{} {:3.0f} %", arrow_of(stair.load.direction, page.style),
                                        100 * stair.share),
                            name_width) +
                       right(load.ip ? print(*load.ip) : "not known", rate_width);
    const stats::Histogram& rtt = stair.load.loaded.rtt;
    for (const std::string& value : {percentile_in_ms(rtt, 0.5), percentile_in_ms(rtt, 0.9),
                                     rtt.max() ? in_ms(*rtt.max()) : "-"})
        line += right(value, value_width);
    line += right(load.latency ? signed_ms(load.latency->added) : "not known", added_width);
    const auto lost = stair.load.losses();
    const std::uint64_t offered = stair.load.sent.offered();
    const bool is_known = lost && offered > 0;
    return line + "  " +
           (is_known ? share_in_column({.hits = lost->total, .trials = offered}, page.style)
                     : "not known") +
           '\n';
}

} // namespace

std::string staircase_of(const Page& page) {
    if (!page.report.options.staircase) return "";
    std::string rows;
    for (const session::FollowUp& stair : page.result().follow_ups)
        if (stair.share != session::overload_share) rows += stair_row(page, stair);
    if (rows.empty()) return row("staircase", {"left out: the capacity was not found"}, "");
    return table_head(page) + rows;
}

} // namespace wyn::ctl
