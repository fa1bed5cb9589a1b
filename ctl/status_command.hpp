// wyndrvrctl status: asks the daemon of this host over its control socket.
#pragma once

#include "ctl/options.hpp"
#include "ctl/style.hpp"
#include "status/model.hpp"

namespace wyn::ctl {

// Returns the exit status.
int run_status(const StatusOptions& options);

// The status for people, at 80 columns. Pure.
std::string status_as_text(const status::Status& status, const Style& style);

} // namespace wyn::ctl
