#include "status/interface.hpp"

#include <fmt/format.h>

namespace wyn::status {

namespace {

// Of Status and Watch.
constexpr std::string_view status_members = R"(
  schema: string,
  version: string,
  pid: int,
  uptime_ns: int,
  draining: bool,
  log_level: LogLevel,
  listen: string,
  connection_parallelism: string,
  port_parallelism: string,
  config_files: []string,
  ports: (total_count: int, free_count: int),
  limits: Limits,
  admitted_count: int,
  cookies_sent_count: int,
  refused_count: [string]int,
  dropped_count: [string]int,
  ended_count: [string]int,
  sessions: []Session
)";

constexpr std::string_view daemon_types =
    R"(# What the wyndrvrd of this host does, and what its operator can tell it to do. Every
# unit is in its name, and wyndrvr-json(7) explains every member of a status.
interface io.wyndrvr.Daemon

# Of the least urgent messages that are written.
type LogLevel (error, warning, notice, info, debug)

# 0 stands for no limit.
type Limits (
  max_sessions: int,
  max_sessions_per_address: int,
  max_rate_bps: int,
  max_total_rate_bps: int,
  max_volume_bytes: int,
  max_duration_ns: int,
  require_key: bool
)

# A client with its three ports. The id has 16 hexadecimal digits, as in the journal.
type Session (
  id: string,
  client: string,
  key: string,
  ports: (control: int, upload: int, download: int),
  age_ns: int,
  open: bool,
  rtt_ns: ?int,
  tests_count: int,
  running: ?(up, down),
  test_payload_bytes: int,
  in_bytes: int,
  out_bytes: int,
  dropped_count: int
)
)";

constexpr std::string_view changing_methods = R"(
# Reads the configuration again: the keys whose new values are in effect, and those whose
# new values take a restart. What runs goes on as it is. BadConfiguration changes nothing.
method Reload() -> (changed: []string, needs_restart: []string)

# Refuses newcomers from now on (absent or true), or admits them again. Sessions go on.
method Drain(on: ?bool) -> ()

# Ends a session; its client is told.
method EndSession(session: string) -> ()

# Until the next restart or reload.
method SetLogLevel(level: LogLevel) -> ()

# Only root and the user that the daemon runs as may call the method.
error NotPermitted (method: string)

error NoSuchSession (session: string)

# Everything that is wrong, a sentence each, with file, line and column.
error BadConfiguration (problems: []string)

# More callers than are served at a time, of this user or in all. The connection ends.
error TooManyCallers ()
)";

constexpr std::string_view service_description = R"(# What every Varlink service tells about itself.
interface org.varlink.service

method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound (interface: string)

error MethodNotFound (method: string)

error InvalidParameter (parameter: string)

# The method answers more than once, and is to be called so.
error ExpectedMore ()
)";

} // namespace

std::optional<std::string> describe_interface(std::string_view name) {
    if (name == service_interface) return std::string{service_description};
    if (name != daemon_interface) return std::nullopt;
    return fmt::format("{0}\nmethod Status() -> ({1})\n\n"
                       "# One answer, or with \"more\" one for each session.\n"
                       "method Sessions() -> (sessions: []Session)\n\n"
                       "# With \"more\" only: a status now and at every interval of 100 to 3600000 "
                       "ms (1000),\n# until the caller hangs up.\n"
                       "method Watch(interval_ms: ?int) -> ({1})\n{2}",
                       daemon_types, status_members, changing_methods);
}

} // namespace wyn::status
