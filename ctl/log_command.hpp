// wyndrvrctl log: reads back what the daemon has written to the journal.
#pragma once

#include "ctl/options.hpp"

namespace wyn::ctl {

// Returns the exit status.
int run_log(const LogOptions& options);

} // namespace wyn::ctl
