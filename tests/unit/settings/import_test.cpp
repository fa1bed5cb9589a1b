#include "check.hpp"
#include "settings/import.hpp"
#include "settings/server_config.hpp"
#include "unit/golden_text.hpp"

#include <fstream>
#include <iterator>
#include <string>

using namespace wyn;
using namespace wyn::settings;

namespace {

Imported good(const std::string& text) {
    auto imported = import_key_values({"old.conf", text});
    INFO(text);
    INFO((imported ? std::string{} : imported.error().front()));
    REQUIRE(imported.has_value());
    return *std::move(imported);
}

config::Problems mistakes_in(const std::string& text) {
    const auto imported = import_key_values({"old.conf", text});
    return imported ? config::Problems{} : imported.error();
}

ServerConfig read_back(const std::string& toml) {
    const std::vector<config::Source> sources{{"new.toml", toml}};
    const auto config = read_server_config(sources);
    INFO(toml);
    INFO((config ? std::string{} : config.error().front()));
    REQUIRE(config.has_value());
    return *config;
}

} // namespace

TEST_CASE("every key of the predecessor becomes ours, in the order of its file", "[settings]") {
    const std::string path = WYN_SOURCE_ROOT "/tests/golden/import_every_key.conf";
    std::ifstream file{path, std::ios::binary};
    REQUIRE(file);
    const Imported imported = good({std::istreambuf_iterator<char>{file}, {}});
    golden::check_text("import_every_key.toml", imported.toml);
    CHECK(imported.warnings ==
          config::Problems{"old.conf:19: colour = red: no such key; kept as a comment"});

    const ServerConfig config = read_back(imported.toml);
    CHECK(print(config.bind_addr) == "0.0.0.0");
    CHECK(config.bind_port == 6711);
    CHECK(config.port_ranges == std::vector<PortRange>{{7000, 7100}, {7200, 7300}});
    CHECK(config.connection_parallelism == Placement::thread);
    CHECK(config.port_parallelism == Placement::single);
    CHECK(config.incoming_blocking_level == 0us);
    CHECK(config.heartbeat_rate == 250ms);
    CHECK(config.feedback_interval() == 25ms);
}

TEST_CASE("an empty file imports as an empty configuration", "[settings]") {
    CHECK(read_back(good("").toml) == ServerConfig{});
    CHECK(read_back(good("\n# nothing\n; at all\n").toml) == ServerConfig{});
}

TEST_CASE("blanks, quotes, line ends and comments behind a value do not matter", "[settings]") {
    const ServerConfig config = read_back(good("\xEF\xBB\xBF  bind_addr = \"::1\"  # here\r\n"
                                               "key_file=/a#b\r\n"
                                               "port_ranges = 7100 ; 7101-7200")
                                              .toml);
    CHECK(print(config.bind_addr) == "::1");
    CHECK(config.key_file == "/a#b");
    CHECK(config.port_ranges == std::vector<PortRange>{{7100, 7100}, {7101, 7200}});
}

TEST_CASE("all mistakes of the predecessor's file are reported with their lines", "[settings]") {
    CHECK(
        mistakes_in("bind_port = 70000\n"
                    "hello\n"
                    "connection_parallelibility = forked\n"
                    "port_ranges = 7000-8000, 9-8\n"
                    "= 5\n"
                    "heartbeat_rate = soon\n"
                    "bind_port = 6711\n"
                    "connection_parallelism = single\n") ==
        config::Problems{
            "old.conf:1: bind_port = 70000: expected an integer from 0 to 65535",
            "old.conf:2: 'hello': expected key=value",
            "old.conf:3: connection_parallelism = \"forked\": expected \"single\", \"thread\" or "
            "\"process\"",
            "old.conf:4: port_ranges: \"9-8\": expected the lower port first",
            "old.conf:5: '= 5': expected key=value",
            "old.conf:6: heartbeat_rate = \"soon\": expected microseconds, 10000 to 1000000, or a "
            "string with a unit such as \"1s\"",
            "old.conf:7: bind_port is given in line 1 already; keep one",
            "old.conf:8: connection_parallelism is given in line 3 already; keep one"});
}

TEST_CASE("values that do not go together are a mistake of the last of them", "[settings]") {
    const config::Problems mistakes = mistakes_in("bind_port = 7001\nport_ranges = 7000-7100\n");
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front().starts_with("old.conf:2: port_ranges = [\"7000-7100\"]: the listening "
                                       "port 7001 lies in the range 7000-7100"));
}

TEST_CASE("a slip in a key is answered with the key that was meant", "[settings]") {
    const Imported imported = good("bind_prt = 6711\nname = \x1b[31m\n");
    CHECK(imported.warnings ==
          config::Problems{
              "old.conf:1: bind_prt = 6711: no such key (did you mean bind_port?); kept as a "
              "comment",
              "old.conf:2: name = \\x1b[31m: no such key; kept as a comment"});
    CHECK(imported.toml.find("\n# bind_prt = 6711\n# name = \\x1b[31m\n") != std::string::npos);
    CHECK(read_back(imported.toml) == ServerConfig{});
}

TEST_CASE("of very many mistakes the first fifty are told and the rest counted", "[settings]") {
    std::string text;
    for (int i = 0; i < 60; ++i)
        text += "wrong\n";
    const config::Problems mistakes = mistakes_in(text);
    REQUIRE(mistakes.size() == 51);
    CHECK(mistakes.back() == "and 10 more");
    CHECK(mistakes_in(std::string((1 << 20) + 1, '\n')) ==
          config::Problems{"old.conf: larger than 1048576 bytes, which no configuration needs"});
}
