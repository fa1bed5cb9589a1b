#include "ctl/report_text.hpp"

#include <fmt/format.h>

#include <vector>

namespace wyn::ctl {

namespace {

using session::DirectionResult;

constexpr std::size_t name_width = 12;
constexpr std::size_t rate_width = 14;
constexpr std::size_t spark_width = 16;
constexpr std::size_t rtt_width = 18;

// "fra1.example.net [2001:db8:41::7]:6711 · UDP · 12.0 s · 620 MB used"
std::string headline(const Report& report, const Style& style) {
    const std::string dot = fmt::format(" {} ", glyphs(style).dot);
    const std::string address = dgram::print(*report.server);
    std::string line = painted(style, Ink::bold, address);
    if (report.options.host != dgram::print(report.server->address))
        line = painted(style, Ink::bold, report.options.host) + ' ' + address;
    line +=
        fmt::format("{}UDP/IPv{}{}{:.1f} s{}{} used", dot, report.server->address.is_v4() ? 4 : 6,
                    dot, to_seconds(report.took), dot, print_bytes(report.result->bytes_used));
    return line + "\n";
}

std::string percent(double ratio) {
    if (ratio == 0) return "0 %";
    if (ratio < 0.0001) return "<0.01 %";
    return fmt::format("{:.{}f} %", ratio * 100, ratio < 0.0995 ? 2 : 1);
}

std::vector<double> bins_of(const DirectionResult& result) {
    std::vector<double> values;
    for (const auto& bin : result.series.bins())
        values.push_back(static_cast<double>(bin.bytes));
    if (values.size() > 2) values.pop_back(); // the last one is seldom a whole one
    return values;
}

std::string loss_cell(const DirectionResult& result, const Style& style) {
    const auto lost = result.lost_on_the_way();
    if (!lost) return painted(style, Ink::dim, "not known");
    const std::uint64_t sent = result.sent.offered();
    const std::uint64_t all = *lost + result.sent.packets_refused;
    const double ratio = sent == 0 ? 0 : static_cast<double>(all) / static_cast<double>(sent);
    const Ink ink = all == 0 ? Ink::green : ratio < 0.01 ? Ink::yellow : Ink::red;
    return painted(style, ink, all == 0 ? "0" : fmt::format("{}  {}", all, percent(ratio)));
}

std::string rtt_cell(const Report& report, const DirectionResult& result, const Style& style) {
    const auto loaded = result.loaded.rtt.quantile(0.5);
    const auto idle = report.result->idle ? report.result->idle->rtt.quantile(0.5) : std::nullopt;
    return fmt::format("{} {} {} ms", idle ? in_ms(*idle) : "?", glyphs(style).arrow,
                       loaded ? in_ms(*loaded) : "?");
}

std::string direction_row(const Report& report, const DirectionResult& result, const Style& style) {
    const bool up = result.direction == wire::Direction::up;
    const Glyphs glyph = glyphs(style);
    const auto rates = result.rates();
    const std::string name =
        fmt::format("{} {}", up ? glyph.up : glyph.down, up ? "upload" : "download");
    const std::string rate = rates ? print(rates->ip) : "nothing";
    const auto bins = bins_of(result);
    return fmt::format("  {}{}  {}  {}  {}\n", left(name, name_width),
                       painted(style, Ink::bold, right(rate, rate_width)),
                       sparkline_of_width(style, bins, spark_width),
                       left(rtt_cell(report, result, style), rtt_width), loss_cell(result, style));
}

std::string latency_row(const session::LatencyResult& latency) {
    const auto& rtt = latency.rtt;
    std::string row = fmt::format("  {}min {}", left("idle RTT", name_width),
                                  in_ms(rtt.min().value_or(Duration{})));
    for (const auto& [name, q] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}})
        if (rtt.enough_for(q)) row += fmt::format("   {} {}", name, in_ms(*rtt.quantile(q)));
    return row +
           fmt::format("   max {} ms   n {}\n", in_ms(rtt.max().value_or(Duration{})), rtt.count());
}

