#include "ctl/session_lines.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

namespace {

constexpr std::size_t id_width = 8;
constexpr std::size_t client_width = 25;
constexpr std::size_t rtt_width = 7;

// What differs between the two tables: a rate takes room from the key's name.
struct Columns {
    std::size_t key;
    std::string_view figure_name;
    std::size_t figure;
};
constexpr Columns with_age{.key = 12, .figure_name = "age", .figure = 6};
constexpr Columns with_rate{.key = 7, .figure_name = "rate", .figure = 11};

constexpr std::uint64_t minute = 60, hour = 60 * minute, day = 24 * hour;

// "3 h": the largest unit.
std::string age(std::uint64_t ns) {
    const std::uint64_t s = ns / 1'000'000'000;
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

std::string head(const Columns& columns, const Style& style) {
    return painted(style, Ink::dim,
                   fmt::format("  {}  {}  {}  {}  {}  now", left("session", id_width),
                               left("client", client_width), left("key", columns.key),
                               right(columns.figure_name, columns.figure),
                               right("RTT ms", rtt_width)));
}

std::string doing(const status::Session& session, const Style& style) {
    if (session.running.empty()) return session.open ? "idle" : "opening";
    const Glyphs glyph = glyphs(style);
    return fmt::format("{} {}", session.running == "up" ? glyph.up : glyph.down,
                       print_bytes(session.test_payload_bytes));
}

void add_session(std::vector<std::string>& lines, const status::Session& session,
                 std::string_view figure, const Columns& columns, const Style& style) {
    const std::string client = escaped(session.client);
    std::string line = fmt::format("  {}  {}", left(cut(session.id, id_width, ""), id_width),
                                   left(client, client_width));
    if (client.size() > client_width) { // the rest goes below
        lines.push_back(std::move(line));
        line = std::string(2 + id_width + 2 + client_width, ' ');
    }
    const std::string rtt =
        session.rtt_ns ? in_ms(Duration{static_cast<Duration::rep>(*session.rtt_ns)}) : "-";
    lines.push_back(line + fmt::format("  {}  {}  {}  {}",
                                       left(cut(session.key, columns.key, "~"), columns.key),
                                       right(figure, columns.figure), right(rtt, rtt_width),
                                       doing(session, style)));
}

} // namespace

std::vector<std::string> session_lines(const std::vector<status::Session>& sessions,
                                       const Style& style) {
    std::vector<std::string> lines{head(with_age, style)};
    for (const status::Session& session : sessions)
        add_session(lines, session, age(session.age_ns), with_age, style);
    return lines;
}

std::vector<std::string> session_lines(const std::vector<status::Session>& sessions,
                                       const SessionRates& rates, const Style& style) {
    std::vector<std::string> lines{head(with_rate, style)};
    for (const status::Session& session : sessions) {
        const auto rate = rates.find(session.id);
        add_session(lines, session, rate == rates.end() ? "-" : print(rate->second), with_rate,
                    style);
    }
    return lines;
}

} // namespace wyn::ctl
