#include "ctl/log_page.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "ctl/page.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>
#include <vector>

namespace wyn::ctl {

namespace {

using journal::Record;
using Pieces = std::vector<std::string>;

constexpr std::size_t time_width = 8;
constexpr std::size_t id_width = 8; // of the 16 digits
constexpr std::size_t client_width = 20;
constexpr std::size_t text_column = page_margin + time_width + 2 + id_width + 2 + client_width + 2;
constexpr std::size_t message_column = page_margin + time_width + 2; // where there is no client
constexpr std::size_t longest_text = 60;

std::string text(const Record& record, std::string_view name) {
    return escaped(record.field(name), longest_text);
}

std::optional<std::int64_t> number(const Record& record, std::string_view name) {
    const std::string_view digits = record.field(name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value < 0)
        return std::nullopt;
    return value;
}

// Of a field in microseconds; empty where it is not known.
Pieces time_piece(const Record& record, std::string_view name, std::string_view before) {
    const auto us = number(record, name);
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1000;
    if (!us || *us > most) return {};
    return {fmt::format("{}{}", before, print_ns(*us * 1000))};
}

void add(Pieces& pieces, Pieces more) {
    for (std::string& piece : more)
        pieces.push_back(std::move(piece));
}

Pieces admitted(const Record& record) {
    const std::string ports =
        fmt::format("ports {} {} {}", text(record, "PORT_CONTROL"), text(record, "PORT_UPLOAD"),
                    text(record, "PORT_DOWNLOAD"));
    const std::string key = text(record, "KEY");
    if (key.empty() || key == "anonymous") return {"admitted", ports};
    return {fmt::format("admitted as {}", key), ports};
}

Pieces test_done(const Record& record, const Style& style) {
    const bool up = record.field("TEST") == "up";
    const auto rate = number(record, up ? "UP_BPS" : "DOWN_BPS");
    Pieces pieces{
        fmt::format("{} {}", up ? glyphs(style).up : glyphs(style).down,
                    rate ? print(BitRate{static_cast<std::uint64_t>(*rate)}) : "rate unknown")};
    if (number(record, "LOST")) pieces.push_back(fmt::format("lost {}", text(record, "LOST")));
    add(pieces, time_piece(record, "RTT_US", "RTT "));
    if (record.field("REASON") != "completed") pieces.push_back(text(record, "REASON"));
    return pieces;
}

Pieces ended(const Record& record) {
    Pieces pieces{fmt::format("ended: {}", text(record, "REASON"))};
    add(pieces, time_piece(record, "DURATION_US", ""));
    if (const auto tests = number(record, "TESTS"))
        pieces.push_back(count_of(static_cast<std::uint64_t>(*tests), "test"));
    return pieces;
}

// The event of a client in a few words; nothing where only the message will do.
Pieces words_of(const Record& record, const Style& style) {
    if (record.event == "session_admitted") return admitted(record);
    if (record.event == "test_done") return test_done(record, style);
    if (record.event == "session_ended") return ended(record);
    if (record.event == "client_refused") return {"refused: " + text(record, "REASON")};
    if (record.event == "worker_failed") return {"worker failed"};
    if (record.event == "session_end_asked") return {"ended by user " + text(record, "UID")};
    if (record.event == "session_opened") {
        Pieces pieces{"open"};
        add(pieces, time_piece(record, "RTT_US", "RTT "));
        return pieces;
    }
    return {};
}

Ink ink_of(const Record& record) {
    if (record.severity <= journal::Severity::error) return Ink::red;
    if (record.severity == journal::Severity::warning) return Ink::yellow;
    return record.event == "client_refused" ? Ink::yellow : Ink::plain;
}

std::string margin_and_time(const LocalTime& when, const Style& style) {
    return fmt::format("{}{}  ", std::string(page_margin, ' '),
                       painted(style, Ink::dim, left(when.time, time_width)));
}

std::string line_of_client(const Record& record, const LocalTime& when, Pieces pieces,
                           const Style& style) {
    for (std::string& piece : pieces)
        piece = painted(style, ink_of(record), piece);
    const std::string client = text(record, "CLIENT");
    std::string front =
        fmt::format("{}{}  {}", margin_and_time(when, style),
                    left(first_columns(text(record, "SESSION"), id_width), id_width),
                    left(client, client_width));
    if (client.size() > client_width) // the rest goes below
        front += '\n' + std::string(text_column - 2, ' ');
    // The front may be of two lines, which flow() would not count right.
    pieces.front().insert(0, std::string(text_column, ' '));
    return front + "  " + flow(pieces, ", ", text_column).substr(text_column);
}

std::string line_of_message(const Record& record, const LocalTime& when, const Style& style) {
    const std::string message = record.message.empty()
                                    ? std::string{record.event}
                                    : escaped(record.message, journal::longest_value);
    const std::string stand_in(message_column - 1, '.'); // of margin and time, as one word
    const std::string flowed = flow(stand_in + ' ' + message, message_column);
    return margin_and_time(when, style) +
           painted(style, ink_of(record), std::string_view{flowed}.substr(message_column));
}

} // namespace

std::string LogPage::lines(const Record& record, const LocalTime& when) {
    std::string lines;
    if (when.day != day_) lines = painted(style_, Ink::bold, when.day) + '\n';
    day_ = when.day;
    Pieces pieces = words_of(record, style_);
    const bool of_client = !pieces.empty() && !record.field("CLIENT").empty();
    return lines + (of_client ? line_of_client(record, when, std::move(pieces), style_)
                              : line_of_message(record, when, style_));
}

} // namespace wyn::ctl
