#include "ctl/watch_view.hpp"

#include "ctl/status_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>

namespace wyn::ctl {

namespace {

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& one) { return sum + one.second; });
}

// Counters only grow; what seems to have shrunk is another session, or another daemon.
std::uint64_t growth(std::uint64_t before, std::uint64_t now) {
    return now - std::min(before, now);
}

// Adds the lines of a text, each of which has its end.
void add(std::vector<std::string>& lines, std::string_view text) {
    for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos;
         text.remove_prefix(end + 1))
        lines.emplace_back(text.substr(0, end));
}

} // namespace

void WatchView::update(const status::Status& status) {
    rates_.clear();
    traffic_.reset();
    if (newest_ && newest_->pid == status.pid && newest_->uptime_ns < status.uptime_ns)
        compare(*newest_, status);
    newest_ = status;
}

void WatchView::compare(const status::Status& before, const status::Status& now) {
    const std::uint64_t ns = now.uptime_ns - before.uptime_ns;
    std::uint64_t in = 0;
    std::uint64_t out = 0;
    std::map<std::string_view, const status::Session*> then;
    for (const status::Session& session : before.sessions)
        then[session.id] = &session;
    const status::Session none;
    for (const status::Session& session : now.sessions) {
        const auto place = then.find(session.id);
        const status::Session& old = place == then.end() ? none : *place->second;
        in += growth(old.bytes_in, session.bytes_in);
        out += growth(old.bytes_out, session.bytes_out);
        if (session.running.empty()) continue;
        const bool same_test = old.tests == session.tests && !old.running.empty();
        rates_[session.id] =
            rate_of(growth(same_test ? old.test_payload_bytes : 0, session.test_payload_bytes), ns);
    }
    traffic_ = Traffic{.in = rate_of(in, ns), .out = rate_of(out, ns)};
}

std::vector<std::string> WatchView::page_lines(const Style& style) const {
    if (!newest_) return {};
    const status::Status& status = *newest_;
    std::vector<std::string> lines;
    add(lines, daemon_headline(status, style));
    add(lines, daemon_row("traffic", traffic_ ? std::vector{"in " + print(traffic_->in),
                                                            "out " + print(traffic_->out)}
                                              : std::vector<std::string>{"not known yet"}));
    add(lines,
        daemon_row("ports", {fmt::format("{} of {} free", status.ports_free, status.ports_total)}));
    add(lines, daemon_row("clients", {fmt::format("{} admitted", status.admitted),
                                      fmt::format("{} refused", sum_of(status.refused)),
                                      fmt::format("{} ended", sum_of(status.ended))}));
    if (status.sessions.empty()) return lines;
    lines.emplace_back();
    std::ranges::move(session_lines(status.sessions, rates_, style), std::back_inserter(lines));
    return lines;
}

std::string WatchView::page() const {
    std::string text;
    for (const std::string& line : page_lines(style_))
        text += line + '\n';
    return text;
}

std::vector<std::string> WatchView::lines(std::size_t width, std::size_t height) const {
    // Lines that have to be cut are not painted: the end of the paint would be cut off, too.
    const Style style{.colour = style_.colour && width >= page_width, .unicode = style_.unicode};
    std::vector<std::string> lines = page_lines(style);
    if (lines.size() > height) {
        lines.resize(std::max<std::size_t>(height, 1) - 1);
        lines.emplace_back("  ...");
    }
    // One that wraps would spoil the redrawing.
    for (std::string& line : lines)
        if (columns(line) > width) line = first_columns(line, width);
    return lines;
}

} // namespace wyn::ctl
