#include "ctl/latency_text.hpp"

#include "ctl/figures.hpp"
#include "ctl/page.hpp"
#include "ctl/rtt_bars.hpp"
#include "dgram/dscp.hpp"
#include "stats/order_statistics.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

namespace {

using stats::LatencySummary;
using stats::Way;

constexpr std::size_t column_width = 8;
constexpr std::size_t peak_cells = 48;

// "0.31 %", "12.3 %", "100 %"; what is there is never shown as nothing.
std::string percent(double ratio) {
    return ratio < 1e-4 ? "<0.01 %" : three_digits(ratio * 100) + " %";
}

std::string cell(const std::optional<Duration>& value) {
    return right(value ? in_ms(*value) : "-", column_width);
}

std::string table_row(std::string_view name, const stats::Histogram& values,
                      const std::optional<Duration>& newest, bool with_newest) {
    std::string line = std::string(page_margin, ' ') + left(name, page_names);
    if (with_newest) line += cell(newest);
    line += cell(values.min());
    for (const NamedQuantile& told : told_quantiles)
        line += cell(values.enough_for(told.q) ? values.quantile(told.q) : std::nullopt);
    return line + cell(values.max());
}

// What the dashes of the table stand for; empty when there are none.
std::string unknown_row(const stats::Histogram& rtt) {
    std::vector<std::string> pieces{"too few probes:"};
    for (const NamedQuantile& told : told_quantiles)
        if (!rtt.enough_for(told.q))
            pieces.push_back(
                fmt::format("{} takes {}", told.name, stats::values_needed_for(told.q)));
    return pieces.size() == 1 ? "" : row("-", std::move(pieces), "  ");
}

std::string both(const Style& style, std::string_view up, std::string_view down) {
    return fmt::format("{} {}  {} {}", glyphs(style).up, up, glyphs(style).down, down);
}

std::string_view arrow_of(Way way, const Style& style) {
    return way == Way::up ? glyphs(style).up : glyphs(style).down;
}

// Exact while that says something.
std::string how_long(Duration time) {
    return time < 100s ? fmt::format("{:.1f} s", to_seconds(time)) : two_units(time);
}

std::string headline_of(const LatencyReport& report, const Style& style) {
    const LatencyOptions& options = report.options;
    std::vector<std::string> pieces{fmt::format(
        "{} B {} {}", options.payload_bytes,
        options.schedule == session::ProbeTiming::poisson ? "at random about every" : "every",
        print_ns(options.interval.count()))};
    if (options.dscp != 0) pieces.push_back(dgram::print_dscp(options.dscp));
    pieces.push_back(how_long(report.took));
    return headline(options.host, *report.server, pieces, style);
}

std::string peaks_row(const LatencyReport& report, const Style& style) {
    const auto cells = report.peaks.cells();
    if (cells.size() < 2) return "";
    const std::size_t shown = std::min(peak_cells, cells.size());
    const double each =
        static_cast<double>(cells.size() * report.peaks.merged()) / static_cast<double>(shown);
    return fmt::format("  {}  highest of each {}\n\n", draw(style, cells, peak_cells),
                       how_long(from_seconds(each)));
}

// What the lowest one-way delays are, and how sure that is.
std::string one_way_row(const LatencyReport& report, const Style& style) {
    const auto lowest = lowest_delays(report);
    if (!lowest) return row("one way", {"not known: no pair of clocks fits the times"}, "");
    const std::string times =
        fmt::format("{} ms, each {}{}", both(style, in_ms(lowest->up), in_ms(lowest->down)),
                    glyphs(style).plus_minus, in_ms(lowest->offset.bound));
    std::vector<std::string> pieces{"lowest " + times};
    switch (lowest->offset.basis) {
    case stats::OffsetBasis::half_rtt:
        pieces.emplace_back("(half the lowest RTT: the clocks tell no better)");
        break;
    case stats::OffsetBasis::synchronised:
        pieces.emplace_back("(both clocks are synchronised)");
        break;
    case stats::OffsetBasis::contradicted:
        pieces.push_back(painted(style, Ink::yellow,
                                 "(half the lowest RTT: the clocks claim to be synchronised, and"));
        pieces.push_back(painted(style, Ink::yellow, "the RTT proves them wrong)"));
        break;
    }
    std::string text = row("one way", std::move(pieces), " ");
    if (const auto longer = lowest->asymmetry())
        text += row("asymmetry",
                    {fmt::format("{} takes {} ms longer than {}",
                                 arrow_of(*longer > 0s ? Way::up : Way::down, style),
                                 in_ms(std::max(*longer, -*longer)),
                                 arrow_of(*longer > 0s ? Way::down : Way::up, style))},
                    "");
    return text;
}

std::string variation_row(const LatencySummary& summary, const Style& style) {
    const stats::DelayDirection& up = summary.one_way.up;
    const stats::DelayDirection& down = summary.one_way.down;
    const auto up_mean = up.variation.mean_absolute();
    const auto down_mean = down.variation.mean_absolute();
    if (!up_mean || !down_mean) return "";
    std::vector<std::string> pieces{
        fmt::format("from one to the next {} ms", both(style, in_ms(*up_mean), in_ms(*down_mean)))};
    const auto up_jitter = up.jitter.value();
    const auto down_jitter = down.jitter.value();
    if (up_jitter && down_jitter)
        pieces.push_back(
            fmt::format("RTP jitter {} ms", both(style, in_ms(*up_jitter), in_ms(*down_jitter))));
    return row("variation", std::move(pieces), "   ");
}

std::string loss_rows(const LatencySummary& summary, const Style& style) {
    std::string text = row("lost", loss_pieces(summary.round_trip), "   ");
    if (summary.round_trip.lost() == 0) return text;
    for (const Way way : {Way::up, Way::down}) {
        const stats::LossPattern& pattern = way == Way::up ? summary.up : summary.down;
        text += row(fmt::format("{} lost", arrow_of(way, style)), loss_pieces(pattern), "   ");
    }
    return text;
}

std::string outage_row(const LatencySummary& summary, const Style& style) {
    if (summary.outages == 0) return "";
    return row("outages",
               {painted(style, Ink::red,
                        fmt::format("{}, the longest {}", summary.outages,
                                    how_long(summary.longest_outage)))},
               "");
}

std::string order_row(const LatencyReport& report, const Style& style) {
    std::vector<std::string> pieces;
    for (const Way way : {Way::up, Way::down}) {
        const stats::ReorderingCounts& counts =
            way == Way::up ? report.summary->reordering_up : report.summary->reordering_down;
        if (counts.reordered == 0) continue;
        pieces.push_back(fmt::format("{} {} of {} overtaken, by up to {} and {} ms",
                                     arrow_of(way, style), counts.reordered, counts.received,
                                     counts.largest_extent, in_ms(counts.latest)));
    }
    const session::LatencyCounts& counts = report.outcome->counts;
    if (counts.duplicates_there + counts.duplicates_back > 0)
        pieces.push_back(
            fmt::format("duplicated {}", both(style, fmt::to_string(counts.duplicates_there),
                                              fmt::to_string(counts.duplicates_back))));
    if (pieces.empty()) return "";
    return row("order", std::move(pieces), "   ");
}

std::string mark_row(const LatencyReport& report, const Style& style) {
    const session::LatencyCounts& counts = report.outcome->counts;
    if (counts.remarked_there + counts.remarked_back == 0) return "";
    return row(
        "marks",
        {fmt::format("{} arrived as another class: {}", dgram::print_dscp(report.options.dscp),
                     both(style, fmt::to_string(counts.remarked_there),
                          fmt::to_string(counts.remarked_back)))},
        "");
}

std::string clock_words(const std::optional<ClockState>& state, const Style& style) {
    if (!state) return "not known";
    std::string text{name(state->discipline.sync)};
    if (state->discipline.max_error)
        text +=
            fmt::format(" {}{} ms", glyphs(style).plus_minus, in_ms(*state->discipline.max_error));
    if (state->steps > 0) text += fmt::format(", set {}", count_of(state->steps, "time"));
    return text;
}

std::string skew_words(const stats::OneWayPicture::Clocks& clocks, const Style& style) {
    const double bound = std::max(clocks.most_skew - clocks.skew, clocks.skew - clocks.least_skew);
    return fmt::format("theirs gains {:+.1f} {}{:.1f} ppm", clocks.skew * 1e6,
                       glyphs(style).plus_minus, bound * 1e6);
}

// Both ends' wall clocks, and what the fit says of the pair.
std::string clocks_row(const LatencyReport& report, const Style& style) {
    const session::LatencyOutcome& outcome = *report.outcome;
    std::vector<std::string> pieces{"here " + clock_words(outcome.near_clock, style),
                                    "there " + clock_words(outcome.far_clock, style)};
    const auto& clocks = report.summary->one_way.clocks;
    constexpr Duration long_enough = 10s; // about 1 ppm on a path with some jitter
    if (clocks && clocks->covers >= long_enough) pieces.push_back(skew_words(*clocks, style));
    if (const std::uint64_t steps = report.summary->one_way.clock_steps; steps > 0)
        pieces.push_back(
            painted(style, Ink::yellow, fmt::format("{} between them", count_of(steps, "step"))));
    return row("clocks", std::move(pieces), "   ");
}

// Where the four times of the probes that returned were taken.
std::string stamps_row(const LatencySummary& summary, const Style& style) {
    const stats::StampCounts& stamps = summary.stamps;
    if (stamps.probes == 0) return "";
    const auto all = stamps.probes;
    if (stamps.sent == all && stamps.far_received == all && stamps.far_sent == all &&
        stamps.received == all)
        return row("stamps", {"all four of each probe by the kernels"}, "");
    std::vector<std::string> pieces{"by the kernels:"};
    const auto arrow = glyphs(style).arrow;
    for (const auto& [name, count] : {std::pair{fmt::format("here {}", arrow), stamps.sent},
                                      {fmt::format("{} there", arrow), stamps.far_received},
                                      {fmt::format("there {}", arrow), stamps.far_sent},
                                      {fmt::format("{} here", arrow), stamps.received}})
        pieces.push_back(fmt::format(
            "{} {}", name,
            count == all ? "all"
            : count == 0 ? painted(style, Ink::yellow, "none")
                         : percent(static_cast<double>(count) / static_cast<double>(all))));
    return row("stamps", std::move(pieces), "  ");
}

std::string noise_words(std::string_view name, const stats::Histogram& noise) {
    std::string text{name};
    for (const NamedQuantile& told : {told_quantiles[0], told_quantiles[2]})
        if (noise.enough_for(told.q))
            text += fmt::format(" {} {}", told.name, in_ms(*noise.quantile(told.q)));
    return text + fmt::format(" max {} ms", in_ms(*noise.max()));
}

// What the hosts themselves added, outside of all delays above.
std::string host_row(const LatencyReport& report) {
    const stats::HostNoise& host = report.summary->host;
    std::vector<std::string> pieces;
    if (host.schedule_lag.count() > 0) pieces.push_back(noise_words("late", host.schedule_lag));
    if (host.stack_time.count() > 0) pieces.push_back(noise_words("to send", host.stack_time));
    if (host.read_lag.count() > 0) pieces.push_back(noise_words("to wake up", host.read_lag));
    if (host.far_stack_time.count() > 0)
        pieces.push_back(noise_words("server, to send", host.far_stack_time));
    const session::LatencyCounts& counts = report.outcome->counts;
    if (counts.skipped > 0)
        pieces.push_back(fmt::format("skipped {}", count_of(counts.skipped, "probe")));
    if (counts.refused > 0)
        pieces.push_back(fmt::format("refused {}", count_of(counts.refused, "probe")));
    if (counts.socket_drops > 0)
        pieces.push_back(fmt::format("dropped {}", count_of(counts.socket_drops, "datagram")));
    if (pieces.empty()) return "";
    return row("hosts", std::move(pieces), "   ");
}

// Whoever has kept only this page must not take a part for the whole.
std::string end_row(const LatencyReport& report, const Style& style) {
    const wire::End end = report.outcome->end;
    if (end == wire::End::completed || end == wire::End::interrupted) return "";
    return row("cut short", {painted(style, Ink::yellow, wire::sentence(end))}, "");
}

} // namespace

