// wyndrvrctl config: checks, shows, prints and imports configurations of the daemon.
#pragma once

#include "ctl/options.hpp"

namespace wyn::ctl {

// Returns the exit status.
int run_config(const ConfigOptions& options);

} // namespace wyn::ctl
