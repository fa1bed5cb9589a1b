// The command line of wyndrvrctl as a value.
#pragma once

#include "base/placement.hpp"
#include "base/units.hpp"
#include "cli/exit.hpp"
#include "clock/time.hpp"
#include "ctl/since.hpp"
#include "dgram/traffic_class.hpp"
#include "session/port_link.hpp"
#include "wire/message.hpp"

#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wyn::ctl {

enum class AddressFamily : std::uint8_t { any, v4, v6 };

// In the order in which they are measured.
inline std::vector<wire::Direction> both_directions() {
    return {wire::Direction::down, wire::Direction::up};
}

// Whom to measure, and over which network.
struct NetworkOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 6711;
    AddressFamily family = AddressFamily::any;
    std::string bind; // an address, a device, or "address%device"; empty: the kernel chooses
    Placement port_parallelism = Placement::single;
    std::string key_file;
    Duration timeout = 5s; // for the first contact
};

struct OutputOptions {
    bool json = false;
    bool json_lines = false; // excludes json
    bool ascii = false;
    bool quiet = false; // no progress
};

struct ProbeOptions : NetworkOptions, OutputOptions {
    std::vector<wire::Direction> directions = both_directions();
    // Of the load, per direction, at most; none: as long as the search S3 may take on the path.
    std::optional<Duration> duration;
    std::optional<BitRate> rate; // payload; none: search, 0: as fast as the sender can
    wire::Search search_method = wire::Search::s3;
    Duration sustained{};           // S3: for how long the path is to be full; zero: not given
    bool staircase = false;         // S3: then loads at shares of what it found
    std::uint64_t budget_bytes = 0; // of IP, all that the probe may use; 0: no limit
    std::optional<std::uint16_t> payload_bytes; // of each datagram; none: what fits the path
    wire::Pacing pacing = wire::Pacing::sleep;
    bool offload = true;
    dgram::TrafficClass traffic_class; // of the load
    std::uint32_t parallel = 1;        // flows, a session each

    wire::Search search() const {
        if (!rate) return search_method;
        return *rate == BitRate{0} ? wire::Search::unpaced : wire::Search::fixed;
    }
};

struct LatencyOptions : NetworkOptions, OutputOptions {
    static constexpr Duration longest_interval = 60s;

    Duration interval = 10ms;           // the mean one
    std::optional<std::uint32_t> count; // of probes
    std::optional<Duration> duration;   // with neither: until it is interrupted
    std::uint16_t payload_bytes = wire::shortest_probe;
    std::uint8_t dscp = 0;
    session::ProbeTiming schedule = session::ProbeTiming::periodic;
    std::optional<std::uint32_t> seed; // of the schedule; none: any
    bool log = false;                  // events only; excludes the JSON

    // It goes on until somebody ends it.
    bool is_open_ended() const { return !count && !duration; }
};

// "periodic", "poisson".
std::string_view name(session::ProbeTiming timing);

// Which daemon of this host is asked, and how its answer is shown.
struct DaemonOptions {
    std::string socket; // empty: the default place
    bool json = false;
    bool ascii = false;
};

struct StatusOptions : DaemonOptions {};
struct SessionsOptions : DaemonOptions {};
struct WatchOptions : DaemonOptions {
    Duration interval = 1s;
};
struct ReloadOptions : DaemonOptions {};
struct DrainOptions : DaemonOptions {
    bool undo = false;
    bool wait = false; // until the last session is gone; excludes undo
};
struct EndOptions : DaemonOptions {
    std::string session; // 1 to 16 hexadecimal digits, the first of its name
};
struct LogLevelOptions : DaemonOptions {
    std::string level; // of status::log_level_names
};

struct ExplainOptions {
    std::string word; // in the table of words; empty: list them all
    bool ascii = false;
};

struct ConfigOptions {
    enum class Action : std::uint8_t { check, show, standard, import };
    Action action = Action::check;
    std::vector<std::string> files;    // none: what the daemon of this user would read
    std::vector<std::string> settings; // KEY=VALUE, with VALUE in TOML
};

struct LogOptions {
    std::string client;  // address, as the daemon writes it; empty: any
    std::string session; // its name or the beginning of it; empty: any
    std::optional<Since> since;
    std::optional<std::uint32_t> newest; // events; none: all
    std::string unit = "wyndrvrd.service";
    std::string directory; // of journal files; empty: the journal of this host
    bool follow = false;
    bool json = false;
    bool ascii = false;
};

// Started by wyndrvrctl itself, with its link as descriptor 3.
struct WorkerOptions {};

using Options = std::variant<ProbeOptions, LatencyOptions, StatusOptions, SessionsOptions,
                             WatchOptions, ReloadOptions, DrainOptions, EndOptions, LogLevelOptions,
                             LogOptions, ExplainOptions, ConfigOptions, WorkerOptions>;

// `argv` is main's: the program's name and `argc` - 1 arguments.
std::expected<Options, cli::Exit> parse_options(int argc, const char* const* argv);

} // namespace wyn::ctl
