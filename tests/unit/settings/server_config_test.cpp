#include "check.hpp"
#include "settings/server_config.hpp"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>

using namespace wyn;
using namespace wyn::settings;
using config::Problems;

namespace {

std::expected<ServerConfig, Problems> read(std::string text) {
    const std::vector<config::Source> sources{{"wyndrvrd.toml", std::move(text)}};
    return read_server_config(sources);
}

ServerConfig good(const std::string& text) {
    auto config = read(text);
    INFO(text);
    INFO((config ? std::string{} : config.error().front()));
    REQUIRE(config.has_value());
    return *std::move(config);
}

Problems problems_of(const std::string& text) {
    const auto config = read(text);
    return config ? Problems{} : config.error();
}

std::string only_problem(const std::string& text) {
    const Problems problems = problems_of(text);
    INFO(text);
    REQUIRE(problems.size() == 1);
    return problems.front();
}

} // namespace

TEST_CASE("an empty file is a valid configuration", "[settings]") {
    const ServerConfig config = good("");
    CHECK(config == ServerConfig{});
    CHECK(print(config.bind_addr) == "::");
    CHECK(config.bind_port == 6711);
    CHECK(config.port_ranges == std::vector<PortRange>{{7000, 8000}});
    CHECK(config.connection_parallelism == Placement::single);
    CHECK(!config.incoming_blocking_level);
    CHECK(config.feedback_interval() == 25ms);
    CHECK(!config.control_socket);
    CHECK(!config.max_rate);
    CHECK(read_server_config({}) == ServerConfig{});
}

TEST_CASE("all mistakes of a file are reported at once, each with its place", "[settings]") {
    const Problems problems = problems_of("bind_addr = \"localhost\"\n"
                                          "bind_port = 65536\n"
                                          "port_ranges = [\"7000-7100\", \"many\", \"9000-8000\"]\n"
                                          "connection_paralellism = \"single\"\n"
                                          "port_parallelism = \"threads\"\n"
                                          "heartbeat_rate = \"2s\"\n"
                                          "max_rate = \"fast\"\n"
                                          "require_key = \"no\"\n"
                                          "log_level = \"loud\"\n");
    REQUIRE(problems.size() == 10);
    CHECK(problems[0] ==
          "wyndrvrd.toml:1:13: bind_addr = \"localhost\": expected an IPv4 or IPv6 address, such "
          "as \"::\" or \"192.0.2.1\"");
    CHECK(problems[1] ==
          "wyndrvrd.toml:2:13: bind_port = 65536: expected an integer from 0 to 65535");
    CHECK(problems[2] ==
          "wyndrvrd.toml:3:29: port_ranges: \"many\": expected \"FIRST-LAST\" or \"PORT\", with "
          "ports from 1 to 65535");
    CHECK(problems[3] ==
          "wyndrvrd.toml:3:37: port_ranges: \"9000-8000\": expected the lower port first");
    CHECK(problems[4] ==
          "wyndrvrd.toml:4:1: connection_paralellism = \"single\": no such key; did you mean "
          "connection_parallelism?");
    CHECK(problems[5] ==
          "wyndrvrd.toml:5:20: port_parallelism = \"threads\": expected \"single\", \"thread\" "
          "or \"process\"");
    CHECK(problems[6] ==
          "wyndrvrd.toml:6:18: heartbeat_rate = \"2s\": expected microseconds, 10000 to 1000000, "
          "or a string with a unit such as \"1s\"");
    CHECK(problems[7] ==
          "wyndrvrd.toml:7:12: max_rate = \"fast\": expected bit/s, \"10k\" to \"10T\", or 0 for "
          "no limit");
    CHECK(problems[8] == "wyndrvrd.toml:8:15: require_key = \"no\": expected true or false");
    CHECK(problems[9] ==
          "wyndrvrd.toml:9:13: log_level = \"loud\": expected \"error\", \"warning\", "
          "\"notice\", \"info\" or \"debug\"");
}

