// The text of wyndrvrctl status.
#include "base/text.hpp"
#include "ctl/status_command.hpp"

#include <fmt/format.h>

#include <vector>

namespace wyn::ctl {

namespace {

constexpr std::size_t margin = 2;
constexpr std::size_t name_width = 9;
// The columns of the sessions.
constexpr std::size_t id_width = 8;
constexpr std::size_t client_width = 25;
constexpr std::size_t key_width = 12;
constexpr std::size_t age_width = 6;
constexpr std::size_t rtt_width = 7;

constexpr std::uint64_t minute = 60, hour = 60 * minute, day = 24 * hour;

std::uint64_t whole_seconds(std::uint64_t ns) {
    return ns / 1'000'000'000;
}

// "3 h": the largest unit.
std::string age(std::uint64_t ns) {
    const std::uint64_t s = whole_seconds(ns);
    if (s >= day) return fmt::format("{} d", s / day);
    if (s >= hour) return fmt::format("{} h", s / hour);
    if (s >= minute) return fmt::format("{} min", s / minute);
    return fmt::format("{} s", s);
}

// What fits into `width` columns; `mark` ends it when that is not all.
std::string cut(std::string_view text, std::size_t width, std::string_view mark) {
    const std::string whole = escaped(text);
    if (whole.size() <= width) return whole;
    return whole.substr(0, width - mark.size()) + std::string{mark};
}

// "  NAME     piece, piece": pieces that do not fit go on below the first one.
std::string row(std::string_view name, std::vector<std::string> pieces) {
    pieces.front().insert(0, std::string(margin, ' ') + left(name, name_width));
    return flow(pieces, ", ", margin + name_width) + '\n';
}

// "6: 4 anonymous, 2 busy".
std::string counts_row(std::string_view name, const std::map<std::string, std::uint64_t>& counts) {
    std::uint64_t sum = 0;
    std::vector<std::string> pieces;
    for (const auto& [reason, count] : counts) {
        sum += count;
        pieces.push_back(fmt::format("{} {}", count, escaped(reason)));
    }
    if (pieces.empty()) return row(name, {"0"});
    pieces.front().insert(0, fmt::format("{}: ", sum));
    return row(name, std::move(pieces));
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
    return row("limits", std::move(pieces));
}

std::string files_row(const std::vector<std::string>& files) {
    if (files.empty()) return row("config", {"no file"});
    std::vector<std::string> pieces;
    pieces.reserve(files.size());
    for (const std::string& file : files)
        pieces.push_back(escaped(file, 4096));
    return row("config", std::move(pieces));
}

std::string sessions_head(const Style& style) {
    return painted(style, Ink::dim,
                   fmt::format("  {}  {}  {}  {}  {}  now", left("session", id_width),
                               left("client", client_width), left("key", key_width),
                               right("age", age_width), right("RTT ms", rtt_width))) +
           '\n';
}

std::string session_row(const status::Session& session, const Style& style) {
    const Glyphs glyph = glyphs(style);
    std::string doing = session.open ? "idle" : "opening";
    if (!session.running.empty())
        doing = fmt::format("{} {}", session.running == "up" ? glyph.up : glyph.down,
                            print_bytes(session.test_payload_bytes));
    const std::string rtt =
        session.rtt_ns ? in_ms(Duration{static_cast<Duration::rep>(*session.rtt_ns)}) : "-";
    const std::string client = escaped(session.client);
    std::string text = fmt::format("  {}  {}", left(cut(session.id, id_width, ""), id_width),
                                   left(client, client_width));
    if (client.size() > client_width) // the rest goes below
        text += '\n' + std::string(margin + id_width + 2 + client_width, ' ');
    return text + fmt::format("  {}  {}  {}  {}\n",
                              left(cut(session.key, key_width, "~"), key_width),
                              right(age(session.age_ns), age_width), right(rtt, rtt_width), doing);
}

} // namespace

std::string status_as_text(const status::Status& status, const Style& style) {
    const std::string state =
        status.sessions.empty() ? "idle" : count_of(status.sessions.size(), "session");
    std::string text = fmt::format(
        "{} wyndrvrd {}   {}   up {}   pid {}\n", painted(style, Ink::green, glyphs(style).mark),
        escaped(status.version), painted(style, Ink::bold, state),
        two_units(Duration{static_cast<Duration::rep>(status.uptime_ns)}), status.pid);
    text += row("listen", {fmt::format("{} udp", escaped(status.listen))});
    text += row("ports", {fmt::format("{} of {} free", status.ports_free, status.ports_total)});
    text += row("workers", {fmt::format("connections: {}", escaped(status.connection_parallelism)),
                            fmt::format("ports: {}", escaped(status.port_parallelism))});
    text += files_row(status.config_files);
    text += limits_row(status.limits);
    text += row("admitted", {fmt::to_string(status.admitted)});
    text += counts_row("refused", status.refused);
    text += counts_row("ended", status.ended);
    text += counts_row("dropped", status.dropped);
    if (status.sessions.empty()) return text;
    text += '\n' + sessions_head(style);
    for (const status::Session& session : status.sessions)
        text += session_row(session, style);
    return text;
}

} // namespace wyn::ctl
