// wyndrvrctl latency: watches the delays to a server.
#pragma once

#include "ctl/options.hpp"

namespace wyn::ctl {

// Returns the exit status.
int run_latency(const LatencyOptions& options);

} // namespace wyn::ctl