TEST_CASE("both spellings of the parallelism keys are read, in any letter case", "[settings]") {
    CHECK(good("connection_parallelism = 'THREAD'").connection_parallelism == Placement::thread);
    CHECK(good("connection_parallelibility = 'PROCESS'").connection_parallelism ==
          Placement::process);
    CHECK(good("port_parallelism = 'Process'").port_parallelism == Placement::process);
    CHECK(good("port_parallelability = 'SINGLE'").port_parallelism == Placement::single);
    CHECK(only_problem("port_parallelism = 'thread'\nport_parallelability = 'thread'") ==
          "wyndrvrd.toml:2:1: port_parallelability = \"thread\": another spelling of "
          "port_parallelism, which is given in line 1; keep one");
}

TEST_CASE("the listening address is any address of this host", "[settings]") {
    CHECK(print(good("bind_addr = '0.0.0.0'").bind_addr) == "0.0.0.0");
    CHECK(print(good("bind_addr = '2001:DB8::1'").bind_addr) == "2001:db8::1");
    CHECK(print(good("bind_addr = 'fe80::1%2'").bind_addr) == "fe80::1%2");
    CHECK(only_problem("bind_addr = '239.1.2.3'").ends_with("this one is a multicast address"));
    CHECK(only_problem("bind_addr = 6711")
              .ends_with("expected a string with an IPv4 or IPv6 address"));
    CHECK(problems_of("bind_addr = ''").size() == 1);
}

TEST_CASE("port ranges are disjoint, have room for a client and leave bind_port alone",
          "[settings]") {
    CHECK(good("port_ranges = ['1-3']").port_ranges == std::vector<PortRange>{{1, 3}});
    CHECK(good("port_ranges = ['65535', '65533', '65534']").port_ranges ==
          std::vector<PortRange>{{65535, 65535}, {65533, 65533}, {65534, 65534}});
    CHECK(good("port_ranges = ['7000-7001', '7002-7003']").port_ranges.size() == 2);

    CHECK(
        only_problem("port_ranges = ['8000-9000', '7000-8000']") ==
        "wyndrvrd.toml:1:15: port_ranges = [\"8000-9000\", \"7000-8000\"]: 7000-8000 and 8000-9000 "
        "overlap");
    CHECK(only_problem("port_ranges = ['7000-7001']") ==
          "wyndrvrd.toml:1:15: port_ranges = [\"7000-7001\"]: expected at least 3 ports, which is "
          "what one client takes");
    CHECK(only_problem("port_ranges = []").ends_with("what one client takes"));
    CHECK(
        only_problem("port_ranges = '7000-8000'")
            .ends_with("expected a list of \"FIRST-LAST\" or \"PORT\" strings, ports 1 to 65535"));
    for (const char* item : {"", "-", "0-10", "7000-", "-8000", "7000-65536", "7000 - 8000",
                             "7000-7010-7020", "+7000", "0x10-0x20"}) {
        INFO(item);
        CHECK(problems_of(fmt::format("port_ranges = ['{}']", item)).size() == 1);
    }

    CHECK(
        only_problem("bind_port = 7000") ==
        "wyndrvrd.toml:1:13: bind_port = 7000: the listening port 7000 lies in the range 7000-8000 "
        "of the clients' ports; move one of them");
    CHECK(only_problem("bind_port = 9000\nport_ranges = ['9000-9100']")
              .starts_with("wyndrvrd.toml:2:15: port_ranges = [\"9000-9100\"]: "));
    CHECK(good("bind_port = 6999").bind_port == 6999);
    CHECK(good("bind_port = 8001").bind_port == 8001);
}

TEST_CASE("the feedback interval lies between 1 ms and 125 ms", "[settings]") {
    CHECK(good("adjustment_delay = 125000\nflow_control_rate = 1").feedback_interval() == 125ms);
    CHECK(good("adjustment_delay = 1000000\nflow_control_rate = 1000").feedback_interval() == 1ms);
    CHECK(only_problem("adjustment_delay = 125001\nflow_control_rate = 1") ==
          "wyndrvrd.toml:2:21: flow_control_rate = 1: adjustment_delay / flow_control_rate is the "
          "time between two feedback messages; expected 1000 to 125000 microseconds, this is "
          "125001");
    CHECK(only_problem("adjustment_delay = 999999\nflow_control_rate = 1000")
              .ends_with("this is 999.999"));
    CHECK(only_problem("adjustment_delay = 1000").starts_with("wyndrvrd.toml:1:20: "));
    CHECK(problems_of("flow_control_rate = 51").size() == 1);
    CHECK(problems_of("adjustment_delay = 0").size() == 1);
}

