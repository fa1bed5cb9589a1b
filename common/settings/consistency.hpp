// What values of the configuration have to do with each other.
#pragma once

#include "config/reader.hpp"
#include "settings/server_config.hpp"

namespace wyn::settings {

// Reports to the reader which values, fine each by itself, do not go together.
void check_together(const ServerConfig& config, config::Reader& reader);

} // namespace wyn::settings
