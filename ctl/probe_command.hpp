// wyndrvrctl probe: contact, session, report.
#pragma once

#include "ctl/options.hpp"

namespace wyn::ctl {

// Returns the exit status.
int run_probe(const ProbeOptions& options);

} // namespace wyn::ctl
