// From the configuration to the settings of the parts. Pure.
#pragma once

#include "daemon/listener.hpp"
#include "daemon/server_config.hpp"
#include "journal/event.hpp"
#include "status/model.hpp"

namespace wyn::daemon {

ListenerSettings listener_settings(const ServerConfig& config);
journal::Severity severity_of(LogLevel level);
status::Limits status_limits(const ServerConfig& config);

} // namespace wyn::daemon
