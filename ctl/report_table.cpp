// The first lines of a page: whom was measured, and the figures that most people came for.
#include "base/text.hpp"
#include "ctl/figures.hpp"
#include "ctl/report_page.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

namespace {

using session::DirectionResult;

// The columns of the table; stand-ins in ASCII are wider, so the curve is shorter. What is left of
// a page is for the losses.
struct Columns {
    std::size_t name = 11;
    std::size_t rate = 17;
    std::size_t spark = 10;
    std::size_t rtt = 17;
    std::string_view gap = "  ";
};
Columns columns_of(const Style& style) {
    if (style.unicode) return {};
    return {.rate = 18, .spark = 9, .rtt = 18, .gap = " "};
}

std::vector<double> bins_of(const DirectionResult& result) {
    std::vector<double> values;
    for (const auto& bin : result.series.bins())
        values.push_back(static_cast<double>(bin.bytes));
    if (values.size() > 2) values.pop_back(); // the last one is seldom a whole one
    return values;
}

std::string loss_cell(const DirectionResult& result, const Style& style) {
    const auto lost = result.losses();
    if (!lost) return painted(style, Ink::dim, "not known");
    const std::uint64_t sent = result.sent.offered();
    if (sent == 0) return painted(style, Ink::dim, "none sent");
    const verdict::Share share{.hits = lost->total, .trials = sent};
    const verdict::Level level = verdict::level_of_loss(share.ratio());
    const Ink ink = share.hits == 0                ? Ink::green
                    : level == verdict::Level::bad ? Ink::red
                                                   : Ink::yellow;
    return painted(style, ink, share_in_column(share, style));
}

// A median of a few samples would be one of them, and is not known.
std::string median(const stats::Histogram& rtt) {
    return rtt.enough_for(0.5) ? in_ms(*rtt.quantile(0.5)) : "?";
}

std::string rtt_cell(const Page& page, const DirectionResult& result) {
    return fmt::format("{} {} {} ms", page.result().idle ? median(page.result().idle->rtt) : "?",
                       glyphs(page.style).arrow, median(page.result().beside(result).rtt));
}

std::string rate_cell(const Page& page, const DirectionResult& result) {
    const verdict::Load& load = page.load(result);
    if (load.capacity)
        return rate_with_half_width(load.capacity->ip, load.capacity->half_width, page.style);
    if (load.ip) return print(*load.ip);
    return result.received_known && result.received.packets == 0 ? "nothing" : "not known";
}

std::string direction_row(const Page& page, const DirectionResult& result) {
    const Style& style = page.style;
    const Columns width = columns_of(style);
    const std::string name =
        fmt::format("{} {}", arrow_of(result.direction, style), verdict::noun(result.direction));
    return fmt::format("  {}{}  {}{}{}{}{}\n", left(name, width.name),
                       painted(style, Ink::bold, right(rate_cell(page, result), width.rate)),
                       sparkline_of_width(style, bins_of(result), width.spark), width.gap,
                       left(rtt_cell(page, result), width.rtt), " ", loss_cell(result, style));
}

std::string table_head(const Page& page) {
    const Columns width = columns_of(page.style);
    // A rate that was given is no capacity: more might have gone through.
    const std::string_view rate = page.report.options.rate ? "IP rate" : "IP capacity";
    const std::string text = fmt::format(
        "  {}{}  {}{}{} lost", left("", width.name), right(rate, width.rate), left("", width.spark),
        width.gap, left(fmt::format("RTT idle{}loaded", glyphs(page.style).arrow), width.rtt));
    return painted(page.style, Ink::dim, text) + '\n';
}

} // namespace

// "fra1.example.net [2001:db8:41::7]:6711 · UDP/IPv6 · 12.0 s · 620 MB used"
std::string headline_of(const Page& page) {
    const Report& report = page.report;
    return headline(report.options.host, *report.server,
                    {fmt::format("{:.1f} s", to_seconds(report.took)),
                     fmt::format("{} used", print_bytes(report.result->bytes_used))},
                    page.style);
}

std::string table_of(const Page& page) {
    const auto directions = page.directions();
    if (directions.empty()) return "";
    std::string text = table_head(page);
    for (const DirectionResult* const direction : directions)
        text += direction_row(page, *direction);
    return text;
}

} // namespace wyn::ctl
