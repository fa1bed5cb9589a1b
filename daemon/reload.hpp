// What a new configuration changes in a daemon that runs. Pure.
#pragma once

#include "settings/server_config.hpp"
#include "status/model.hpp"

#include <string>
#include <vector>

namespace wyn::daemon {

using status::Reloaded;

struct ReloadPlan {
    settings::ServerConfig config; // in effect from now on
    Reloaded reloaded;
};

// The `wanted` configuration for a daemon that runs with `now`.
ReloadPlan plan_reload(const settings::ServerConfig& now, const settings::ServerConfig& wanted);

} // namespace wyn::daemon
