#include "ctl/report_text.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <vector>

namespace wyn::ctl {

namespace {

using session::DirectionResult;

// The columns of the table; what is left of a page is for the losses.
constexpr std::size_t name_width = 12;
constexpr std::size_t rate_width = 11;
constexpr std::size_t spark_width = 16;
constexpr std::size_t rtt_width = 18;
constexpr std::size_t margin = 2;

std::string_view arrow_of(const DirectionResult& result, const Style& style) {
    return result.direction == wire::Direction::up ? glyphs(style).up : glyphs(style).down;
}

// "  NAME        piece   piece": pieces that do not fit go on below the first one.
std::string row(std::string_view name, std::vector<std::string> pieces, std::string_view gap) {
    pieces.front().insert(0, std::string(margin, ' ') + left(name, name_width));
    return flow(pieces, gap, margin + name_width) + '\n';
}

// "fra1.example.net [2001:db8:41::7]:6711 · UDP/IPv6 · 12.0 s · 620 MB used"
std::string headline(const Report& report, const Style& style) {
    const dgram::Endpoint& server = *report.server;
    const std::string_view dot = glyphs(style).dot;
    std::vector<std::string> pieces;
    if (report.options.host != dgram::print(server.address))
        pieces.push_back(painted(style, Ink::bold, escaped(report.options.host, page_width)));
    pieces.push_back(painted(style, Ink::bold, dgram::print(server)));
    pieces.push_back(fmt::format("{} UDP/IPv{}", dot, server.address.is_v4() ? 4 : 6));
    pieces.push_back(fmt::format("{} {:.1f} s", dot, to_seconds(report.took)));
    pieces.push_back(fmt::format("{} {} used", dot, print_bytes(report.result->bytes_used)));
    return flow(pieces, " ", margin) + '\n';
}

std::string three_digits(double value) {
    return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

// "0.31 %", "12.3 %", "100 %"; what is there is never shown as nothing.
std::string percent(double ratio) {
    return ratio < 1e-4 ? "<0.01 %" : three_digits(ratio * 100) + " %";
}

// Exact as long as there is room; the ledger below has all digits.
std::string short_count(std::uint64_t count) {
    if (count < 1'000'000) return fmt::to_string(count);
    return three_digits(static_cast<double>(count) / 1e6) + " M";
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
    if (lost->total == 0) return painted(style, Ink::green, "0");
    const double ratio = static_cast<double>(lost->total) / static_cast<double>(sent);
    return painted(style, ratio < 0.01 ? Ink::yellow : Ink::red,
                   fmt::format("{}  {}", short_count(lost->total), percent(ratio)));
}

// A median of a few samples would be one of them, and is not known.
std::string median(const stats::Histogram& rtt) {
    return rtt.enough_for(0.5) ? in_ms(*rtt.quantile(0.5)) : "?";
}

std::string rtt_cell(const Report& report, const DirectionResult& result, const Style& style) {
    return fmt::format("{} {} {} ms", report.result->idle ? median(report.result->idle->rtt) : "?",
                       glyphs(style).arrow, median(result.loaded.rtt));
}

std::string rate_cell(const DirectionResult& result) {
    if (const auto rates = result.rates()) return print(rates->ip);
    return result.received_known && result.received.packets == 0 ? "nothing" : "not known";
}

std::string direction_row(const Report& report, const DirectionResult& result, const Style& style) {
    const std::string name =
        fmt::format("{} {}", arrow_of(result, style),
                    result.direction == wire::Direction::up ? "upload" : "download");
    return fmt::format("  {}{}  {}  {}  {}\n", left(name, name_width),
                       painted(style, Ink::bold, right(rate_cell(result), rate_width)),
                       sparkline_of_width(style, bins_of(result), spark_width),
                       left(rtt_cell(report, result, style), rtt_width), loss_cell(result, style));
}

std::string table_head(const Style& style) {
    const std::string text =
        fmt::format("  {}{}  {}  {}  lost", left("", name_width), right("rate (IP)", rate_width),
                    left("", spark_width),
                    left(fmt::format("RTT idle {} loaded", glyphs(style).arrow), rtt_width));
    return painted(style, Ink::dim, text) + '\n';
}

std::string latency_row(const session::LatencyResult& latency) {
    const auto& rtt = latency.rtt;
    const std::uint64_t asked = latency.probes_sent;
    if (rtt.count() == 0)
        return row("idle RTT",
                   {fmt::format("not known: none of {} came back", count_of(asked, "probe"))}, "");
    std::vector<std::string> pieces{fmt::format("min {}", in_ms(*rtt.min()))};
    for (const auto& [name, q] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}})
        if (rtt.enough_for(q))
            pieces.push_back(fmt::format("{} {}", name, in_ms(*rtt.quantile(q))));
    pieces.push_back(fmt::format("max {} ms", in_ms(*rtt.max())));
    pieces.push_back(fmt::format("n {}", rtt.count()));
    if (asked > latency.echoes_received)
        pieces.push_back(fmt::format("lost {}", asked - latency.echoes_received));
    return row("idle RTT", std::move(pieces), "  ");
}

// The same rate at three layers: which one a number means is where most misunderstandings start.
std::string layers_row(const DirectionResult& result, const Style& style) {
    const auto rates = result.rates();
    if (!rates) return "";
    const bool best = result.search == wire::Search::type_b && result.received.best_packets > 0;
    return row(fmt::format("{} {}", arrow_of(result, style), best ? "best 1 s" : "mean"),
               {"payload " + right(print(rates->payload), rate_width),
                "IP " + right(print(rates->ip), rate_width),
                "Ethernet " + right(print(rates->wire), rate_width)},
               "   ");
}

std::string ledger_row(const DirectionResult& result, const Style& style) {
    const auto lost = result.losses();
    if (!lost || lost->total == 0) return "";
    return row(
        fmt::format("{} packets", arrow_of(result, style)),
        {fmt::format("sent {} = received {}", result.sent.offered(), result.received.packets),
         fmt::format("+ path {}", lost->path), fmt::format("+ sending host {}", lost->sender_host),
         fmt::format("+ receiving socket {}", lost->receiver_socket)},
        " ");
}

// What else befell the datagrams on their way. Late are those that came too late to be told from
// duplicates.
std::string arrivals_row(const DirectionResult& result, const Style& style) {
    std::vector<std::string> pieces;
    if (result.received.reordered > 0)
        pieces.push_back(fmt::format("reordered {}", result.received.reordered));
    if (result.received.duplicates > 0)
        pieces.push_back(fmt::format("duplicated {}", result.received.duplicates));
    if (result.received.late > 0) pieces.push_back(fmt::format("late {}", result.received.late));
    if (pieces.empty() || !result.received_known) return "";
    return row(fmt::format("{} arrivals", arrow_of(result, style)), std::move(pieces), "   ");
}

// What held a rate back that is not the network: a reader must not take it for one.
std::string limit_of(const DirectionResult& result) {
    const bool up = result.direction == wire::Direction::up;
    const std::string_view sender = up ? "this host" : "the server";
    switch (result.sent.limited_by) {
    case wire::LimitedBy::nothing: return "";
    case wire::LimitedBy::grant:
        return fmt::format("the server grants {} of payload", print(result.granted));
    case wire::LimitedBy::breaker:
        return "more than half was lost: the load was cut to twice what arrived";
    case wire::LimitedBy::stack:
        return fmt::format("{}'s own queue was full at times and held the load back", sender);
    case wire::LimitedBy::volume: return "the volume that the server allows was used up";
    case wire::LimitedBy::time:
        return "the search met no limit in its time: the path may carry more";
    case wire::LimitedBy::host:
        if (result.search == wire::Search::unpaced)
            return fmt::format("{} sent as fast as it could: the path may carry more", sender);
        return fmt::format("{} was too busy to send {}", sender,
                           count_of(result.sent.packets_skipped, "datagram"));
    }
    return "";
}

// How well the sender kept its schedule, and in what trains the load arrived.
std::string pacing_row(const DirectionResult& result, const Style& style) {
    const wire::SendLateness& late = result.sent.lateness;
    std::vector<std::string> pieces;
    if (result.sent_known && late.max) {
        std::string text = "late";
        if (late.p50) text += fmt::format(" p50 {}", in_ms(*late.p50));
        if (late.p99) text += fmt::format(" p99 {}", in_ms(*late.p99));
        pieces.push_back(fmt::format("{} max {} ms", text, in_ms(*late.max)));
    }
    if (result.received_known && result.received.longest_train > 1)
        pieces.push_back(fmt::format("trains of up to {}", result.received.longest_train));
    if (pieces.empty()) return "";
    return row(fmt::format("{} sending", arrow_of(result, style)), std::move(pieces), "   ");
}

// What was wanted of the kernels and is not there.
std::string fallback_row(const ProbeOptions& wish, const DirectionResult& result,
                         const Style& style) {
    const bool up = result.direction == wire::Direction::up;
    std::vector<std::string> pieces;
    if (wish.offload && result.sent_known && !result.sent.segmentation)
        pieces.push_back(fmt::format("sent one by one: {} kernel cuts no trains (UDP_SEGMENT)",
                                     up ? "this host's" : "the server's"));
    if (wish.offload && result.received_known && !result.received.coalescing)
        pieces.push_back(fmt::format("received one by one: {} kernel joins no trains (UDP_GRO)",
                                     up ? "the server's" : "this host's"));
    const auto lost = result.losses();
    if (lost && lost->receiver_socket > 0 && result.received.receive_buffer_bytes != 0)
        pieces.push_back(fmt::format("the receiving socket overflowed, its buffer is {}",
                                     print_bytes(result.received.receive_buffer_bytes)));
    if (pieces.empty()) return "";
    return row(fmt::format("{} noticed", arrow_of(result, style)), std::move(pieces), "; ");
}

std::string limit_row(const DirectionResult& result, const Style& style) {
    const std::string limit = limit_of(result);
    if (limit.empty() || !result.sent_known) return "";
    return row(fmt::format("{} limited", arrow_of(result, style)),
               {painted(style, Ink::yellow, limit)}, "");
}

// The parts of several flows, in the order of their sessions.
std::string flows_row(const Report& report, const DirectionResult& result, const Style& style) {
    std::vector<std::string> pieces;
    for (const Flow& flow : report.flows) {
        const auto& part =
            result.direction == wire::Direction::up ? flow.result.up : flow.result.down;
        const auto rates = part ? part->rates() : std::nullopt;
        pieces.push_back(rates ? print(rates->ip) : "not known");
    }
    if (pieces.empty()) return "";
    return row(fmt::format("{} flows", arrow_of(result, style)), std::move(pieces), "   ");
}

// What the server made of a wish; that of a rate is told by limit_row().
std::string grant_row(const ProbeOptions& wish, const DirectionResult& result, const Style& style) {
    std::vector<std::string> pieces;
    if (result.duration > Duration::zero() && result.duration < wish.duration)
        pieces.push_back(fmt::format("{} instead of {}", print_ns(result.duration.count()),
                                     print_ns(wish.duration.count())));
    if (wish.payload_bytes && result.datagram_bytes < *wish.payload_bytes)
        pieces.push_back(fmt::format("datagrams of {} instead of {} bytes", result.datagram_bytes,
                                     *wish.payload_bytes));
    if (pieces.empty()) return "";
    pieces.front().insert(0, "by the server: ");
    return row(fmt::format("{} granted", arrow_of(result, style)), std::move(pieces), ", ");
}

// Whoever has kept only this page must not take a part for the whole.
std::string end_row(const DirectionResult& result, const Style& style) {
    if (result.end == wire::End::completed) return "";
    return row(fmt::format("{} cut short", arrow_of(result, style)),
               {painted(style, Ink::yellow, wire::sentence(result.end))}, "");
}

} // namespace

