// Which files make the configuration, and reading them. The only part of it that touches the
// kernel.
#pragma once

#include "base/error.hpp"
#include "config/source.hpp"
#include "settings/config_request.hpp"
#include "settings/server_config.hpp"

#include <expected>
#include <string>
#include <vector>

namespace wyn::files {

// Where to look when no file is named.
struct ConfigPlaces {
    // The user's own file, which goes before the system's; empty: there is none to look for.
    std::string user_file;
    std::string system_file;
    std::string drop_in_directory; // its *.toml, sorted by name, go on top of system_file
};

// /etc/wyndrvr, and for a user other than root $XDG_CONFIG_HOME/wyndrvr/wyndrvrd.toml (default
// ~/.config). A variable may be nullptr; one that is no absolute path counts as unset, as the XDG
// base directory specification wants it.
ConfigPlaces places_for(bool is_root, const char* xdg_config_home, const char* home);

// Those of this process.
ConfigPlaces default_places();

// Everything up to the end of the file, which may be a pipe, or little more than what
// config::parse_document() takes.
Result<std::string> read_file(const std::string& path);

struct LoadedConfig : settings::SourcedConfig {
    std::vector<std::string> files; // those that were read, in order; later ones win
};

// The files of the request alone, else the user's file when it exists, else the system's file and
// its drop-ins, as far as they exist; then --set and --listen on top. A file that is named but
// missing, and any file that cannot be read or is larger than 1 MiB, is a problem. All problems are
// returned at once.
std::expected<LoadedConfig, config::Problems> load_config(const settings::ConfigRequest& request,
                                                          const ConfigPlaces& places);

} // namespace wyn::files
