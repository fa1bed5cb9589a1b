#include "check.hpp"
#include "config/reader.hpp"

#include <array>
#include <functional>
#include <string>

using namespace wyn;
using namespace wyn::config;

namespace {

enum class Size : std::uint8_t { small, large };
constexpr std::array sizes{Size::small, Size::large};
std::string_view print(Size size) {
    return size == Size::small ? "small" : "large";
}

// A value without a name for anything outside this test: the text in parentheses.
struct Wrapped {
    std::string text;
    bool operator==(const Wrapped&) const = default;
};
Result<Wrapped> unwrap(std::string_view text) {
    if (text.size() < 2 || text.front() != '(' || text.back() != ')')
        return fail("expected parentheses");
    return Wrapped{std::string{text.substr(1, text.size() - 2)}};
}
std::optional<std::string> complain_about_length(const std::vector<Wrapped>& items) {
    return items.size() > 2 ? std::optional<std::string>{"expected at most two"} : std::nullopt;
}
constexpr Spelled<Wrapped> wrapped{
    .what = "something in parentheses",
    .parse = unwrap,
    .spell = [](const Wrapped& value) { return '(' + value.text + ')'; },
};
constexpr ListOf<Wrapped> wrapped_list{wrapped, "a list of them", complain_about_length};

struct Example {
    std::uint16_t count = 7;
    bool loud = false;
    Size size = Size::small;
    std::string file;
    Duration pause = 10us;
    std::optional<Duration> wait;
    Duration patience = 3s;
    std::optional<BitRate> rate;
    std::optional<std::uint64_t> volume;
    Wrapped thing;
    std::vector<Wrapped> things;
};

void describe(Example& example, Reader& reader) {
    reader.visit({.name = "count"}, example.count, Integer{1, 1000, "things"});
    reader.visit({.name = "loud"}, example.loud, Boolean{});
    reader.visit({.name = "size", .alias = "sise"}, example.size, Word<Size>{sizes});
    reader.visit({.name = "file"}, example.file, Path{8});
    reader.visit({.name = "pause"}, example.pause, Time{0us, 1s, TimeUnit::microseconds});
    reader.visit({.name = "wait"}, example.wait, Time{1us, 1s, TimeUnit::microseconds});
    reader.visit({.name = "patience"}, example.patience, Time{500ms, 60s, TimeUnit::seconds});
    reader.visit({.name = "rate"}, example.rate, RateLimit{BitRate{1000}, BitRate{1'000'000'000}});
    reader.visit({.name = "volume"}, example.volume, VolumeLimit{1000, 5'000'000'000});
    reader.visit({.name = "thing"}, example.thing, wrapped);
    reader.visit({.name = "things"}, example.things, wrapped_list);
}

struct Outcome {
    Example example;
    Problems problems;
};

Outcome read(const std::vector<Source>& sources) {
    Outcome outcome;
    Reader reader{sources};
    describe(outcome.example, reader);
    outcome.problems = reader.finish();
    return outcome;
}

// The example that `text` makes; it must be without problems.
Example good(std::string text) {
    Outcome outcome = read({{"t", std::move(text)}});
    INFO((outcome.problems.empty() ? "" : outcome.problems.front()));
    REQUIRE(outcome.problems.empty());
    return outcome.example;
}

// The only problem of `text`.
std::string only_problem(std::string text) {
    const Outcome outcome = read({{"t", std::move(text)}});
    REQUIRE(outcome.problems.size() == 1);
    return outcome.problems.front();
}

} // namespace

TEST_CASE("an absent key leaves its field alone", "[config]") {
    const Example example = good("");
    CHECK(example.count == 7);
    CHECK(example.pause == 10us);
    CHECK(!example.wait);
}

TEST_CASE("each kind of value is read into its type", "[config]") {
    const Example example = good("count = 1000\nloud = true\nsize = 'LARGE'\nfile = '/a/b'\n"
                                 "pause = 250\nwait = 1\npatience = 60\nrate = '1.5M'\n"
                                 "volume = '2GB'\nthing = '(x)'\nthings = ['(a)', '(b)']\n");
    CHECK(example.count == 1000);
    CHECK(example.loud);
    CHECK(example.size == Size::large);
    CHECK(example.file == "/a/b");
    CHECK(example.pause == 250us);
    CHECK(example.wait == 1us);
    CHECK(example.patience == 60s);
    CHECK(example.rate == BitRate{1'500'000});
    CHECK(example.volume == 2'000'000'000);
    CHECK(example.thing == Wrapped{"x"});
    CHECK(example.things == std::vector{Wrapped{"a"}, Wrapped{"b"}});
}

TEST_CASE("a time is an integer in the key's unit or a string with its own", "[config]") {
    CHECK(good("pause = '1ms'").pause == 1ms);
    CHECK(good("pause = '1500ns'").pause == 1500ns);
    CHECK(good("patience = '500ms'").patience == 500ms);
    CHECK(good("patience = '1m'").patience == 60s);

    SECTION("a string without a unit could mean either and is refused") {
        CHECK(
            only_problem("pause = '250'") ==
            "t:1:9: pause = \"250\": expected microseconds, 0 to 1000000, or a string with a unit "
            "such as \"1s\"");
        CHECK_FALSE(read({{"t", "pause = '0.'"}}).problems.empty());
    }
    SECTION("neither form leaves the range") {
        CHECK(only_problem("patience = 0") ==
              "t:1:12: patience = 0: expected seconds, 0.5 to 60, or a string with a unit such as "
              "\"60s\"");
        for (const char* text :
             {"patience = 61", "patience = '499ms'", "patience = '61s'", "patience = -1",
              "patience = 9223372036854775807", "patience = -9223372036854775808", "patience = 1.5",
              "patience = true", "patience = ''", "patience = 'soon'"}) {
            INFO(text);
            CHECK(read({{"t", text}}).problems.size() == 1);
        }
    }
}

TEST_CASE("a limit of 0 is no limit", "[config]") {
    const std::vector<Source> limited{{"a", "rate = 5000\nvolume = 5000"}};
    REQUIRE(read(limited).example.rate == BitRate{5000});
    std::vector<Source> lifted = limited;
    lifted.push_back({"b", "rate = 0\nvolume = 0"});
    CHECK(!read(lifted).example.rate);
    CHECK(!read(lifted).example.volume);

    CHECK(only_problem("rate = 999") ==
          "t:1:8: rate = 999: expected bit/s, \"1k\" to \"1G\", or 0 for no limit");
    CHECK(only_problem("volume = '6GB'") ==
          "t:1:10: volume = \"6GB\": expected bytes, \"1kB\" to \"5GB\", or 0 for no limit");
    for (const char* text :
         {"rate = -1", "rate = 'fast'", "rate = '0'", "rate = 1e6", "volume = -1", "volume = '1.5'",
          "volume = []", "volume = 5000000001"}) {
        INFO(text);
        CHECK(read({{"t", text}}).problems.size() == 1);
    }
}

TEST_CASE("a wrong value is reported with place, value and what was expected", "[config]") {
    CHECK(only_problem("\n count =  1001") ==
          "t:2:11: count = 1001: expected an integer from 1 to 1000");
    CHECK(only_problem("count = 'many'") ==
          "t:1:9: count = \"many\": expected an integer from 1 to 1000");
    CHECK(only_problem("count = 2.0").ends_with("count = 2: expected an integer from 1 to 1000"));
    CHECK(only_problem("loud = 1") == "t:1:8: loud = 1: expected true or false");
    CHECK(only_problem("size = 'huge'") ==
          "t:1:8: size = \"huge\": expected \"small\" or \"large\"");
    CHECK(only_problem("file = '123456789'") ==
          "t:1:8: file = \"123456789\": expected a path of at most 8 bytes, this one has 9");
    CHECK(only_problem("file = \"a\\u0000b\"") ==
          "t:1:8: file = \"a\\x00b\": expected a path, which cannot contain the character U+0000");
    CHECK(only_problem("file = 1979-05-27").starts_with("t:1:8: file = a date: expected a string"));
    CHECK(only_problem("[count]").find("count = a table: expected an integer") !=
          std::string::npos);
    CHECK(only_problem("thing = 1") ==
          "t:1:9: thing = 1: expected a string with something in parentheses");
    CHECK(only_problem("thing = 'x'") == "t:1:9: thing = \"x\": expected parentheses");
}

TEST_CASE("every wrong item of a list is reported at its own place", "[config]") {
    CHECK(read({{"t", "things = [\n  '(a)',\n  'b',\n  3\n]"}}).problems ==
          Problems{"t:3:3: things: \"b\": expected parentheses",
                   "t:4:3: things: 3: expected a string with something in parentheses"});
    CHECK(only_problem("things = ['(a)', '(b)', '(c)']") ==
          "t:1:10: things = [\"(a)\", \"(b)\", \"(c)\"]: expected at most two");
    CHECK(only_problem("things = '(a)'") == "t:1:10: things = \"(a)\": expected a list of them");
}

TEST_CASE("later sources win key by key and a mistake does not hide behind them", "[config]") {
    const Outcome outcome = read({{"a", "count = 1\npause = 1\n"}, {"b", "pause = 2\n"}});
    CHECK(outcome.problems.empty());
    CHECK(outcome.example.count == 1);
    CHECK(outcome.example.pause == 2us);

    CHECK(read({{"a", "count = 0"}, {"b", "count = 5"}}).problems ==
          Problems{"a:1:9: count = 0: expected an integer from 1 to 1000"});
}

TEST_CASE("all problems of all sources come at once, in their order", "[config]") {
    const Outcome outcome = read({{"a", "pause = -1\nloud = 0\ncount = 0\n"},
                                  {"b", "a = [\n"},
                                  {"c", "size = 3\ncuont = 1\n"}});
    REQUIRE(outcome.problems.size() == 6);
    CHECK(outcome.problems[0].starts_with("a:1:9: pause = -1: "));
    CHECK(outcome.problems[1].starts_with("a:2:8: loud = 0: "));
    CHECK(outcome.problems[2].starts_with("a:3:9: count = 0: "));
    CHECK(outcome.problems[3].starts_with("b:"));
    CHECK(outcome.problems[4].starts_with("c:1:8: size = 3: "));
    CHECK(outcome.problems[5] == "c:2:1: cuont = 1: no such key; did you mean count?");
}

TEST_CASE("an unknown key is reported with the key that was probably meant", "[config]") {
    CHECK(only_problem("Patience = 1") ==
          "t:1:1: Patience = 1: no such key; did you mean patience?");
    CHECK(only_problem("'COUNT' = 1") == "t:1:1: COUNT = 1: no such key; did you mean count?");
    CHECK(only_problem("frobnicate = 1") == "t:1:1: frobnicate = 1: no such key");
    CHECK(only_problem("[server]\nport = 1") == "t:1:2: server = a table: no such key");
    CHECK(only_problem("sisee = 'small'").ends_with("did you mean size?"));
    CHECK(only_problem("\"\\u001b[31m\" = 1").starts_with("t:1:1: \\x1b[31m = 1: "));
}

TEST_CASE("a key has one spelling at a time in a source", "[config]") {
    CHECK(good("sise = 'large'").size == Size::large);
    CHECK(only_problem("size = 'large'\nsise = 'large'\n") ==
          "t:2:1: sise = \"large\": another spelling of size, which is given in line 1; keep one");
    CHECK(read({{"a", "sise = 'large'"}, {"b", "size = 'small'"}}).problems.empty());
    CHECK(only_problem("sise = 'huge'").starts_with("t:1:8: sise = \"huge\": "));
}

TEST_CASE("a source without lines is named without them", "[config]") {
    const std::vector<Source> sources{{"--set", "count = 0", false}, {"--set", "x = [", false}};
    const Problems problems = read(sources).problems;
    REQUIRE(problems.size() == 2);
    CHECK(problems[0] == "--set: count = 0: expected an integer from 1 to 1000");
    CHECK(problems[1].starts_with("--set: error "));
}

TEST_CASE("a conflict is reported at the key that was given last", "[config]") {
    const auto conflicts = [](const std::vector<Source>& sources) {
        Example example;
        Reader reader{sources};
        describe(example, reader);
        reader.conflict({"count", "loud"}, "do not go together");
        return reader.finish();
    };
    CHECK(conflicts({{"t", "count = 1\nloud = true"}}) ==
          Problems{"t:2:8: loud = true: do not go together"});
    CHECK(conflicts({{"t", "loud = true"}, {"u", "count = 1"}}) ==
          Problems{"u:1:9: count = 1: do not go together"});
    CHECK(conflicts({{"t", "count = 1"}}) == Problems{"t:1:9: count = 1: do not go together"});

    SECTION("one refused value is enough of a message") {
        CHECK(conflicts({{"t", "count = 0\nloud = true"}}).size() == 1);
    }
}

TEST_CASE("a table of a document is read like a document, with its own places", "[config]") {
    const Document document = REQUIRE_OK(parse_document({"t", "[a]\ncount = 3\nloud = 1\n"}));
    const auto& table = std::get<Value::Table>(document.find("a")->value.is);
    Example example;
    Reader reader{Document{document.name, document.has_lines, table.entries}};
    describe(example, reader);
    CHECK(reader.finish() == Problems{"t:3:8: loud = 1: expected true or false"});
    CHECK(example.count == 3);
}

TEST_CASE("the first fifty problems are shown and the rest is counted", "[config]") {
    std::string text;
    for (int i = 100; i < 200; ++i)
        text += "x" + std::to_string(i) + " = 1\n";
    const Problems problems = read({{"t", text}}).problems;
    REQUIRE(problems.size() == 51);
    CHECK(problems.front().starts_with("t:1:1: x100 = 1: no such key"));
    CHECK(problems.back() == "and 50 problems");

    text += "count = 0\n";
    CHECK(read({{"t", text}}).problems.back() == "and 51 problems");
}

TEST_CASE("the reader tells where the value that holds was given", "[config]") {
    const std::vector<Source> sources{
        {"a.toml", "\n\ncount = 3\n"}, {"b.toml", "number = 4\n"}, {"--set", "loud = true", false}};
    Reader reader{sources};
    int count = 0;
    bool loud = false;
    bool quiet = false;
    reader.visit({.name = "count", .meaning = "", .alias = "number"}, count, Integer{1, 9, {}});
    reader.visit({.name = "loud", .meaning = ""}, loud, Boolean{});
    reader.visit({.name = "quiet", .meaning = ""}, quiet, Boolean{});
    CHECK(count == 4);
    CHECK(reader.origin_of("count") == "b.toml:1");
    CHECK(reader.origin_of("loud") == "--set");
    CHECK(reader.origin_of("quiet") == std::nullopt);
}
