#include "settings/server_config.hpp"

#include "config/reader.hpp"
#include "settings/consistency.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::settings {

namespace {

using config::Integer;
using config::ListOf;
using config::Path;
using config::RateLimit;
using config::Spelled;
using config::Time;
using config::TimeUnit;
using config::VolumeLimit;
using config::Word;

constexpr std::uint32_t ports_of_a_session = 3; // control, upload, download

constexpr Time microseconds(Duration low, Duration high) {
    return {low, high, TimeUnit::microseconds};
}
constexpr Time seconds(Duration low, Duration high) {
    return {low, high, TimeUnit::seconds};
}

Result<dgram::Address> parse_bind_address(std::string_view text) {
    auto address = dgram::Address::parse(text);
    if (!address) return fail("expected an IPv4 or IPv6 address, such as \"::\" or \"192.0.2.1\"");
    if (address->is_multicast())
        return fail("expected an address of this host; this one is a multicast address");
    return address;
}

std::optional<std::string> complain_about_ports(const std::vector<PortRange>& ranges) {
    std::vector<PortRange> sorted = ranges;
    std::ranges::sort(sorted, {}, &PortRange::first);
    const auto overlap = std::ranges::adjacent_find(
        sorted, [](const PortRange& low, const PortRange& high) { return high.first <= low.last; });
    if (overlap != sorted.end())
        return fmt::format("{} and {} overlap", print(overlap[0]), print(overlap[1]));
    std::uint32_t ports = 0;
    for (const PortRange& range : ranges)
        ports += range.count();
    if (ports < ports_of_a_session)
        return fmt::format("expected at least {} ports, which is what one client takes",
                           ports_of_a_session);
    return std::nullopt;
}

constexpr Spelled<dgram::Address> bind_address{
    .what = "an IPv4 or IPv6 address",
    .parse = parse_bind_address,
    .spell = [](const dgram::Address& address) { return dgram::print(address); },
};
constexpr ListOf<PortRange> list_of_ports{
    .item = {.what = "\"FIRST-LAST\" or \"PORT\"",
             .parse = parse_port_range,
             .spell = [](const PortRange& range) { return print(range); }},
    .what = "a list of \"FIRST-LAST\" or \"PORT\" strings, ports 1 to 65535",
    .complain = complain_about_ports,
};
constexpr ListOf<DscpRange> list_of_dscp{
    .item = {.what = "a DSCP value",
             .parse = parse_dscp_range,
             .spell = [](const DscpRange& range) { return print(range); }},
    .what = "a list of DSCP values: names such as \"EF\", numbers below 64, \"FIRST-LAST\"",
    .complain = [](const std::vector<DscpRange>&) -> std::optional<std::string> {
        return std::nullopt;
    },
};
constexpr Word<Placement> placement{placements};

template <typename Config, typename Visitor>
void describe_entrances(Config& config, Visitor& visitor) {
    visitor.visit({.name = "bind_addr",
                   .meaning = "The address to listen on. \"::\" is every address of the host, IPv6 "
                              "and IPv4; \"0.0.0.0\" is every IPv4 address.",
                   .takes_effect = config::TakesEffect::at_restart},
                  config.bind_addr, bind_address);
    visitor.visit({.name = "bind_port",
                   .meaning = "The UDP port to listen on. With 0 the kernel chooses one, and the "
                              "journal tells it.",
                   .takes_effect = config::TakesEffect::at_restart},
                  config.bind_port, Integer{0, 65535, {}});
    visitor.visit({.name = "port_ranges",
                   .meaning = "The UDP ports for clients. Each client takes three.",
                   .takes_effect = config::TakesEffect::at_restart},
                  config.port_ranges, list_of_ports);
    visitor.visit({.name = "control_socket",
                   .meaning = "The Unix socket that wyndrvrctl asks. With \"\" there is none.",
                   .unset = "the place described in wyndrvrd(8)",
                   .example = "\"/run/wyndrvr/io.wyndrvr\"",
                   .takes_effect = config::TakesEffect::at_restart},
                  config.control_socket, Path{107}); // sun_path of unix(7), less the closing NUL
    visitor.visit({.name = "log_level", .meaning = "The least urgent messages that are written."},
                  config.log_level, Word<LogLevel>{log_levels});
}

template <typename Config, typename Visitor>
void describe_placement(Config& config, Visitor& visitor) {
    visitor.visit({.name = "connection_parallelism",
                   .meaning = "Where the connection of a client runs: in the daemon's loop, in a "
                              "thread or in a process of its own.",
                   .alias = "connection_parallelibility",
                   .takes_effect = config::TakesEffect::at_restart},
                  config.connection_parallelism, placement);
    visitor.visit({.name = "port_parallelism",
                   .meaning = "Where each of the three ports of a client runs: in the loop of its "
                              "connection, in a thread or in a process of its own.",
                   .alias = "port_parallelability"},
                  config.port_parallelism, placement);
}

template <typename Config, typename Visitor>
void describe_turns(Config& config, Visitor& visitor) {
    visitor.visit({.name = "incoming_blocking_level",
                   .meaning =
                       "The longest wait for incoming packets in one turn of a port. 0 never "
                       "waits and keeps a processor busy.",
                   .unset = "a port waits until its next deadline",
                   .example = "1000"},
                  config.incoming_blocking_level, microseconds(0us, 1s));
    visitor.visit({.name = "incoming_sleep",
                   .meaning = "Sleep after the receiving half of a turn; 0 is no sleep."},
                  config.incoming_sleep, microseconds(0us, 100ms));
    visitor.visit({.name = "max_send_time",
                   .meaning = "The longest time spent sending in one turn of a port."},
                  config.max_send_time, microseconds(10us, 1s));
    visitor.visit({.name = "send_sleep",
                   .meaning = "Sleep after the sending half of a turn; 0 is no sleep. Ports that "
                              "share one loop wait for both sleeps."},
                  config.send_sleep, microseconds(0us, 100ms));
    visitor.visit({.name = "heartbeat_rate",
                   .meaning = "The shortest time between two heartbeats on a port. A session that "
                              "rests beats less often."},
                  config.heartbeat_rate, microseconds(10ms, 1s));
    visitor.visit({.name = "adjustment_delay",
                   .meaning = "The shortest time between two changes of the sending rate, and the "
                              "time after which unanswered port assignments are sent again."},
                  config.adjustment_delay, microseconds(1ms, 1s));
    visitor.visit({.name = "flow_control_rate",
                   .meaning = "How many feedback messages a receiver sends within one "
                              "adjustment_delay. Two of them must be 1 ms to 125 ms apart."},
                  config.flow_control_rate, Integer{1, 1000, {}});
}

template <typename Config, typename Visitor>
void describe_limits(Config& config, Visitor& visitor) {
    // Below 10 kbit/s not even one full packet goes out in a second; above 10 Tbit/s and 1 PB lies
    // nothing that a test of an hour could reach.
    constexpr RateLimit rate{BitRate{10'000}, BitRate{10'000'000'000'000}};
    constexpr VolumeLimit volume{1000, 1'000'000'000'000'000};
    visitor.visit({.name = "key_file",
                   .meaning =
                       "The file with the clients' pre-shared keys; \"credential:NAME\" is a "
                       "credential of the service, \"\" is none."},
                  config.key_file, Path{4095}); // PATH_MAX of Linux, less the closing NUL
    visitor.visit({.name = "require_key",
                   .meaning = "Whether clients without a key are refused wherever they come from."},
                  config.require_key, config::Boolean{});
    visitor.visit({.name = "max_sessions", .meaning = "Sessions at a time, of all clients."},
                  config.max_sessions, Integer{1, 4096, "sessions"});
    visitor.visit({.name = "max_sessions_per_address",
                   .meaning = "Sessions at a time of one client address."},
                  config.max_sessions_per_address, Integer{1, 4096, "sessions"});
    visitor.visit(
        {.name = "max_rate", .meaning = "The highest payload rate of a session in each direction."},
        config.max_rate, rate);
    visitor.visit({.name = "max_total_rate",
                   .meaning = "The highest sum of the payload rates promised to all sessions. "
                              "Setting it admits clients with global addresses and no key."},
                  config.max_total_rate, rate);
    visitor.visit({.name = "max_volume", .meaning = "The most payload of one session."},
                  config.max_volume, volume);
    visitor.visit({.name = "max_duration", .meaning = "The longest time of one test."},
                  config.max_duration, seconds(1s, 1h));
    visitor.visit({.name = "allowed_dscp",
                   .meaning = "The DSCP values with which clients may have their download sent. "
                              "Where others are wished it goes as CS0, best effort."},
                  config.allowed_dscp, list_of_dscp);
}

template <typename Config, typename Visitor>
void describe_patience(Config& config, Visitor& visitor) {
    visitor.visit({.name = "half_open_time",
                   .meaning = "How long an admitted client has to be heard on all its ports."},
                  config.half_open_time, seconds(500ms, 30s));
    visitor.visit({.name = "idle_timeout",
                   .meaning = "How long a client may be silent before its session ends."},
                  config.idle_timeout, seconds(1s, 60s));
    visitor.visit({.name = "worker_timeout",
                   .meaning = "How long a thread or process may report nothing before it is taken "
                              "for hung and its session ended.",
                   .takes_effect = config::TakesEffect::at_restart},
                  config.worker_timeout, seconds(500ms, 60s));
    visitor.visit({.name = "drain_time",
                   .meaning = "How long tests that run may go on once the daemon has been asked to "
                              "stop, before their sessions are ended. 0 ends them at once."},
                  config.drain_time, seconds(0s, 600s));
}

// Every key, in the order of the printed file.
template <typename Config, typename Visitor>
void describe(Config& config, Visitor& visitor) {
    describe_entrances(config, visitor);
    describe_placement(config, visitor);
    describe_turns(config, visitor);
    describe_limits(config, visitor);
    describe_patience(config, visitor);
}

constexpr std::string_view header =
    "# The configuration of wyndrvrd(8), explained at length in wyndrvrd.toml(5).\n"
    "# A time is a whole number in the unit shown, or a string such as \"250ms\".\n"
    "# A reload takes on what has changed, for sessions that are admitted afterwards,\n"
    "# unless a key says that it needs a restart.\n\n";

} // namespace

std::string_view print(LogLevel level) {
    switch (level) {
    case LogLevel::error: return "error";
    case LogLevel::warning: return "warning";
    case LogLevel::notice: return "notice";
    case LogLevel::info: return "info";
    case LogLevel::debug: return "debug";
    }
    return "unknown";
}

std::expected<SourcedConfig, config::Problems>
read_sourced_config(std::span<const config::Source> sources) {
    SourcedConfig sourced;
    ServerConfig& config = sourced.config;
    config::Reader reader{sources};
    describe(config, reader);
    check_together(config, reader);
    config::Problems problems = reader.finish();
    if (!problems.empty()) return std::unexpected{std::move(problems)};
    for (const config::KeyFacts& facts : server_config_keys())
        if (auto origin = reader.origin_of(facts.key.name))
            sourced.origins.emplace(facts.key.name, *std::move(origin));
    return sourced;
}

std::expected<ServerConfig, config::Problems>
read_server_config(std::span<const config::Source> sources) {
    auto sourced = read_sourced_config(sources);
    if (!sourced) return std::unexpected{std::move(sourced).error()};
    return std::move(sourced)->config;
}

std::expected<ServerConfig, config::Problems> read_values(std::span<const config::Source> sources) {
    ServerConfig config;
    config::Reader reader{sources};
    describe(config, reader);
    config::Problems problems = reader.finish();
    if (!problems.empty()) return std::unexpected{std::move(problems)};
    return config;
}

std::string print_server_config(const ServerConfig& config) {
    return std::string{header} +
           config::print_keys(server_config_facts(config), server_config_keys());
}

std::string print_commented_config(const SourcedConfig& sourced) {
    const auto given = [&sourced](std::string_view key) { return sourced.origins.contains(key); };
    return std::string{header} +
           config::print_keys(server_config_facts(sourced.config), server_config_keys(), given);
}

std::vector<config::KeyFacts> server_config_facts(const ServerConfig& config) {
    config::Lister lister;
    describe(config, lister);
    return lister.facts();
}

std::vector<config::KeyFacts> server_config_keys() {
    return server_config_facts(ServerConfig{});
}

std::vector<std::string_view> server_config_key_names() {
    std::vector<std::string_view> names;
    for (const config::KeyFacts& facts : server_config_keys())
        names.push_back(facts.key.name);
    return names;
}

std::vector<std::string> changed_keys(const ServerConfig& from, const ServerConfig& to) {
    const std::vector<config::KeyFacts> before = server_config_facts(from);
    const std::vector<config::KeyFacts> after = server_config_facts(to);
    std::vector<std::string> changed;
    for (std::size_t i = 0; i < before.size(); ++i)
        if (before[i].value != after[i].value) changed.emplace_back(before[i].key.name);
    return changed;
}

bool is_reloadable(std::string_view key) {
    const std::vector<config::KeyFacts> keys = server_config_keys();
    const auto found =
        std::ranges::find(keys, key, [](const config::KeyFacts& facts) { return facts.key.name; });
    return found != keys.end() && found->key.takes_effect == config::TakesEffect::at_reload;
}

} // namespace wyn::settings
