#include "daemon/reload.hpp"

namespace wyn::daemon {

namespace {

// Everything that settings::is_reloadable() denies; a test holds the two together.
void keep_what_is_fixed(const settings::ServerConfig& from, settings::ServerConfig& config) {
    config.bind_addr = from.bind_addr;
    config.bind_port = from.bind_port;
    config.port_ranges = from.port_ranges;
    config.control_socket = from.control_socket;
    config.connection_parallelism = from.connection_parallelism;
    config.worker_timeout = from.worker_timeout;
}

} // namespace

ReloadPlan plan_reload(const settings::ServerConfig& now, const settings::ServerConfig& wanted) {
    ReloadPlan plan{.config = wanted, .reloaded = {}};
    keep_what_is_fixed(now, plan.config);
    plan.reloaded = {.changed = settings::changed_keys(now, plan.config),
                     .needs_restart = settings::changed_keys(plan.config, wanted)};
    return plan;
}

} // namespace wyn::daemon
