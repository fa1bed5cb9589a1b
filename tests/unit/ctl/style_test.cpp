#include "check.hpp"
#include "ctl/style.hpp"

#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::ctl;

TEST_CASE("columns count characters and leave colour codes out", "[ctl]") {
    CHECK(columns("") == 0);
    CHECK(columns("abc") == 3);
    CHECK(columns("↓ ×") == 3);
    CHECK(columns(painted({.colour = true}, Ink::red, "abc")) == 3);
}

TEST_CASE("text is painted only where there is colour, and ends plain", "[ctl]") {
    CHECK(painted({.colour = false}, Ink::red, "x") == "x");
    CHECK(painted({.colour = true}, Ink::plain, "x") == "x");
    CHECK(painted({.colour = true}, Ink::red, "x") == "\x1b[31mx\x1b[0m");
    for (const Ink ink : {Ink::bold, Ink::dim, Ink::green, Ink::yellow, Ink::red})
        CHECK(painted({.colour = true}, ink, "x").ends_with("x\x1b[0m"));
}

TEST_CASE("every glyph has a stand-in in ASCII", "[ctl]") {
    const Glyphs glyph = glyphs({});
    for (const std::string_view text :
         {glyph.down, glyph.up, glyph.arrow, glyph.dot, glyph.times, glyph.mark}) {
        CHECK(!text.empty());
        for (const char c : text)
            CHECK((c > ' ' && c < '\x7f'));
    }
    CHECK(columns(glyphs({.unicode = true}).down) == 1);
}

TEST_CASE("text is filled to a width, and what is wider stays whole", "[ctl]") {
    CHECK(left("ab", 4) == "ab  ");
    CHECK(right("ab", 4) == "  ab");
    CHECK(left("↓", 3) == "↓  ");
    CHECK(left("abcde", 4) == "abcde");
    CHECK(right("abcde", 4) == "abcde");
}

TEST_CASE("text is cut between characters", "[ctl]") {
    CHECK(first_columns("abc", 5) == "abc");
    CHECK(first_columns("abc", 3) == "abc");
    CHECK(first_columns("abc", 2) == "ab");
    CHECK(first_columns("↓↑x", 2) == "↓↑");
    CHECK(first_columns("↓↑x", 1) == "↓");
    CHECK(first_columns("abc", 0).empty());
}

TEST_CASE("pieces flow into lines of 80 columns", "[ctl]") {
    const std::string forty(40, 'x');
    const std::string thirty_nine(39, 'x');
    using Pieces = std::vector<std::string>;

    CHECK(flow(Pieces{}, ", ", 2).empty());
    CHECK(flow(Pieces{"one"}, ", ", 2) == "one");
    CHECK(flow(Pieces{"one", "two"}, ", ", 2) == "one, two");

    SECTION("a line may be full to its last column") {
        CHECK(flow(Pieces{forty, thirty_nine}, " ", 2) == forty + ' ' + thirty_nine);
        CHECK(flow(Pieces{forty, forty}, " ", 2) == forty + "\n  " + forty);
    }
    SECTION("a gap that ends a line keeps its punctuation and has room for it") {
        CHECK(flow(Pieces{forty, forty}, ", ", 2) == forty + ",\n  " + forty);
        const Pieces three{forty, std::string(38, 'x'), "y"};
        CHECK(flow(three, ", ", 0) == forty + ",\n" + three[1] + ", y");
    }
    SECTION("a piece that is too long for any line stays whole") {
        const std::string long_one(90, 'x');
        CHECK(flow(Pieces{"a", long_one, "b"}, " ", 2) == "a\n  " + long_one + "\n  b");
    }
    SECTION("colour takes no room") {
        const std::string red = painted({.colour = true}, Ink::red, thirty_nine);
        CHECK(flow(Pieces{forty, red}, " ", 2) == forty + ' ' + red);
    }
    SECTION("a sentence flows by its words") {
        CHECK(flow(forty + ' ' + forty + " end", 4) == forty + "\n    " + forty + " end");
        CHECK(flow("", 4).empty());
    }
}

TEST_CASE("milliseconds have three digits, or more above a second", "[ctl]") {
    CHECK(in_ms(71us) == "0.071");
    CHECK(in_ms(Duration{999'400}) == "0.999");
    CHECK(in_ms(Duration{999'600}) == "1.00");
    CHECK(in_ms(9994us) == "9.99");
    CHECK(in_ms(9996us) == "10.0");
    CHECK(in_ms(11200us) == "11.2");
    CHECK(in_ms(99960us) == "100");
    CHECK(in_ms(187ms) == "187");
    CHECK(in_ms(2s) == "2000");
    CHECK(in_ms(0ns) == "0.000");
}

TEST_CASE("a sparkline draws each value against the highest", "[ctl]") {
    const Style unicode{.unicode = true};
    const std::vector<double> rising{0, 1, 2, 3, 4, 5, 6, 7};
    CHECK(sparkline(unicode, rising) == "▁▂▃▄▅▆▇█");
    CHECK(sparkline({}, rising) == "_.:-=+*#");
    CHECK(sparkline(unicode, rising, 14) == "▁▂▂▃▃▄▄▅");
    CHECK(sparkline(unicode, std::vector<double>{20.0, -1.0}, 10) == "█▁");
    CHECK(sparkline(unicode, std::vector<double>{0.0, 0.0}) == "▁▁");
    CHECK(sparkline(unicode, {}).empty());
}

TEST_CASE("a sparkline of a width averages neighbours or repeats them", "[ctl]") {
    const Style unicode{.unicode = true};
    CHECK(sparkline_of_width(unicode, std::vector<double>{0.0, 7.0}, 4) == "▁▁██");
    CHECK(sparkline_of_width(unicode, std::vector<double>{0.0, 2.0, 7.0, 7.0}, 2) == "▂█");
    CHECK(sparkline_of_width(unicode, {}, 3) == "   ");
    for (std::size_t values = 1; values < 40; ++values) {
        const std::vector<double> flat(values, 5.0);
        CHECK(columns(sparkline_of_width(unicode, flat, 16)) == 16);
    }
}

TEST_CASE("a long time is told in its two largest units", "[ctl]") {
    CHECK(two_units(0s) == "0 s");
    CHECK(two_units(59'999ms) == "59 s");
    CHECK(two_units(61s) == "1 min 1 s");
    CHECK(two_units(3h + 359s) == "3 h 5 min");
    CHECK(two_units(12 * 24h + 4h + 59s) == "12 d 4 h");
}
