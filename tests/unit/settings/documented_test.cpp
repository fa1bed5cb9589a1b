#include "check.hpp"
#include "settings/server_config.hpp"
#include "unit/lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace wyn;
using namespace wyn::settings;

namespace {

std::string file(const std::string& name) {
    std::ifstream stream{WYN_SOURCE_ROOT "/" + name};
    REQUIRE(stream);
    return {std::istreambuf_iterator<char>{stream}, {}};
}

// What the manual page says about each `.It Ic KEY`, up to the next entry: its lines in one.
std::map<std::string, std::string> documented_keys() {
    constexpr std::string_view entry = ".It Ic ";
    std::map<std::string, std::string> keys;
    std::string* current = nullptr;
    for (const std::string& line : test::lines_of(file("man/wyndrvrd.toml.5"))) {
        if (line.starts_with(entry))
            current = &keys[line.substr(entry.size())];
        else if (line.starts_with(".It") || line.starts_with(".El"))
            current = nullptr;
        else if (current != nullptr)
            *current += ' ' + line;
    }
    return keys;
}

} // namespace

TEST_CASE("the manual page tells every key with its unit, range and default", "[settings]") {
    const auto documented = documented_keys();
    for (const config::KeyFacts& facts : server_config_keys()) {
        INFO(facts.key.name << " must end with: " << config::summary(facts));
        const auto entry = documented.find(std::string{facts.key.name});
        REQUIRE(entry != documented.end());
        CHECK(entry->second.ends_with(' ' + config::summary(facts)));
        if (!facts.key.alias.empty())
            CHECK(entry->second.find(fmt::format(".Ic {} .", facts.key.alias)) !=
                  std::string::npos);
    }
}

TEST_CASE("the manual page tells no key that does not exist", "[settings]") {
    const auto keys = server_config_keys();
    for (const auto& [name, text] : documented_keys()) {
        INFO(name);
        CHECK(std::ranges::any_of(
            keys, [&name](const config::KeyFacts& facts) { return facts.key.name == name; }));
    }
}

TEST_CASE("the example in the manual page is a valid configuration", "[settings]") {
    const std::string page = file("man/wyndrvrd.toml.5");
    const std::size_t start = page.find(".Bd -literal");
    const std::size_t end = page.find("\n.Ed", start);
    REQUIRE(end != std::string::npos);
    const std::size_t text = page.find('\n', start) + 1;
    const std::vector<config::Source> sources{{"example", page.substr(text, end - text)}};
    const auto config = read_server_config(sources);
    INFO((config ? "" : config.error().front()));
    REQUIRE(config.has_value());
    CHECK(*config != ServerConfig{});
}

// To write it again:
//     wyndrvrctl config default > systemd/wyndrvrd.toml
TEST_CASE("the installed example is the printed default with every line commented out",
          "[settings]") {
    std::string expected;
    for (const std::string& line : test::lines_of(print_server_config(ServerConfig{})))
        expected += (line.empty() || line.starts_with('#') ? "" : "#") + line + '\n';
    CHECK(file("systemd/wyndrvrd.toml") == expected);
    CHECK(print_commented_config({}) == expected);

    SECTION("so that installing it changes nothing") {
        const std::vector<config::Source> sources{{"example", file("systemd/wyndrvrd.toml")}};
        CHECK(read_server_config(sources) == ServerConfig{});
    }
    SECTION("and each of its keys can be had by removing one character") {
        std::string text;
        for (const std::string& line : test::lines_of(expected)) {
            const bool is_key = line.size() > 1 && line[0] == '#' && line[1] != ' ';
            text += (is_key ? line.substr(1) : line) + '\n';
        }
        const std::vector<config::Source> sources{{"example", text}};
        const auto config = read_server_config(sources);
        INFO((config ? "" : config.error().front()));
        CHECK(config.has_value());
    }
}
