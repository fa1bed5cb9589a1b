// The commands for the daemon of this host that come to an end by themselves. Each returns the exit
// status.
#pragma once

#include "ctl/options.hpp"

namespace wyn::ctl {

int run_status(const StatusOptions& options);
int run_sessions(const SessionsOptions& options);
int run_reload(const ReloadOptions& options);
int run_drain(const DrainOptions& options);
int run_end(const EndOptions& options);
int run_log_level(const LogLevelOptions& options);

} // namespace wyn::ctl
