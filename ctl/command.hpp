// The one list of commands: the help, the parser and the shells' completions have it from here.
#pragma once

#include "ctl/options.hpp"

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::ctl {

struct Command {
    std::string_view name;    // of an action: behind its command's, "config check"
    std::string_view summary; // for the help; at most 66 characters
    // Of the arguments behind the name.
    std::expected<Options, cli::Exit> (*parse)(const std::vector<std::string>& arguments);
};

// config and its actions.
std::span<const Command> config_commands();
// What is asked of the daemon of this host, and wanted of it.
std::span<const Command> daemon_commands();

} // namespace wyn::ctl
