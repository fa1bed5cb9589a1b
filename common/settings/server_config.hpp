// Everything that an operator can set, as typed fields with their defaults.
//
// One description in server_config.cpp drives reading, printing and the check of the manual page:
// a key that is added there is read, printed, range-checked and must be documented.
#pragma once

#include "base/placement.hpp"
#include "base/units.hpp"
#include "clock/time.hpp"
#include "config/source.hpp"
#include "config/writer.hpp"
#include "dgram/address.hpp"
#include "settings/ranges.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::settings {

// The least urgent message that is still written.
enum class LogLevel : std::uint8_t { error, warning, notice, info, debug };

inline constexpr std::array log_levels{LogLevel::error, LogLevel::warning, LogLevel::notice,
                                       LogLevel::info, LogLevel::debug};
std::string_view print(LogLevel level);

// The manual page wyndrvrd.toml(5) explains each key at length. Where a limit is optional, none
// means no limit.
struct ServerConfig {
    dgram::Address bind_addr; // :: is every address of the host, of both families
    std::uint16_t bind_port = 6711;
    std::vector<PortRange> port_ranges{{7000, 8000}}; // disjoint, in the order of the file
    std::optional<std::string> control_socket; // none: the place that the rules name; "": no socket
    LogLevel log_level = LogLevel::info;

    Placement connection_parallelism = Placement::single;
    Placement port_parallelism = Placement::single;

    std::optional<Duration>
        incoming_blocking_level; // none: until the next deadline; 0: never block
    Duration incoming_sleep{0};
    Duration max_send_time = 500us;
    Duration send_sleep{0};
    Duration heartbeat_rate = 250ms;
    Duration adjustment_delay = 50ms;
    std::uint32_t flow_control_rate = 2;

    std::string key_file; // "": no keys
    bool require_key = false;

    std::uint32_t max_sessions = 64;
    std::uint32_t max_sessions_per_address = 32;
    std::optional<BitRate> max_rate;         // payload, per session and direction
    std::optional<BitRate> max_total_rate;   // payload, promised to all sessions together
    std::optional<std::uint64_t> max_volume; // payload bytes, per session
    Duration max_duration = 60s;
    std::vector<DscpRange> allowed_dscp{{0, 0}, {1, 1}, {8, 8}}; // CS0, LE, CS1

    Duration half_open_time = 3s;
    Duration idle_timeout = 5s;
    Duration worker_timeout = 2s;
    Duration drain_time = 10s;

    // The time between two feedback messages of a loaded stream.
    Duration feedback_interval() const { return adjustment_delay / flow_control_rate; }

    bool operator==(const ServerConfig&) const = default;
};

// The defaults, changed by each source in turn, or everything that is wrong with the sources. Empty
// sources are a valid configuration.
std::expected<ServerConfig, config::Problems>
read_server_config(std::span<const config::Source> sources);

// A configuration, and where each of its keys was given: "FILE:3", or the option that brought it.
// What is not there has its default.
struct SourcedConfig {
    ServerConfig config;
    std::map<std::string, std::string, std::less<>> origins;
};
std::expected<SourcedConfig, config::Problems>
read_sourced_config(std::span<const config::Source> sources);

// TOML with a comment for each key, which reads back to the same configuration.
std::string print_server_config(const ServerConfig& config);

// The same with the lines of keys that were not given commented out, ready to be edited.
std::string print_commented_config(const SourcedConfig& sourced);

// What can be told about each key of a configuration, in the order of their description.
std::vector<config::KeyFacts> server_config_facts(const ServerConfig& config);

// What documentation must say about each key: its name, spellings, range and default.
std::vector<config::KeyFacts> server_config_keys();
std::vector<std::string_view> server_config_key_names();

// The keys whose values differ, in the order of their description.
std::vector<std::string> changed_keys(const ServerConfig& from, const ServerConfig& to);

// As read_server_config(), of parts: whether the values go together is not looked at.
std::expected<ServerConfig, config::Problems> read_values(std::span<const config::Source> sources);

// Whether a change of the key takes effect while the daemon runs; false for what is no key.
bool is_reloadable(std::string_view key);

} // namespace wyn::settings
