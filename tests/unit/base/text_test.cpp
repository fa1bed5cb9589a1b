#include "base/text.hpp"
#include "check.hpp"
#include "unit/property.hpp"

#include <array>

using namespace wyn;

TEST_CASE("printable ASCII is shown as it is", "[base]") {
    CHECK(escaped("").empty());
    CHECK(escaped("plain text, 'quoted' ~") == "plain text, 'quoted' ~");
}

TEST_CASE("every other byte is shown as a number", "[base]") {
    CHECK(escaped("a\nb\tc") == "a\\x0ab\\x09c");
    CHECK(escaped("\x1b[31m") == "\\x1b[31m");
    CHECK(escaped("\x7f") == "\\x7f");
    CHECK(escaped("\xc3\xa4") == "\\xc3\\xa4");
    CHECK(escaped(std::string(1, '\0')) == "\\x00");
}

TEST_CASE("a backslash is doubled, so that nothing can pretend to be escaped", "[base]") {
    CHECK(escaped("\\x1b") == "\\\\x1b");
    CHECK(escaped("\\") == "\\\\");
}

TEST_CASE("long text is cut, and the cut is marked", "[base]") {
    CHECK(escaped("abcdef", 6) == "abcdef");
    CHECK(escaped("abcdefg", 6) == "abcdef...");
    CHECK(escaped("\x01\x02\x03", 2) == "\\x01\\x02...");
    CHECK(escaped("abc", 0) == "...");
    CHECK(escaped("", 0).empty());
    CHECK(escaped(std::string(61, 'x')).ends_with("x..."));
    CHECK(escaped(std::string(60, 'x')).size() == 60);
}

TEST_CASE("whatever a stranger writes, only printable ASCII comes out", "[base]") {
    test::check_property("of any bytes", [](const std::string& raw) {
        for (const char c : escaped(raw, 1000))
            RC_ASSERT(c >= ' ' && c < '\x7f');
    });
}

TEST_CASE("distance counts what fingers do wrong", "[base]") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("json", "json") == 0);
    CHECK(edit_distance("", "json") == 4);
    CHECK(edit_distance("json", "") == 4);
    CHECK(edit_distance("jsn", "json") == 1);
    CHECK(edit_distance("jsoon", "json") == 1);
    CHECK(edit_distance("jsan", "json") == 1);
    CHECK(edit_distance("josn", "json") == 1);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("abcd", "dcba") == 3);
}

TEST_CASE("distance is the same both ways, and never more than the longer word", "[base]") {
    test::check_property("of any two words", [](const std::string& one, const std::string& other) {
        const std::size_t distance = edit_distance(one, other);
        RC_ASSERT(distance == edit_distance(other, one));
        RC_ASSERT(distance <= std::max(one.size(), other.size()));
        RC_ASSERT((distance == 0) == (one == other));
    });
}

TEST_CASE("the nearest word is offered when it is near", "[base]") {
    const std::array<std::string_view, 4> known{"--listen", "--config", "--set", "--up"};
    CHECK(nearest("--lisen", known) == "--listen");
    CHECK(nearest("--conifg", known) == "--config");
    CHECK(nearest("--sets", known) == "--set");
    CHECK(nearest("--ste", known) == "--set");
    SECTION("a third of its letters may be wrong, and no more") {
        CHECK(nearest("--lxstxn", known) == "--listen");
        CHECK(nearest("--lxxtxn", known).empty()); // 3 of 8
        CHECK(nearest("--x", known).empty());      // 2 of 3
        CHECK(nearest("--p", known) == "--up");
    }
    SECTION("a short word may have one slip") {
        CHECK(nearest("-", std::array<std::string_view, 1>{"-x"}) == "-x");
        CHECK(nearest("", std::array<std::string_view, 1>{"x"}) == "x");
        CHECK(nearest("", std::array<std::string_view, 1>{"xy"}).empty());
    }
    SECTION("of two that are as near the first one is offered") {
        CHECK(nearest("--sat", std::array<std::string_view, 2>{"--set", "--sit"}) == "--set");
    }
    CHECK(nearest("anything", std::array<std::string_view, 0>{}).empty());
}
