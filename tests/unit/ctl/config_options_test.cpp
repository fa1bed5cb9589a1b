#include "unit/ctl/command_lines.hpp"
#include "unit/lines.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::ctl;
using test::Arguments;
using test::parse;

namespace {

using Action = ConfigOptions::Action;

ConfigOptions good(Arguments arguments) {
    arguments.insert(arguments.begin(), "config");
    return test::good<ConfigOptions>(std::move(arguments));
}

std::string refusal(Arguments arguments) {
    arguments.insert(arguments.begin(), "config");
    const auto options = parse(std::move(arguments));
    REQUIRE(!options.has_value());
    CHECK(options.error().status == 2);
    return options.error().text;
}

} // namespace

TEST_CASE("config has four actions", "[ctl]") {
    CHECK(good({"check"}).action == Action::check);
    CHECK(good({"check"}).files.empty());
    CHECK(good({"check", "a.toml", "b.toml"}).files ==
          std::vector<std::string>{"a.toml", "b.toml"});
    CHECK(good({"show"}).action == Action::show);
    CHECK(good({"show", "--config=a.toml"}).files == std::vector<std::string>{"a.toml"});
    CHECK(good({"default"}).action == Action::standard);
    CHECK(good({"default", "--set", "bind_port=1", "--set", "key_file=''"}).settings ==
          std::vector<std::string>{"bind_port=1", "key_file=''"});
    CHECK(good({"import", "old.conf"}).action == Action::import);
    CHECK(good({"import", "old.conf"}).files == std::vector<std::string>{"old.conf"});
}

TEST_CASE("what is no action of config is refused", "[ctl]") {
    CHECK(refusal({}) == "wyndrvrctl config: expected check, show, default or import; see "
                         "wyndrvrctl config --help\n");
    CHECK(refusal({"chek"}) == "wyndrvrctl config: expected check, show, default or import, not "
                               "'chek'; see wyndrvrctl config --help\n");
    CHECK(refusal({"import"}) ==
          "wyndrvrctl config import: expected one FILE; see wyndrvrctl config import --help\n");
    for (const Arguments& wrong :
         {Arguments{"import", "a", "b"}, Arguments{"import", ""}, Arguments{"check", ""},
          Arguments{"show", "a"}, Arguments{"show", "--config", ""}, Arguments{"default", "a"},
          Arguments{"default", "--set"}, Arguments{"check", "--set", "a=1"},
          Arguments{"\x1b[31m"}}) {
        const std::string sentence = refusal(wrong);
        INFO(sentence);
        CHECK(sentence.find('\x1b') == std::string::npos);
        CHECK(std::ranges::count(sentence, '\n') == 1);
    }
}

TEST_CASE("the option table names every command once, with its summary", "[ctl]") {
    const auto table = parse({"--option-table"});
    REQUIRE(!table.has_value());
    CHECK(table.error().status == 0);
    const std::string& text = table.error().text;
    for (const char* line :
         {"command\t\t\n", "command\tprobe\tlatency, capacity", "command\tlatency\t",
          "command\tconfig check\treport every mistake", "option\t--search\tMETHOD\ts3 b c\t",
          "option\t--schedule\tKIND\tperiodic poisson\t", "operand\tHOST...\t\n",
          "option\t-h,--help\t\t\t", "operand\tWORD...\t"}) {
        INFO(line);
        CHECK(text.find(line) != std::string::npos);
    }
    CHECK(text.find("option\t--worker") == std::string::npos);
    CHECK(text.find("option\t--json-stream") == std::string::npos);
}

TEST_CASE("the help of config and of its actions fits 80 columns", "[ctl]") {
    const std::vector<Arguments> pages{{"config", "--help"},
                                       {"config", "-h"},
                                       {"config", "check", "--help"},
                                       {"config", "show", "--help"},
                                       {"config", "default", "--help"},
                                       {"config", "import", "--help"}};
    for (const Arguments& page : pages) {
        const auto help = parse(page);
        REQUIRE(!help.has_value());
        CHECK(help.error().status == 0);
        CHECK(help.error().text.find("Usage: wyndrvrctl config ") != std::string::npos);
        for (const std::string& line : test::lines_of(help.error().text)) {
            INFO(line);
            CHECK(line.size() <= 80);
            CHECK(!line.ends_with(' '));
        }
    }
}