TEST_CASE("time-outs leave room for what they watch", "[settings]") {
    CHECK(good("idle_timeout = 1\nheartbeat_rate = 333333").heartbeat_rate == 333333us);
    CHECK(only_problem("idle_timeout = 1\nheartbeat_rate = 333334")
              .starts_with("wyndrvrd.toml:2:18: "));
    CHECK(good("incoming_blocking_level = 0").incoming_blocking_level == 0us);
    CHECK(only_problem("incoming_blocking_level = 1000000\nworker_timeout = 1") ==
          "wyndrvrd.toml:2:18: worker_timeout = 1: expected a worker_timeout of more than 1000500 "
          "microseconds, the longest turn of a port that these settings allow");
    CHECK(problems_of("max_send_time = 1000000\nincoming_blocking_level = 1000000").size() == 1);
}

TEST_CASE("requiring keys needs a file with keys", "[settings]") {
    CHECK(good("require_key = true\nkey_file = '/etc/wyndrvr/keys'").require_key);
    CHECK(
        only_problem("require_key = true") ==
        "wyndrvrd.toml:1:15: require_key = true: require_key without a key_file would refuse every "
        "client");
}

TEST_CASE("the control socket is unset, a path that fits a socket address, or none", "[settings]") {
    const std::string longest(107, 'x');
    CHECK(good("control_socket = ''").control_socket == "");
    CHECK(good("control_socket = '" + longest + "'").control_socket == longest);
    CHECK(only_problem("control_socket = '" + longest + "x'")
              .ends_with("expected a path of at most 107 bytes, this one has 108"));
}

TEST_CASE("DSCP values are names, numbers and ranges of either", "[settings]") {
    CHECK(good("allowed_dscp = []").allowed_dscp.empty());
    CHECK(good("allowed_dscp = ['ef', '0-63', 'AF41-af43', 'VA', '51']").allowed_dscp ==
          std::vector<DscpRange>{{46, 46}, {0, 63}, {34, 38}, {44, 44}, {51, 51}});
    for (const char* const wrong : {"64", "EF-CS1", "gold", "1-64", "", "-", "1-", "AF41-"}) {
        INFO(wrong);
        CHECK(only_problem(fmt::format("allowed_dscp = ['{}']", wrong)).find(": expected ") !=
              std::string::npos);
    }
}

TEST_CASE("every key takes the ends of its range and nothing beyond", "[settings]") {
    // What each end needs beside it, so that the keys go together.
    struct Ends {
        std::string key, low, high, below, above, with_low, with_high;
    };
    const std::vector<Ends> table{
        {"bind_port", "0", "65535", "-1", "65536", "", ""},
        {"incoming_blocking_level", "0", "1000000", "-1", "1000001", "", ""},
        {"incoming_sleep", "0", "100000", "-1", "100001", "", ""},
        {"max_send_time", "10", "1000000", "9", "1000001", "", ""},
        {"send_sleep", "0", "100000", "-1", "100001", "", ""},
        {"heartbeat_rate", "10000", "1000000", "9999", "1000001", "", ""},
        {"adjustment_delay", "1000", "1000000", "999", "1000001", "flow_control_rate = 1",
         "flow_control_rate = 8"},
        {"flow_control_rate", "1", "1000", "0", "1001", "", "adjustment_delay = 1000000"},
        {"max_sessions", "1", "4096", "0", "4097", "", ""},
        {"max_sessions_per_address", "1", "4096", "0", "4097", "", ""},
        {"max_rate", "10000", "'10T'", "9999", "'10.1T'", "", ""},
        {"max_total_rate", "'10k'", "10000000000000", "'9.9k'", "10000000000001", "", ""},
        {"max_volume", "1000", "'1000TB'", "999", "1000000000000001", "", ""},
        {"max_duration", "1", "3600", "'999ms'", "3601", "", ""},
        {"half_open_time", "'0.5s'", "30", "0", "31", "", ""},
        {"idle_timeout", "1", "60", "'999ms'", "61", "", ""},
        {"worker_timeout", "'500ms'", "60", "'499ms'", "61", "", ""},
        {"drain_time", "0", "'10m'", "-1", "601", "", ""},
    };
    for (const Ends& ends : table) {
        INFO(ends.key);
        CHECK(problems_of(fmt::format("{} = {}\n{}", ends.key, ends.low, ends.with_low)).empty());
        CHECK(problems_of(fmt::format("{} = {}\n{}", ends.key, ends.high, ends.with_high)).empty());
        for (const std::string& value : {ends.below, ends.above}) {
            const Problems problems = problems_of(fmt::format("{} = {}", ends.key, value));
            INFO(value);
            CHECK(std::ranges::any_of(problems, [&ends](const std::string& problem) {
                return problem.find(ends.key + " = ") != std::string::npos &&
                       problem.find(": expected ") != std::string::npos;
            }));
        }
    }

    SECTION("and no key with a numeric range is missing in this table") {
        for (const config::KeyFacts& facts : server_config_keys()) {
            const bool numeric =
                facts.range.find(" to ") != std::string::npos && facts.key.name != "port_ranges";
            INFO(facts.key.name);
            CHECK(numeric == (std::ranges::find(table, facts.key.name, &Ends::key) != table.end()));
        }
    }
}

