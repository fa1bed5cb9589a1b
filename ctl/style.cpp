#include "ctl/style.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace wyn::ctl {

namespace {

std::string_view code_of(Ink ink) {
    switch (ink) {
    case Ink::plain: return "0";
    case Ink::bold: return "1";
    case Ink::dim: return "2";
    case Ink::green: return "32";
    case Ink::yellow: return "33";
    case Ink::red: return "31";
    }
    return "0";
}

// Of a UTF-8 sequence, not its first byte.
bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

} // namespace

std::string painted(const Style& style, Ink ink, std::string_view text) {
    if (!style.colour || ink == Ink::plain) return std::string{text};
    return fmt::format("\x1b[{}m{}\x1b[0m", code_of(ink), text);
}

Glyphs glyphs(const Style& style) {
    if (style.unicode) return {"↓", "↑", "→", "·", "×", "▸", "±", "–", "≤"};
    return {"v", "^", "->", "-", "x", ">", "+-", "-", "<="};
}

std::size_t columns(std::string_view text) {
    std::size_t count = 0;
    bool in_code = false;
    for (const char c : text) {
        if (c == '\x1b')
            in_code = true;
        else if (in_code)
            in_code = c != 'm';
        else if (!is_continuation(c))
            ++count;
    }
    return count;
}

std::string left(std::string_view text, std::size_t width) {
    const std::size_t have = columns(text);
    return std::string{text} + std::string(width > have ? width - have : 0, ' ');
}

std::string right(std::string_view text, std::size_t width) {
    const std::size_t have = columns(text);
    return std::string(width > have ? width - have : 0, ' ') + std::string{text};
}

std::string_view first_columns(std::string_view text, std::size_t width) {
    std::size_t end = 0;
    for (std::size_t left = width; end < text.size(); ++end) {
        if (is_continuation(text[end])) continue;
        if (left == 0) break;
        --left;
    }
    return text.substr(0, end);
}

std::string flow(std::span<const std::string> pieces, std::string_view gap, std::size_t indent) {
    // At the end of a line a gap is its punctuation: ", " becomes ",".
    const std::string_view last_gap = gap.substr(0, gap.find_last_not_of(' ') + 1);
    std::string text;
    std::size_t line = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::size_t after = i + 1 < pieces.size() ? columns(last_gap) : 0;
        const std::size_t width = columns(pieces[i]);
        if (i > 0 && line + columns(gap) + width + after > page_width) {
            text += fmt::format("{}\n{}", last_gap, std::string(indent, ' '));
            line = indent;
        } else if (i > 0) {
            text += gap;
            line += columns(gap);
        }
        text += pieces[i];
        line += width;
    }
    return text;
}

std::string flow(std::string_view sentence, std::size_t indent) {
    std::vector<std::string> words;
    while (!sentence.empty()) {
        const std::size_t end = std::min(sentence.find(' '), sentence.size());
        words.emplace_back(sentence.substr(0, end));
        sentence.remove_prefix(std::min(end + 1, sentence.size()));
    }
    return flow(words, " ", indent);
}

std::string sparkline(const Style& style, std::span<const double> values, double top) {
    static constexpr std::array<std::string_view, 8> bars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static constexpr std::array<std::string_view, 8> ascii{"_", ".", ":", "-", "=", "+", "*", "#"};
    const auto& glyph = style.unicode ? bars : ascii;
    if (top <= 0 && !values.empty()) top = *std::ranges::max_element(values);
    std::string line;
    for (const double value : values) {
        const double share = top > 0 ? std::clamp(value / top, 0.0, 1.0) : 0;
        line += glyph[static_cast<std::size_t>(
            std::lround(share * static_cast<double>(glyph.size() - 1)))];
    }
    return line;
}

std::string sparkline_of_width(const Style& style, std::span<const double> values,
                               std::size_t cells, Join join, double top) {
    if (values.empty()) return std::string(cells, ' ');
    std::vector<double> joined;
    for (std::size_t i = 0; i < cells; ++i) {
        const std::size_t begin = i * values.size() / cells;
        const std::size_t end = std::max(begin + 1, (i + 1) * values.size() / cells);
        const auto part = values.subspan(begin, end - begin);
        const double sum = std::accumulate(part.begin(), part.end(), 0.0);
        joined.push_back(join == Join::highest ? *std::ranges::max_element(part)
                                               : sum / static_cast<double>(part.size()));
    }
    return sparkline(style, joined, top);
}

std::string in_ms(Duration duration) {
    const double ms = to_seconds(duration) * 1e3;
    const double size = std::abs(ms);
    const int decimals = size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f}", ms, decimals);
}

std::string two_units(Duration time) {
    constexpr std::uint64_t minute = 60, hour = 60 * minute, day = 24 * hour;
    const auto s = static_cast<std::uint64_t>(time / 1s);
    if (s >= day) return fmt::format("{} d {} h", s / day, s % day / hour);
    if (s >= hour) return fmt::format("{} h {} min", s / hour, s % hour / minute);
    if (s >= minute) return fmt::format("{} min {} s", s / minute, s % minute);
    return fmt::format("{} s", s);
}

} // namespace wyn::ctl
