// From the configuration to the settings of the parts. Pure.
#pragma once

#include "daemon/listener.hpp"
#include "journal/event.hpp"
#include "settings/server_config.hpp"
#include "status/model.hpp"

namespace wyn::daemon {

ListenerSettings listener_settings(const settings::ServerConfig& config);
journal::Severity severity_of(settings::LogLevel level);
status::Limits status_limits(const settings::ServerConfig& config);

} // namespace wyn::daemon
