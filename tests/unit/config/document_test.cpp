#include "check.hpp"
#include "config/document.hpp"
#include "config/nesting.hpp"

#include <string>

using namespace wyn;
using namespace wyn::config;

namespace {

std::string error_of(std::string text) {
    const auto document = parse_document({"test.toml", std::move(text)});
    return document ? "no error" : document.error().what();
}

std::string repeated(std::string_view part, std::size_t times) {
    std::string text;
    for (; times > 0; --times)
        text += part;
    return text;
}

} // namespace

TEST_CASE("a document knows its keys, values and places", "[config]") {
    const Document document = REQUIRE_OK(parse_document(
        {"test.toml", "a = 1\n  \"b\"  =  'x'\nc = [true, 2.5]\n[d]\n[[e]]\nf.g = 1979-05-27\n"}));
    REQUIRE(document.entries.size() == 5);

    const Entry* const b = document.find("b");
    REQUIRE(b != nullptr);
    CHECK(std::get<std::string>(b->value.is) == "x");
    CHECK(document.at(b->key_place) == "test.toml:2:3");
    CHECK(document.at(b->value.place) == "test.toml:2:11");
    CHECK(shown(document.find("a")->value) == "1");
    CHECK(shown(document.find("c")->value) == "[true, 2.5]");
    CHECK(shown(document.find("d")->value) == "a table");
    CHECK(shown(document.find("e")->value) == "[a table]");
    CHECK(document.find("f") == nullptr);
}

TEST_CASE("a table keeps its keys, values and places, however it is written", "[config]") {
    const Document document = REQUIRE_OK(
        parse_document({"test.toml", "a = { x = 1, y.z = 2 }\n[b]\nc = 3\n[[d]]\n[[d]]\ne = 4\n"}));
    const auto entries_of = [](const Value& value) {
        return std::get<Value::Table>(value.is).entries;
    };
    const std::vector<Entry> a = entries_of(document.find("a")->value);
    REQUIRE(a.size() == 2);
    CHECK(a[0].key == "x");
    CHECK(document.at(a[0].key_place) == "test.toml:1:7");
    CHECK(document.at(entries_of(a[1].value).at(0).value.place) == "test.toml:1:20");
    CHECK(document.at(document.find("b")->value.place) == "test.toml:2:1");
    const auto d = std::get<Value::List>(document.find("d")->value.is);
    REQUIRE(d.size() == 2);
    CHECK(document.at(d[1].place) == "test.toml:5:1");
    CHECK(shown(entries_of(d[1]).at(0).value) == "4");
}

TEST_CASE("an empty text and one of comments only are documents without keys", "[config]") {
    for (const char* text : {"", "\n\n", "# nothing\n", "\xef\xbb\xbf"}) {
        INFO(text);
        CHECK(REQUIRE_OK(parse_document({"test.toml", text})).entries.empty());
    }
}

TEST_CASE("what is not TOML is refused with its place", "[config]") {
    CHECK(error_of("a = 1\na = 2\n").starts_with("test.toml:2:5: "));
    CHECK(error_of("\n\na == 1").starts_with("test.toml:3:4: "));
    CHECK(error_of("a = \"\xff\"").starts_with("test.toml:1:5: "));
    CHECK(error_of("a").starts_with("test.toml:1:"));
    CHECK(error_of(std::string{"a\0b = 1", 7}).starts_with("test.toml:1:"));
}

TEST_CASE("a string without quotes is answered with the quoted one", "[config]") {
    CHECK(error_of("\nlevel = debug # all\n").ends_with("(a string needs quotes: \"debug\")"));
    CHECK(error_of("addr = ::1\n").ends_with("(a string needs quotes: \"::1\")"));
    CHECK(error_of("rate = 100M").ends_with("(a string needs quotes: \"100M\")"));
    CHECK(error_of("port = 07").find("quotes") == std::string::npos);
    CHECK(error_of("list = [1").find("quotes") == std::string::npos);
}

TEST_CASE("a message never carries the text's control characters", "[config]") {
    const std::string message = error_of("a = 1\n\x1b[31m = 2\n");
    INFO(message);
    CHECK(message.starts_with("test.toml:2:1: "));
    CHECK(message.find('\x1b') == std::string::npos);
}

TEST_CASE("a text of more than a mebibyte is refused unread", "[config]") {
    const std::string longest(largest_document_bytes, '\n');
    CHECK(REQUIRE_OK(parse_document({"test.toml", longest})).entries.empty());
    CHECK(error_of(longest + '\n') ==
          "test.toml: larger than 1048576 bytes, which no configuration needs");
}

TEST_CASE("deep nesting is refused before anything is built of it", "[config]") {
    CHECK(error_of("\na = " + repeated("[", 17)) == "test.toml:2:21: nested more than 16 deep");
    CHECK(error_of("[a" + repeated(".a", 200'000) + "]") ==
          "test.toml:1:33: nested more than 16 deep");
    CHECK(error_of("a" + repeated(" . \"a\"", 100'000) + " = 1").ends_with("16 deep"));
    CHECK(error_of("x = {" + repeated("a={", 16)).ends_with("16 deep"));
    CHECK(error_of("a = " + repeated("[", 16) + repeated("]", 16)) == "no error");
}

TEST_CASE("brackets and dots nest only where they are syntax", "[config]") {
    const std::string dots(100, '.');
    const std::string brackets(100, '[');
    CHECK(error_of("# " + dots + brackets + "\na = 1") == "no error");
    CHECK(error_of("a = \"" + dots + "\\\"" + brackets + "\"") == "no error");
    CHECK(error_of("a = '" + dots + "\\'\nb = '" + brackets + "'") == "no error");
    CHECK(error_of("a = \"\"\"\n" + dots + "\"\" \\\"\"\"" + brackets + "\"\"\"\"\"") ==
          "no error");
    CHECK(error_of("a = '''" + dots + "\n''" + brackets + "''''\n") == "no error");
    CHECK(error_of("a = [" + repeated("1.5, ", 100) + "]") == "no error");
    CHECK(error_of(repeated("a.b = 1 # a second time\n", 20)).starts_with("test.toml:2:"));
}

TEST_CASE("a string hides nothing that follows it", "[config]") {
    const std::string deep = ", {a" + repeated(".a", 20) + " = 1}]";
    for (const char* text :
         {"''''x''''", "'''x''y'''", "\"\"\"\"x\"\"\"\"\"", "\"\\\"\"", "''", "\"\""}) {
        INFO(text);
        CHECK(first_too_deep("a = [" + std::string{text} + deep));
        CHECK_FALSE(first_too_deep("a = [" + std::string{text} + ", {a.b = 1}]"));
    }
    CHECK(first_too_deep("a = '\nb" + deep));
}
