// What the daemon says about itself when it is asked, as a value.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wyn::status {

struct Session {
    std::string id; // 16 hexadecimal digits
    std::string client;
    std::string key;
    std::uint16_t control_port = 0;
    std::uint16_t upload_port = 0;
    std::uint16_t download_port = 0;
    std::uint64_t age_ns = 0;
    bool open = false;
    std::optional<std::uint64_t> rtt_ns;
    std::uint32_t tests = 0;
    std::string running; // "up", "down" or "" when no test is
    std::uint64_t test_payload_bytes = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t dropped = 0;

    bool operator==(const Session&) const = default;
};

// 0 means that there is no limit, as in the configuration.
struct Limits {
    std::uint64_t max_sessions = 0;
    std::uint64_t max_sessions_per_address = 0;
    std::uint64_t max_rate_bps = 0;
    std::uint64_t max_total_rate_bps = 0;
    std::uint64_t max_volume_bytes = 0;
    std::uint64_t max_duration_ns = 0;
    bool require_key = false;

    bool operator==(const Limits&) const = default;
};

struct Status {
    std::string version;
    std::uint64_t pid = 0;
    std::uint64_t uptime_ns = 0;
    bool draining = false;
    std::string log_level;
    std::string listen;
    std::string connection_parallelism;
    std::string port_parallelism;
    std::vector<std::string> config_files;
    std::uint64_t ports_total = 0;
    std::uint64_t ports_free = 0;
    Limits limits;
    // Since the start.
    std::uint64_t admitted = 0;
    std::uint64_t cookies_sent = 0;
    std::map<std::string, std::uint64_t> refused; // by reason, those that happened
    std::map<std::string, std::uint64_t> dropped; // on the listening port, by reason
    std::map<std::string, std::uint64_t> ended;   // sessions, by reason
    std::vector<Session> sessions;

    bool operator==(const Status&) const = default;
};

// What a reload of the configuration has changed.
struct Reloaded {
    std::vector<std::string> changed;       // keys whose new values are in effect
    std::vector<std::string> needs_restart; // keys whose new values are not, before one

    bool operator==(const Reloaded&) const = default;
};

// One JSON document, "schema": "wyndrvr.status/1". Unknown values are null.
std::string to_json(const Status& status);
// The inverse; errors name what is missing or of the wrong type.
Result<Status> from_json(const std::string& text);

} // namespace wyn::status
