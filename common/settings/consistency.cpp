#include "settings/consistency.hpp"

#include <fmt/format.h>

namespace wyn::settings {

namespace {

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

} // namespace

void check_together(const ServerConfig& config, config::Reader& reader) {
    check_ports(config, reader);
    check_feedback(config, reader);
    check_patience(config, reader);
    check_keys(config, reader);
}

} // namespace wyn::settings
