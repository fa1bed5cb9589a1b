#include "daemon/settings.hpp"

namespace wyn::daemon {

namespace {

dgram::DscpSet dscp_set(const std::vector<settings::DscpRange>& ranges) {
    dgram::DscpSet set;
    for (const settings::DscpRange& range : ranges)
        set.add(range.first, range.last);
    return set;
}

} // namespace

ListenerSettings listener_settings(const settings::ServerConfig& config) {
    return {.limits = {.max_sessions = config.max_sessions,
                       .max_sessions_per_address = config.max_sessions_per_address,
                       .max_rate = config.max_rate.value_or(BitRate{0}),
                       .max_total_rate = config.max_total_rate.value_or(BitRate{0}),
                       .require_key = config.require_key},
            .terms = {.max_volume_bytes = config.max_volume.value_or(0),
                      .max_duration = config.max_duration,
                      .heartbeat = config.heartbeat_rate,
                      .adjustment_delay = config.adjustment_delay,
                      .feedback_interval = config.feedback_interval(),
                      .half_open = config.half_open_time,
                      .idle_timeout = config.idle_timeout},
            .tuning = {.incoming_blocking_level = config.incoming_blocking_level,
                       .incoming_sleep = config.incoming_sleep,
                       .max_send_time = config.max_send_time,
                       .send_sleep = config.send_sleep},
            .port_ranges = config.port_ranges,
            .allowed_dscp = dscp_set(config.allowed_dscp),
            .port_placement = config.port_parallelism,
            .connection_placement = config.connection_parallelism,
            .worker_timeout = config.worker_timeout};
}

journal::Severity severity_of(settings::LogLevel level) {
    switch (level) {
    case settings::LogLevel::error: return journal::Severity::error;
    case settings::LogLevel::warning: return journal::Severity::warning;
    case settings::LogLevel::notice: return journal::Severity::notice;
    case settings::LogLevel::info: return journal::Severity::info;
    case settings::LogLevel::debug: return journal::Severity::debug;
    }
    return journal::Severity::info;
}

status::Limits status_limits(const settings::ServerConfig& config) {
    return {.max_sessions = config.max_sessions,
            .max_sessions_per_address = config.max_sessions_per_address,
            .max_rate_bps = config.max_rate.value_or(BitRate{0}).bps(),
            .max_total_rate_bps = config.max_total_rate.value_or(BitRate{0}).bps(),
            .max_volume_bytes = config.max_volume.value_or(0),
            .max_duration_ns = static_cast<std::uint64_t>(config.max_duration.count()),
            .require_key = config.require_key};
}

} // namespace wyn::daemon
