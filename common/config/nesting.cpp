#include "config/nesting.hpp"

#include <algorithm>

namespace wyn::config {

namespace {

// The index behind the string that begins with the quote at `start`. A string that does not end
// goes to the end of its line (of the text, when it is a multi-line string).
std::size_t end_of_string(std::string_view text, std::size_t start) {
    const char quote = text[start];
    const std::string_view opening = text.substr(start, 3);
    const bool multi_line =
        opening.size() == 3 && std::ranges::all_of(opening, [quote](char c) { return c == quote; });
    const std::size_t closing = multi_line ? 3 : 1; // quotes in a row that end it
    std::size_t quotes = 0;
    for (std::size_t at = start + closing; at < text.size(); ++at) {
        if (text[at] == '\n' && !multi_line) return at;
        quotes = text[at] == quote ? quotes + 1 : 0;
        if (quotes == closing) {
            // Up to two quotes may stand right before the closing three (TOML 1.0).
            const std::size_t last = multi_line ? std::min(at + 2, text.size() - 1) : at;
            while (at < last && text[at + 1] == quote)
                ++at;
            return at + 1;
        }
        if (text[at] == '\\' && quote == '"') ++at;
    }
    return text.size();
}

Place place_at(std::string_view text, std::size_t index) {
    const std::string_view before = text.substr(0, index);
    const auto lines = std::ranges::count(before, '\n');
    const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0
    return {static_cast<std::uint32_t>(lines + 1),
            static_cast<std::uint32_t>(index - line_start + 1)};
}

} // namespace

std::optional<Place> first_too_deep(std::string_view text) {
    int open_brackets = 0;
    int dots = 0; // of the key or number that is being read
    for (std::size_t at = 0; at < text.size(); ++at) {
        switch (text[at]) {
        case '"':
        case '\'': at = end_of_string(text, at) - 1; break;
        case '#': at = std::min(text.find('\n', at), text.size()) - 1; break;
        case '[':
        case '{':
            ++open_brackets;
            dots = 0;
            break;
        case ']':
        case '}': open_brackets = std::max(open_brackets - 1, 0); break;
        case '.': ++dots; break;
        case ',':
        case '=':
        case '\n': dots = 0; break;
        default: break;
        }
        if (open_brackets + dots > deepest_nesting) return place_at(text, at);
    }
    return std::nullopt;
}

} // namespace wyn::config
