// What is behind the figures: the rate at other layers, where every datagram has gone, how well the
// hosts did their work.
#include "ctl/figures.hpp"
#include "ctl/report_page.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

namespace {

using session::DirectionResult;

constexpr std::size_t rate_width = 11;

// "93.42 ± 0.11 Mbit/s": four digits, and of the width as many behind the point, never none.
std::string with_width(std::uint64_t bps, std::uint64_t half_width, const Style& style) {
    const auto value = static_cast<double>(bps);
    const auto [unit, name] = value >= 1e9   ? std::pair{1e9, "Gbit/s"}
                              : value >= 1e6 ? std::pair{1e6, "Mbit/s"}
                                             : std::pair{1e3, "kbit/s"};
    const double shown = value / unit;
    const int decimals = shown < 9.9995 ? 3 : shown < 99.995 ? 2 : 1;
    const double least = decimals == 3 ? 0.001 : decimals == 2 ? 0.01 : 0.1;
    if (half_width == 0) return fmt::format("{:.{}f} {}", shown, decimals, name);
    return fmt::format("{:.{}f} {} {:.{}f} {}", shown, decimals, style.unicode ? "±" : "+-",
                       std::max(least, static_cast<double>(half_width) / unit), decimals, name);
}

// What a search has found, and how far that goes.
std::string capacity_row(const Page& page, const DirectionResult& result) {
    const Style& style = page.style;
    if (!result.reports_capacity()) return "";
    const wire::CapacityRecord& found = result.capacity;
    const std::string rate = with_width(found.ip_bps, found.half_width_bps, style);
    std::vector<std::string> pieces{rate};
    switch (found.verdict) {
    case wire::CapacityVerdict::none:
    case wire::CapacityVerdict::ok: break;
    case wire::CapacityVerdict::two_rate:
        pieces.push_back(fmt::format("after {} for {}",
                                     with_width(found.burst_bps, found.burst_half_width_bps, style),
                                     print_bytes(found.bucket_bytes)));
        break;
    case wire::CapacityVerdict::unstable: pieces.emplace_back("the rate varies"); break;
    case wire::CapacityVerdict::lower_bound:
        pieces = {"at least " + rate, "nothing showed a limit"};
        break;
    case wire::CapacityVerdict::sender_limited:
        pieces = {"at least " + rate, "the sender was not fast enough"};
        break;
    case wire::CapacityVerdict::receiver_limited:
        pieces = {"at least " + rate, "the receiving socket overflowed"};
        break;
    case wire::CapacityVerdict::host_stalled:
        pieces.emplace_back("the sender stood still too often");
        break;
    }
    if (found.half_width_bps != 0) {
        pieces.push_back(
            fmt::format("full for {}", print_ns(static_cast<std::int64_t>(found.saturated_ns))));
        pieces.push_back(fmt::format("queue {} ms", in_ms(Duration{found.queue_ns})));
    }
    return row(result.direction, "capacity", std::move(pieces), "   ", style);
}

// The same rate at three layers: which one a number means is where most misunderstandings start.
std::string layers_row(const Page& page, const DirectionResult& result) {
    const auto rates = result.rates();
    if (!rates) return "";
    const std::string_view what = result.reports_capacity()      ? "layers"
                                  : result.reports_best_second() ? "best 1 s"
                                                                 : "mean";
    return row(result.direction, what,
               {"payload " + right(print(rates->payload), rate_width),
                "IP " + right(print(rates->ip), rate_width),
                "Ethernet " + right(print(rates->wire), rate_width)},
               "   ", page.style);
}

std::string ledger_row(const Page& page, const DirectionResult& result) {
    const auto lost = result.losses();
    if (!lost || lost->total == 0) return "";
    const verdict::Share path{.hits = lost->path,
                              .trials = result.sent.offered() - lost->sender_host};
    return row(
        result.direction, "ledger",
        {fmt::format("sent {} = received {}", result.sent.offered(), result.received.packets),
         fmt::format("+ path {}", lost->path), fmt::format("+ sending host {}", lost->sender_host),
         fmt::format("+ receiving socket {};", lost->receiver_socket),
         "path " + share_with_interval(path, page.style)},
        " ", page.style);
}

// What else befell the datagrams on their way. Late are those that came too late to be told from
// duplicates.
std::string arrivals_row(const Page& page, const DirectionResult& result) {
    std::vector<std::string> pieces;
    if (result.received.reordered > 0)
        pieces.push_back(fmt::format("reordered {}", result.received.reordered));
    if (result.received.duplicates > 0)
        pieces.push_back(fmt::format("duplicated {}", result.received.duplicates));
    if (result.received.late > 0) pieces.push_back(fmt::format("late {}", result.received.late));
    if (pieces.empty() || !result.received_known) return "";
    return row(result.direction, "arrivals", std::move(pieces), "   ", page.style);
}

// How well the sender kept its schedule, and in what trains the load arrived.
std::string pacing_row(const Page& page, const DirectionResult& result) {
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
    return row(result.direction, "sending", std::move(pieces), "   ", page.style);
}

// What the hosts had to do with it, and what they dropped of all that went on there.
std::string hosts_row(const Page& page, const DirectionResult& result) {
    const verdict::Load& load = page.load(result);
    std::vector<std::string> pieces;
    const auto add_busy = [&pieces](std::string_view name, const verdict::Host& host) {
        if (!host.thread_busy) return;
        pieces.push_back(fmt::format("{}'s thread {:.0f} % busy", name, *host.thread_busy * 100));
        if (verdict::crowded_out(host))
            pieces.back() +=
                fmt::format(", {:.0f} % waiting for a core", *host.thread_kept_waiting * 100);
    };
    const auto add_drops = [&pieces](std::string_view host, std::string_view what,
                                     const std::optional<std::uint64_t>& drops) {
        if (drops.value_or(0) > 0)
            pieces.push_back(fmt::format("{}'s {} dropped {}", host, what, *drops));
    };
    add_busy(verdict::sender_of(load), load.sender);
    add_busy(verdict::receiver_of(load), load.receiver);
    add_drops(verdict::sender_of(load), "queue", load.sender.queue_drops);
    add_drops(verdict::sender_of(load), "device", load.sender.device_drops);
    add_drops(verdict::receiver_of(load), "device", load.receiver.device_drops);
    if (pieces.empty()) return "";
    return row(result.direction, "hosts", std::move(pieces), "   ", page.style);
}

// Whoever has kept only this page must not take a part for the whole.
std::string end_row(const Page& page, const DirectionResult& result) {
    if (result.end == wire::End::completed) return "";
    return row(result.direction, "cut short",
               {painted(page.style, Ink::yellow, wire::sentence(result.end))}, "", page.style);
}

// The parts of several flows, in the order of their sessions.
std::string flows_row(const Page& page, const DirectionResult& result) {
    std::vector<std::string> pieces;
    for (const Flow& flow : page.report.flows) {
        const auto& part =
            result.direction == wire::Direction::up ? flow.result.up : flow.result.down;
        const auto rates = part ? part->rates() : std::nullopt;
        pieces.push_back(rates ? print(rates->ip) : "not known");
    }
    if (pieces.empty()) return "";
    return row(result.direction, "flows", std::move(pieces), "   ", page.style);
}

// What the server made of a wish; that of a rate is a finding when it held the load back.
std::string grant_row(const Page& page, const DirectionResult& result) {
    const ProbeOptions& wish = page.report.options;
    std::vector<std::string> pieces;
    if (wish.duration && result.duration > Duration::zero() && result.duration < *wish.duration)
        pieces.push_back(fmt::format("{} instead of {}", print_ns(result.duration.count()),
                                     print_ns(wish.duration->count())));
    if (wish.payload_bytes && result.datagram_bytes < *wish.payload_bytes)
        pieces.push_back(fmt::format("datagrams of {} instead of {} bytes", result.datagram_bytes,
                                     *wish.payload_bytes));
    if (pieces.empty()) return "";
    pieces.front().insert(0, "by the server: ");
    return row(result.direction, "granted", std::move(pieces), ", ", page.style);
}

// What was wanted of the kernels and is not there, and what was done to the load that was not asked
// for.
std::string noticed_row(const Page& page, const DirectionResult& result) {
    const bool up = result.direction == wire::Direction::up;
    const bool offload = page.report.options.offload;
    std::vector<std::string> pieces;
    if (offload && result.sent_known && !result.sent.segmentation)
        pieces.push_back(fmt::format("sent one by one: {} kernel cuts no trains (UDP_SEGMENT)",
                                     up ? "this host's" : "the server's"));
    if (offload && result.received_known && !result.received.coalescing)
        pieces.push_back(fmt::format("received one by one: {} kernel joins no trains (UDP_GRO)",
                                     up ? "the server's" : "this host's"));
    if (result.sent_known && result.sent.limited_by == wire::LimitedBy::breaker)
        pieces.emplace_back("more than half was lost: the load was cut to twice what arrived");
    if (result.sent_known && result.sent.limited_by == wire::LimitedBy::silence)
        pieces.emplace_back("the load paused: nothing was heard of it for 500 ms");
    if (pieces.empty()) return "";
    return row(result.direction, "noticed", std::move(pieces), "; ", page.style);
}

} // namespace

std::string details_of(const Page& page) {
    std::string text;
    for (const auto rows : {capacity_row, layers_row, ledger_row, arrivals_row, pacing_row,
                            hosts_row, end_row, flows_row, grant_row, noticed_row})
        for (const DirectionResult* const direction : page.directions())
            text += rows(page, *direction);
    return text;
}

} // namespace wyn::ctl