namespace {

Duration times(Duration unit, std::int64_t low, std::int64_t high) {
    return *rc::gen::inRange(low, high + 1) * unit;
}

template <typename T>
std::optional<T> maybe(T value) {
    return *rc::gen::arbitrary<bool>() ? std::optional{value} : std::nullopt;
}

// Any text that TOML can carry and a path can be.
std::string any_path() {
    return *rc::gen::resize(
        50, rc::gen::container<std::string>(rc::gen::map(
                rc::gen::inRange(1, 128), [](int c) { return static_cast<char>(c); })));
}

std::vector<PortRange> any_ranges() {
    std::vector<PortRange> ranges;
    std::uint16_t next = 7000;
    for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
        const auto first = static_cast<std::uint16_t>(next + *rc::gen::inRange(0, 100));
        const auto last = static_cast<std::uint16_t>(first + *rc::gen::inRange(2, 1000));
        ranges.push_back({first, last});
        next = static_cast<std::uint16_t>(last + 1);
    }
    if (*rc::gen::arbitrary<bool>()) std::ranges::reverse(ranges);
    return ranges;
}

std::vector<DscpRange> any_dscp() {
    return *rc::gen::container<std::vector<DscpRange>>(rc::gen::map(
        rc::gen::pair(rc::gen::inRange<std::uint8_t>(0, 64), rc::gen::inRange<std::uint8_t>(0, 64)),
        [](const auto& ends) {
            return DscpRange{std::min(ends.first, ends.second), std::max(ends.first, ends.second)};
        }));
}

