#include "daemon/server_config.hpp"

#include "config/reader.hpp"
#include "dgram/dscp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wyn::daemon {

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

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || rest != end || port == 0) return std::nullopt;
    return port;
}

Result<PortRange> parse_port_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_port(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
    if (!first || !last)
        return fail("expected \"FIRST-LAST\" or \"PORT\", with ports from 1 to 65535");
    if (*first > *last) return fail("expected the lower port first");
    return PortRange{*first, *last};
}

Result<DscpRange> parse_dscp_range(std::string_view text) {
    if (const auto one = dgram::parse_dscp(text)) return DscpRange{*one, *one};
    const std::size_t dash = text.find('-');
    const auto first = dgram::parse_dscp(text.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : dgram::parse_dscp(text.substr(dash + 1));
    if (!first || !last)
        return fail("expected a name such as \"EF\", a number below 64, or \"FIRST-LAST\"");
    if (*first > *last) return fail("expected the lower value first");
    return DscpRange{*first, *last};
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
                              "and IPv4; \"0.0.0.0\" is every IPv4 address."},
                  config.bind_addr, bind_address);
    visitor.visit({.name = "bind_port",
                   .meaning = "The UDP port to listen on. With 0 the kernel chooses one, and the "
                              "journal tells it."},
                  config.bind_port, Integer{0, 65535, {}});
    visitor.visit(
        {.name = "port_ranges", .meaning = "The UDP ports for clients. Each client takes three."},
        config.port_ranges, list_of_ports);
    visitor.visit({.name = "control_socket",
                   .meaning = "The Unix socket that wyndrvrctl asks. With \"\" there is none.",
                   .unset = "the place described in wyndrvrd(8)",
                   .example = "\"/run/wyndrvr/io.wyndrvr\""},
                  config.control_socket, Path{107}); // sun_path of unix(7), less the closing NUL
    visitor.visit({.name = "log_level", .meaning = "The least urgent messages that are written."},
                  config.log_level, Word<LogLevel>{log_levels});
}

template <typename Config, typename Visitor>
void describe_placement(Config& config, Visitor& visitor) {
    visitor.visit({.name = "connection_parallelism",
                   .meaning = "Where the connection of a client runs: in the daemon's loop, in a "
                              "thread or in a process of its own.",
                   .alias = "connection_parallelibility"},
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
                   .meaning = "The file with the clients' pre-shared keys; \"\" is none."},
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
                              "for hung and its session ended."},
                  config.worker_timeout, seconds(500ms, 60s));
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

void check_ports(const ServerConfig& config, config::Reader& reader) {
    for (const PortRange& range : config.port_ranges)
        if (range.contains(config.bind_port))
            reader.conflict({"bind_port", "port_ranges"},
                            fmt::format("the listening port {} lies in the range {} of the "
                                        "clients' ports; move one of them",
                                        config.bind_port, print(range)));
}

// Exact in messages: print_ns() would round a value at the edge into the range.
double in_microseconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1000;
}

// The sender stops 500 ms after the last feedback (rule 5 of the design): a quarter of that lets
// three messages get lost. Under 1 ms the feedback itself would become load.
void check_feedback(const ServerConfig& config, config::Reader& reader) {
    if (config.adjustment_delay >= 1ms * config.flow_control_rate &&
        config.adjustment_delay <= 125ms * config.flow_control_rate)
        return;
    reader.conflict(
        {"adjustment_delay", "flow_control_rate"},
        fmt::format("adjustment_delay / flow_control_rate is the time between two "
                    "feedback messages; expected 1000 to 125000 microseconds, this "
                    "is {}",
                    in_microseconds(config.adjustment_delay) / config.flow_control_rate));
}

void check_patience(const ServerConfig& config, config::Reader& reader) {
    if (config.idle_timeout < 3 * config.heartbeat_rate)
        reader.conflict({"heartbeat_rate", "idle_timeout"},
                        "expected an idle_timeout of at least three times the heartbeat_rate: two "
                        "lost heartbeats must not end a session");
    const Duration turn = config.incoming_blocking_level.value_or(0us) + config.incoming_sleep +
                          config.max_send_time + config.send_sleep;
    if (config.worker_timeout <= turn)
        reader.conflict({"worker_timeout", "incoming_blocking_level", "incoming_sleep",
                         "max_send_time", "send_sleep"},
                        fmt::format("expected a worker_timeout of more than {} microseconds, the "
                                    "longest turn of a port that these settings allow",
                                    in_microseconds(turn)));
}

void check_keys(const ServerConfig& config, config::Reader& reader) {
    if (config.require_key && config.key_file.empty())
        reader.conflict({"require_key", "key_file"},
                        "require_key without a key_file would refuse every client");
}

std::vector<config::KeyFacts> facts_of(const ServerConfig& config) {
    config::Lister lister;
    describe(config, lister);
    return lister.facts();
}

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

std::string print(const PortRange& range) {
    return range.first == range.last ? fmt::to_string(range.first)
                                     : fmt::format("{}-{}", range.first, range.last);
}

std::string print(const DscpRange& range) {
    return range.first == range.last ? dgram::print_dscp(range.first)
                                     : fmt::format("{}-{}", range.first, range.last);
}

std::expected<ServerConfig, config::Problems>
read_server_config(std::span<const config::Source> sources) {
    ServerConfig config;
    config::Reader reader{sources};
    describe(config, reader);
    check_ports(config, reader);
    check_feedback(config, reader);
    check_patience(config, reader);
    check_keys(config, reader);
    config::Problems problems = reader.finish();
    if (!problems.empty()) return std::unexpected{std::move(problems)};
    return config;
}

std::string print_server_config(const ServerConfig& config) {
    return "# The configuration of wyndrvrd(8), explained at length in wyndrvrd.toml(5).\n"
           "# A time is a whole number in the unit shown, or a string such as \"250ms\".\n\n" +
           config::print_keys(facts_of(config), server_config_keys());
}

std::vector<config::KeyFacts> server_config_keys() {
    return facts_of(ServerConfig{});
}

} // namespace wyn::daemon