std::string report_as_text(const Report& report, const Style& style) {
    if (!report.result || !report.server) return "";
    const session::ProbeResult& result = *report.result;
    std::vector<const DirectionResult*> directions;
    for (const wire::Direction direction : report.options.directions)
        if (const auto& which = direction == wire::Direction::up ? result.up : result.down)
            directions.push_back(&*which);
    if (!result.idle && directions.empty()) return "";
    std::string text = headline(report, style) + '\n';
    if (!directions.empty()) {
        text += table_head(style);
        for (const DirectionResult* const direction : directions)
            text += direction_row(report, *direction, style);
        text += '\n';
    }
    if (result.idle) text += latency_row(*result.idle);
    for (const auto rows : {layers_row, ledger_row, arrivals_row, pacing_row, limit_row, end_row})
        for (const DirectionResult* const direction : directions)
            text += rows(*direction, style);
    for (const DirectionResult* const direction : directions)
        text += flows_row(report, *direction, style);
    for (const auto rows : {grant_row, fallback_row})
        for (const DirectionResult* const direction : directions)
            text += rows(report.options, *direction, style);
    return text;
}

std::string failure_as_text(const Failure& failure, const Style& style) {
    std::string text = flow(fmt::format("wyndrvrctl: {}", failure.sentence), 2) + '\n';
    const std::string_view arrow = glyphs(style).arrow;
    for (const std::string& advice : failure.advice)
        text += flow(fmt::format("  {} {}", arrow, advice), 3 + columns(arrow)) + '\n';
    return text;
}

} // namespace wyn::ctl
