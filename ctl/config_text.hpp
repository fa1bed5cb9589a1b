// The configuration of the daemon for people.
#pragma once

#include "settings/server_config.hpp"

#include <string>
#include <vector>

namespace wyn::ctl {

// TOML, a line for each key, with where its value comes from as a comment behind it.
std::string config_as_text(const settings::SourcedConfig& sourced);

// That nothing is wrong with what these files make together.
std::string valid_as_text(const std::vector<std::string>& files);

} // namespace wyn::ctl
