// The status of a daemon for people, at 80 columns. Pure.
#pragma once

#include "ctl/style.hpp"
#include "status/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wyn::ctl {

std::string status_as_text(const status::Status& status, const Style& style);

// Pieces that it shares with other pages about the daemon.
// "▸ wyndrvrd 0.1.0   draining, 2 sessions   up 12 d 4 h   pid 812"
std::string daemon_headline(const status::Status& status, const Style& style);
// "  NAME     piece, piece": pieces that do not fit go on below the first one.
std::string daemon_row(std::string_view name, std::vector<std::string> pieces);

} // namespace wyn::ctl