// A configuration that read_server_config() could have given.
ServerConfig any_config() {
    ServerConfig config;
    config.bind_addr.bytes = *rc::gen::arbitrary<std::array<std::uint8_t, 16>>();
    if (config.bind_addr.is_multicast()) config.bind_addr = {};
    config.bind_port = *rc::gen::inRange<std::uint16_t>(0, 7000);
    config.port_ranges = any_ranges();
    config.control_socket = maybe(any_path());
    config.log_level = *rc::gen::elementOf(log_levels);
    config.connection_parallelism = *rc::gen::elementOf(placements);
    config.port_parallelism = *rc::gen::elementOf(placements);
    config.incoming_blocking_level = maybe(times(1ns, 0, 1'000'000'000));
    config.incoming_sleep = times(1us, 0, 100'000);
    config.max_send_time = times(1us, 10, 100'000);
    config.send_sleep = times(1ns, 0, 100'000'000);
    config.heartbeat_rate = times(1us, 10'000, 300'000);
    config.flow_control_rate = *rc::gen::inRange<std::uint32_t>(1, 1001);
    config.adjustment_delay = std::min(times(1ms, 1, 125) * config.flow_control_rate, Duration{1s});
    config.key_file = any_path();
    config.require_key = !config.key_file.empty() && *rc::gen::arbitrary<bool>();
    config.max_sessions = *rc::gen::inRange<std::uint32_t>(1, 4097);
    config.max_sessions_per_address = *rc::gen::inRange<std::uint32_t>(1, 4097);
    config.max_rate = maybe(BitRate{*rc::gen::inRange<std::uint64_t>(10'000, 10'000'000'000'001)});
    config.max_total_rate =
        maybe(BitRate{*rc::gen::inRange<std::uint64_t>(10, 10'000) * 1'000'000});
    config.max_volume = maybe(*rc::gen::inRange<std::uint64_t>(1000, 1'000'000'000'000'001));
    config.max_duration = times(1ms, 1000, 3'600'000);
    config.allowed_dscp = any_dscp();
    config.half_open_time = times(500ms, 1, 60);
    config.idle_timeout = times(1s, 1, 60);
    config.worker_timeout = times(500ms, 3, 120);
    config.drain_time = times(1s, 0, 601);
    return config;
}

} // namespace

TEST_CASE("a printed configuration reads back to the same", "[settings]") {
    CHECK(good(print_server_config(ServerConfig{})) == ServerConfig{});
    CHECK(rc::check("any valid configuration", [] {
        const ServerConfig config = any_config();
        const std::string text = print_server_config(config);
        RC_LOG() << text;
        const auto again = read(text);
        RC_LOG() << (again ? "" : again.error().front());
        RC_ASSERT(again.has_value());
        RC_ASSERT(*again == config);
    }));
}

TEST_CASE("keys that differ are named in the order of the file", "[settings]") {
    const ServerConfig before;
    CHECK(changed_keys(before, before).empty());
    ServerConfig after;
    after.drain_time = 0s;
    after.max_rate = BitRate{100'000'000};
    after.control_socket = "";
    after.bind_port = 6712;
    CHECK(changed_keys(before, after) ==
          std::vector<std::string>{"bind_port", "control_socket", "max_rate", "drain_time"});
    CHECK(changed_keys(after, before) == changed_keys(before, after));
}

TEST_CASE("a change that is not printed is no change", "[settings]") {
    CHECK(rc::check("equal configurations and no others have no changed keys", [] {
        const ServerConfig one = any_config();
        const ServerConfig other = *rc::gen::arbitrary<bool>() ? one : any_config();
        RC_ASSERT(changed_keys(one, other).empty() == (one == other));
    }));
}

TEST_CASE("what is bound or chosen at the start needs a restart, and nothing else", "[settings]") {
    std::vector<std::string_view> fixed;
    for (const config::KeyFacts& facts : server_config_keys())
        if (!is_reloadable(facts.key.name)) fixed.push_back(facts.key.name);
    CHECK(fixed == std::vector<std::string_view>{"bind_addr", "bind_port", "port_ranges",
                                                 "control_socket", "connection_parallelism",
                                                 "worker_timeout"});
    CHECK(!is_reloadable("no_such_key"));
    CHECK(!is_reloadable("connection_parallelibility"));
}

TEST_CASE("where each value was given is known, and what was not given is not there",
          "[settings]") {
    const std::vector<config::Source> sources{
        {"a.toml", "\nbind_port = 1\nport_parallelability = 'thread'\n"},
        {"b.toml", "bind_port = 2"},
        {"--set", "max_sessions = 3", false}};
    const auto sourced = read_sourced_config(sources);
    REQUIRE(sourced.has_value());
    CHECK(sourced->config.bind_port == 2);
    CHECK(sourced->origins ==
          std::map<std::string, std::string, std::less<>>{{"bind_port", "b.toml:1"},
                                                          {"max_sessions", "--set"},
                                                          {"port_parallelism", "a.toml:3"}});
}

TEST_CASE("a default file has what was given in force, and everything else as a comment",
          "[settings]") {
    const std::vector<config::Source> sources{{"--set", "max_sessions = 64", false}};
    const std::string text = print_commented_config(*read_sourced_config(sources));
    CHECK(text.find("\nmax_sessions = 64\n") != std::string::npos);
    CHECK(text.find("\n#bind_port = 6711\n") != std::string::npos);
    CHECK(good(text) == ServerConfig{});
}
