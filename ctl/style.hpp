// How text may look: colour and characters beyond ASCII, or not. Pure; who asks the terminal is
// terminal.hpp.
#pragma once

#include "base/units.hpp"
#include "clock/time.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wyn::ctl {

struct Style {
    bool colour = false;
    bool unicode = false;
};

enum class Ink : std::uint8_t { plain, bold, dim, green, yellow, red };

// The text in that ink, or as it is when there is no colour.
std::string painted(const Style& style, Ink ink, std::string_view text);

// "↓", "↑", "→", "·", "±" or their ASCII stand-ins.
struct Glyphs {
    std::string_view down;
    std::string_view up;
    std::string_view arrow;
    std::string_view dot;
    std::string_view times;
    std::string_view mark;
    std::string_view plus_minus;
    std::string_view dash; // between two ends
    std::string_view at_most;
};
Glyphs glyphs(const Style& style);

// Columns that a text takes on a terminal: UTF-8 sequences count once, colour codes not at all.
std::size_t columns(std::string_view text);
// Filled with blanks on the right or left to `width` columns.
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);

// As much of the text as fits; whole characters, but colour codes count as characters.
std::string_view first_columns(std::string_view text, std::size_t width);

// How wide a page for people is.
inline constexpr std::size_t page_width = 80;

// The pieces behind one another with `gap` between them. One that would pass page_width begins a
// line of its own, `indent` blanks in; a single piece that is too long stays whole. No newline at
// the end. Pieces may be painted.
std::string flow(std::span<const std::string> pieces, std::string_view gap, std::size_t indent);
// The same with the words of a sentence.
std::string flow(std::string_view sentence, std::size_t indent);

// A row of bars, one per value, the highest one `top` (0: the largest value).
std::string sparkline(const Style& style, std::span<const double> values, double top = 0);

// Exactly `cells` bars out of any number of values: neighbours are joined or stretched.
enum class Join : std::uint8_t { mean, highest };
std::string sparkline_of_width(const Style& style, std::span<const double> values,
                               std::size_t cells, Join join = Join::mean, double top = 0);

// Milliseconds with three digits and no unit, for columns that name it: "11.2", "0.071", "187".
std::string in_ms(Duration duration);
// "12 d 4 h", "3 h 5 min", "42 s": the two largest units of a time that is not negative.
std::string two_units(Duration time);

} // namespace wyn::ctl
