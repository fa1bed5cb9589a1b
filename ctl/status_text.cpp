#include "ctl/status_text.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "ctl/session_lines.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

namespace {

constexpr std::size_t margin = 2;
constexpr std::size_t name_width = 9;

// "6: 4 anonymous, 2 busy".
std::string counts_row(std::string_view name, const std::map<std::string, std::uint64_t>& counts) {
    std::uint64_t sum = 0;
    std::vector<std::string> pieces;
    for (const auto& [reason, count] : counts) {
        sum += count;
        pieces.push_back(fmt::format("{} {}", count, escaped(reason)));
    }
    if (pieces.empty()) return daemon_row(name, {"0"});
    pieces.front().insert(0, fmt::format("{}: ", sum));
    return daemon_row(name, std::move(pieces));
}

std::string limits_row(const status::Limits& limits) {
    std::vector<std::string> pieces{
        count_of(limits.max_sessions, "session"),
        fmt::format("{} per address", limits.max_sessions_per_address),
        fmt::format("{} per test", print_ns(static_cast<std::int64_t>(limits.max_duration_ns)))};
    pieces.push_back(limits.max_rate_bps == 0
                         ? "any rate"
                         : fmt::format("{} per session", print(BitRate{limits.max_rate_bps})));
    if (limits.max_total_rate_bps != 0)
        pieces.push_back(fmt::format("{} in all", print(BitRate{limits.max_total_rate_bps})));
    if (limits.max_volume_bytes != 0)
        pieces.push_back(fmt::format("{} per session", print_bytes(limits.max_volume_bytes)));
    if (limits.require_key) pieces.emplace_back("keys required");
    return daemon_row("limits", std::move(pieces));
}

std::string files_row(const std::vector<std::string>& files) {
    if (files.empty()) return daemon_row("config", {"no file"});
    std::vector<std::string> pieces;
    pieces.reserve(files.size());
    for (const std::string& file : files)
        pieces.push_back(escaped(file, 4096));
    return daemon_row("config", std::move(pieces));
}

} // namespace

std::string daemon_headline(const status::Status& status, const Style& style) {
    std::string state =
        status.sessions.empty() ? "idle" : count_of(status.sessions.size(), "session");
    if (status.draining) state = "draining, " + state;
    return fmt::format(
        "{} wyndrvrd {}   {}   up {}   pid {}\n",
        painted(style, status.draining ? Ink::yellow : Ink::green, glyphs(style).mark),
        escaped(status.version), painted(style, Ink::bold, state),
        two_units(Duration{static_cast<Duration::rep>(status.uptime_ns)}), status.pid);
}

std::string daemon_row(std::string_view name, std::vector<std::string> pieces) {
    pieces.front().insert(0, std::string(margin, ' ') + left(name, name_width));
    return flow(pieces, ", ", margin + name_width) + '\n';
}

std::string status_as_text(const status::Status& status, const Style& style) {
    std::string text = daemon_headline(status, style);
    text += daemon_row("listen", {fmt::format("{} udp", escaped(status.listen))});
    text +=
        daemon_row("ports", {fmt::format("{} of {} free", status.ports_free, status.ports_total)});
    text += daemon_row("workers",
                       {fmt::format("connections: {}", escaped(status.connection_parallelism)),
                        fmt::format("ports: {}", escaped(status.port_parallelism))});
    text += files_row(status.config_files);
    text += daemon_row("log", {fmt::format("messages down to {}", escaped(status.log_level))});
    text += limits_row(status.limits);
    text += daemon_row("admitted", {fmt::to_string(status.admitted)});
    text += counts_row("refused", status.refused);
    text += counts_row("ended", status.ended);
    text += counts_row("dropped", status.dropped);
    if (status.sessions.empty()) return text;
    text += '\n';
    for (const std::string& line : session_lines(status.sessions, style))
        text += line + '\n';
    return text;
}

} // namespace wyn::ctl