// The same rate at three layers: which one a number means is where most misunderstandings start.
std::string layers_row(const DirectionResult& result, const Style& style) {
    const auto rates = result.rates();
    if (!rates) return "";
    const bool best = result.search != wire::Search::fixed && result.received.best_packets > 0;
    const std::string_view arrow =
        result.direction == wire::Direction::up ? glyphs(style).up : glyphs(style).down;
    return fmt::format("  {}payload {}   IP {}   Ethernet {}\n",
                       left(fmt::format("{} {}", arrow, best ? "best 1 s" : "mean"), name_width),
                       print(rates->payload), print(rates->ip), print(rates->wire));
}

std::string ledger_row(const DirectionResult& result, const Style& style) {
    const auto lost = result.lost_on_the_way();
    if (!lost || (*lost == 0 && result.sent.packets_refused == 0 &&
                  result.received.duplicates == 0 && result.received.reordered == 0))
        return "";
    const std::uint64_t in_socket = result.lost_in_receiver_socket();
    const std::string_view arrow =
        result.direction == wire::Direction::up ? glyphs(style).up : glyphs(style).down;
    std::string row = fmt::format(
        "  {}sent {} = received {} + path {} + sending host {}\n  {}  + receiving socket {}",
        left(fmt::format("{} packets", arrow), name_width), result.sent.offered(),
        result.received.packets, *lost - in_socket, result.sent.packets_refused,
        left("", name_width), in_socket);
    if (result.received.duplicates > 0)
        row += fmt::format("   duplicates {}", result.received.duplicates);
    if (result.received.reordered > 0)
        row += fmt::format("   reordered {}", result.received.reordered);
    return row + "\n";
}

// What held a rate back that is not the network: a reader must not take it for one.
std::string limit_row(const DirectionResult& result, const Style& style) {
    const bool up = result.direction == wire::Direction::up;
    const std::string_view arrow = up ? glyphs(style).up : glyphs(style).down;
    std::string what;
    const std::uint64_t skipped = result.sent.packets_skipped;
    switch (result.sent.limited_by) {
    case wire::LimitedBy::nothing:
        if (skipped * 100 <= result.sent.offered()) return "";
        what = fmt::format("the {} was too busy for {} datagrams, which were not sent",
                           up ? "sending host" : "server's host", skipped);
        break;
    case wire::LimitedBy::grant:
        what = fmt::format("the server grants {}", print(result.granted));
        break;
    case wire::LimitedBy::breaker:
        what = "more than half was lost: the load was cut to twice what arrived";
        break;
    case wire::LimitedBy::stack:
        what = fmt::format("the {} host's network stack could not take more",
                           up ? "sending" : "server's");
        break;
    case wire::LimitedBy::volume: what = "the session's volume was used up"; break;
    }
    return fmt::format("  {}{}\n", left(fmt::format("{} limited", arrow), name_width),
                       painted(style, Ink::yellow, what));
}

} // namespace

std::string report_as_text(const Report& report, const Style& style) {
    if (!report.result || !report.server) return "";
    const session::ProbeResult& result = *report.result;
    if (!result.idle && !result.down && !result.up) return "";
    std::string text = headline(report, style) + "\n";
    std::vector<const DirectionResult*> directions;
    for (const wire::Direction direction : report.options.directions)
        if (const auto& which = direction == wire::Direction::up ? result.up : result.down)
            directions.push_back(&*which);
    if (!directions.empty())
        text += painted(style, Ink::dim,
                        fmt::format("  {}{}  {}  {}  lost", left("", name_width),
                                    right("rate (IP)", rate_width), left("", spark_width),
                                    left(fmt::format("RTT idle {} loaded", glyphs(style).arrow),
                                         rtt_width))) +
                "\n";
    for (const DirectionResult* direction : directions)
        text += direction_row(report, *direction, style);
    text += "\n";
    if (result.idle) text += latency_row(*result.idle);
    for (const auto row : {layers_row, ledger_row, limit_row})
        for (const DirectionResult* direction : directions)
            text += row(*direction, style);
    return text;
}

std::string failure_as_text(const Failure& failure, const Style& style) {
    std::string text = fmt::format("wyndrvrctl: {}\n", failure.sentence);
    for (const std::string& advice : failure.advice)
        text += fmt::format("  {} {}\n", glyphs(style).arrow, advice);
    return text;
}

} // namespace wyn::ctl
