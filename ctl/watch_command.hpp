// wyndrvrctl watch: what the daemon of this host is doing, again and again until Ctrl-C.
#pragma once

#include "ctl/options.hpp"

namespace wyn::ctl {

// Returns the exit status.
int run_watch(const WatchOptions& options);

} // namespace wyn::ctl
