// The command line of wyndrvrd as a value.
#pragma once

#include "cli/exit.hpp"
#include "settings/config_request.hpp"

#include <expected>

namespace wyn::daemon {

struct Options {
    settings::ConfigRequest config;
    bool check_config = false;
    bool print_config = false;
    bool worker = false; // started by the daemon itself, with its link as descriptor 3
};

using cli::Exit;

// `argv` is main's: the program's name and `argc` - 1 arguments.
std::expected<Options, Exit> parse_options(int argc, const char* const* argv);

} // namespace wyn::daemon