std::vector<std::string> quantile_table(const LatencySummary& summary, const Style& style,
                                        bool with_newest) {
    std::string head = std::string(page_margin, ' ') + left("ms", page_names);
    if (with_newest) head += right("now", column_width);
    head += right("min", column_width);
    for (const NamedQuantile& told : told_quantiles)
        head += right(told.name, column_width);
    const stats::OneWayPicture& one_way = summary.one_way;
    const auto queueing = [&style](Way way) {
        return fmt::format("{} queueing", arrow_of(way, style));
    };
    return {
        painted(style, Ink::dim, head + right("max", column_width)),
        table_row("RTT", summary.probes.rtt, summary.newest_rtt, with_newest),
        table_row(queueing(Way::up), one_way.up.queueing, one_way.up.newest_queueing, with_newest),
        table_row(queueing(Way::down), one_way.down.queueing, one_way.down.newest_queueing,
                  with_newest)};
}

std::vector<std::string> loss_pieces(const stats::LossPattern& pattern) {
    const auto interval = pattern.interval();
    if (!interval) return {"not known"};
    std::vector<std::string> pieces;
    if (pattern.lost() == 0) {
        pieces.push_back(fmt::format("none of {}", pattern.count()));
    } else {
        pieces.push_back(fmt::format("{} of {}", pattern.lost(), pattern.count()));
        pieces.push_back(percent(*pattern.ratio()));
    }
    if (pattern.unknown() > 0)
        pieces.push_back(fmt::format("{} on a way that nobody knows", pattern.unknown()));
    if (pattern.lost() == 0) {
        pieces.push_back(fmt::format("surely below {}", percent(interval->high)));
        return pieces;
    }
    pieces.push_back(
        fmt::format("surely {} to {}", percent(interval->low), percent(interval->high)));
    if (pattern.longest_period() > 1)
        pieces.push_back(fmt::format("{}, the longest {}", count_of(pattern.periods(), "run"),
                                     pattern.longest_period()));
    return pieces;
}

std::string latency_as_text(const LatencyReport& report, const Style& style) {
    if (!report.summary || !report.outcome || !report.server) return "";
    const LatencySummary& summary = *report.summary;
    if (summary.probes.sent == 0) return "";
    std::string text = headline_of(report, style) + '\n';
    if (summary.probes.rtt.count() > 0) {
        text += peaks_row(report, style);
        for (const std::string& line : quantile_table(summary, style, false))
            text += line + '\n';
        text += unknown_row(summary.probes.rtt);
        text += '\n' + one_way_row(report, style) + variation_row(summary, style);
    }
    text += loss_rows(summary, style) + outage_row(summary, style) + order_row(report, style) +
            mark_row(report, style) + clocks_row(report, style) + stamps_row(summary, style) +
            host_row(report) + end_row(report, style);
    const std::string bars = rtt_bars(summary.probes.rtt, style);
    return bars.empty() ? text : text + '\n' + bars;
}

} // namespace wyn::ctl
