// The command line of wyndrvrd as a value.
#pragma once

#include "cli/exit.hpp"
#include "dgram/address.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace wyn::daemon {

struct Options {
    std::optional<std::string> config_file; // --config: the only file that is read
    // --listen; what is not given comes from the configuration.
    std::optional<dgram::Address> listen_addr;
    std::optional<std::uint16_t> listen_port; // 0: the kernel chooses
    std::vector<std::string> settings;        // --set, in order: KEY=VALUE with VALUE in TOML
    bool check_config = false;
    bool print_config = false;
    bool worker = false; // started by the daemon itself, with its link as descriptor 3
};

using cli::Exit;

// `argv` is main's: the program's name and `argc` - 1 arguments.
std::expected<Options, Exit> parse_options(int argc, const char* const* argv);

} // namespace wyn::daemon
