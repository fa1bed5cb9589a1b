// The text of wyndrvrctl status.
#include "ctl/status_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace wyn::ctl {

namespace {

// "12 d 4 h", "3 h 5 min", "42 s": the two largest units.
std::string uptime(std::uint64_t ns) {
    const std::uint64_t s = ns / 1'000'000'000;
    if (s >= 86400) return fmt::format("{} d {} h", s / 86400, s % 86400 / 3600);
    if (s >= 3600) return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
    if (s >= 60) return fmt::format("{} min {} s", s / 60, s % 60);
    return fmt::format("{} s", s);
}

std::string row(std::string_view name, const std::string& text) {
    return fmt::format("  {}{}\n", left(name, 9), text);
}

std::string counts(const std::map<std::string, std::uint64_t>& by_reason) {
    std::uint64_t sum = 0;
    std::vector<std::string> parts;
    for (const auto& [reason, count] : by_reason) {
        sum += count;
        parts.push_back(fmt::format("{} {}", count, reason));
    }
    return parts.empty() ? "0" : fmt::format("{} ({})", sum, fmt::join(parts, ", "));
}

std::string limits_row(const status::Limits& limits) {
    std::vector<std::string> parts{
        fmt::format("{}, {} per address", count_of(limits.max_sessions, "session"),
                    limits.max_sessions_per_address),
        fmt::format("{} per test", print_ns(static_cast<std::int64_t>(limits.max_duration_ns)))};
    parts.push_back(limits.max_rate_bps == 0
                        ? "any rate"
                        : fmt::format("{} per session", print(BitRate{limits.max_rate_bps})));
    if (limits.max_total_rate_bps != 0)
        parts.push_back(fmt::format("{} in all", print(BitRate{limits.max_total_rate_bps})));
    if (limits.max_volume_bytes != 0)
        parts.push_back(fmt::format("{} per session", print_bytes(limits.max_volume_bytes)));
    if (limits.require_key) parts.emplace_back("keys required");
    return row("limits", fmt::format("{}", fmt::join(parts, ", ")));
}

std::string session_row(const status::Session& session, const Style& style) {
    const Glyphs glyph = glyphs(style);
    std::string doing = session.open ? "idle" : "opening";
    if (!session.running.empty())
        doing = fmt::format("{} {}", session.running == "up" ? glyph.up : glyph.down,
                            print_bytes(session.test_payload_bytes));
    const std::string rtt =
        session.rtt_ns
            ? fmt::format("{} ms", in_ms(Duration{static_cast<Duration::rep>(*session.rtt_ns)}))
            : "-";
    return fmt::format("  {}  {}  {}  {}  {}  {}\n", session.id.substr(0, 8),
                       left(session.client, 24), left(session.key, 10),
                       right(uptime(session.age_ns), 10), right(rtt, 9), doing);
}

} // namespace

std::string status_as_text(const status::Status& status, const Style& style) {
    const std::string state =
        status.sessions.empty() ? "idle" : count_of(status.sessions.size(), "session");
    std::string text = fmt::format(
        "{} wyndrvrd {}  {}   up {}   pid {}\n", painted(style, Ink::green, glyphs(style).mark),
        status.version, painted(style, Ink::bold, state), uptime(status.uptime_ns), status.pid);
    text += row("listen", fmt::format("{} udp", status.listen));
    text += row("ports", fmt::format("{} of {} free", status.ports_free, status.ports_total));
    text += row("workers", fmt::format("connections: {}, ports: {}", status.connection_parallelism,
                                       status.port_parallelism));
    text += row("config", status.config_files.empty()
                              ? "defaults"
                              : fmt::format("{}", fmt::join(status.config_files, ", ")));
    text += limits_row(status.limits);
    text += row("since",
                fmt::format("admitted {}   refused {}", status.admitted, counts(status.refused)));
    text += row("", fmt::format("ended {}", counts(status.ended)));
    text += row("", fmt::format("garbage {}", counts(status.dropped)));
    if (status.sessions.empty()) return text;
    text += '\n' +
            painted(style, Ink::dim,
                    fmt::format("  {}  {}  {}  {}  {}  now", left("session", 8), left("client", 24),
                                left("key", 10), right("age", 10), right("RTT", 9))) +
            '\n';
    for (const status::Session& session : status.sessions)
        text += session_row(session, style);
    return text;
}

} // namespace wyn::ctl
