// The command lines of wyndrvrctl config.
#include "base/text.hpp"
#include "cli/option_table.hpp"
#include "ctl/command.hpp"
#include "ctl/shared_options.hpp"
#include "settings/server_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace wyn::ctl {

namespace {

using ParsedOptions = std::expected<Options, cli::Exit>;

constexpr std::string_view overview =
    R"(The configuration of wyndrvrd, without asking a daemon.

Usage: wyndrvrctl config check [FILE]...
       wyndrvrctl config show [--config FILE]
       wyndrvrctl config default [--set KEY=VALUE]...
       wyndrvrctl config import FILE

Actions:
  check    report every mistake, with file, line and column
  show     the configuration in effect, and where each value comes from
  default  a file with every key explained and commented out
  import   the predecessor's key=value file as TOML

  wyndrvrctl config ACTION --help explains an action's options.

See wyndrvrctl(1) and wyndrvrd.toml(5).
)";

constexpr std::string_view check_synopsis =
    R"(Reports every mistake in the configuration of wyndrvrd, with file, line and
column. Of several FILEs a later one wins, key by key; without FILE it checks
what the daemon would read when this user started it on this host.

Usage: wyndrvrctl config check [FILE]...)";

constexpr std::string_view show_synopsis =
    R"(Prints the configuration in effect as TOML, a line for each key, and where its
value comes from: file and line, or the default.

Usage: wyndrvrctl config show [OPTION]...)";

constexpr std::string_view default_synopsis =
    R"(Prints a configuration file with every key explained and commented out.

Usage: wyndrvrctl config default [OPTION]...)";

constexpr std::string_view import_synopsis =
    R"(Prints the TOML that says the same as FILE, which has lines of key=value. Keys
that wyndrvrd does not have become comments, with a warning.

Usage: wyndrvrctl config import FILE)";

constexpr std::string_view closing =
    R"(Exit status: 0 success, 2 wrong usage or a mistake in a file.)";

std::unexpected<cli::Exit> misuse(std::string_view action, std::string_view sentence) {
    return std::unexpected{
        cli::usage_error(fmt::format("{} config {}", program, action), sentence)};
}

void declare_help(CLI::App& app) {
    app.set_help_flag("-h,--help", "print this help")->group("Options");
}

ParsedOptions parse_config(const std::vector<std::string>& arguments) {
    if (!arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h"))
        return std::unexpected{cli::Exit{0, std::string{overview}}};
    const std::string given =
        arguments.empty() ? "" : fmt::format(", not '{}'", escaped(arguments.front()));
    return std::unexpected{
        cli::usage_error(fmt::format("{} config", program),
                         fmt::format("expected check, show, default or import{}", given))};
}

ParsedOptions parse_config_check(const std::vector<std::string>& arguments) {
    CLI::App app{std::string{check_synopsis}};
    lay_out(app, closing);
    ConfigOptions options{.action = ConfigOptions::Action::check};
    app.add_option("FILE", options.files)->group("");
    declare_help(app);
    if (auto exit = parse(app, arguments, "config check")) return std::unexpected{*std::move(exit)};
    if (std::ranges::find(options.files, "") != options.files.end())
        return misuse("check", "FILE is empty");
    return options;
}

ParsedOptions parse_config_show(const std::vector<std::string>& arguments) {
    CLI::App app{std::string{show_synopsis}};
    lay_out(app, closing);
    ConfigOptions options{.action = ConfigOptions::Action::show};
    std::optional<std::string> file;
    app.add_option("--config", file, "read this file and no other")
        ->type_name("FILE")
        ->group("Options");
    declare_help(app);
    if (auto exit = parse(app, arguments, "config show")) return std::unexpected{*std::move(exit)};
    if (file == "") return misuse("show", "--config needs a file");
    if (file) options.files = {*file};
    return options;
}

ParsedOptions parse_config_default(const std::vector<std::string>& arguments) {
    CLI::App app{std::string{default_synopsis}};
    lay_out(app, closing);
    ConfigOptions options{.action = ConfigOptions::Action::standard};
    auto* const set = app.add_option("--set", options.settings,
                                     "with this key set; VALUE is TOML, where strings\n"
                                     "need quotes: --set 'log_level=\"debug\"'")
                          ->type_name("KEY=VALUE")
                          ->allow_extra_args(false)
                          ->group("Options");
    cli::offer_words(*set, settings::server_config_key_names(), "=");
    declare_help(app);
    if (auto exit = parse(app, arguments, "config default"))
        return std::unexpected{*std::move(exit)};
    return options;
}

ParsedOptions parse_config_import(const std::vector<std::string>& arguments) {
    CLI::App app{std::string{import_synopsis}};
    lay_out(app, closing);
    ConfigOptions options{.action = ConfigOptions::Action::import};
    app.add_option("FILE", options.files)->group("");
    declare_help(app);
    if (auto exit = parse(app, arguments, "config import"))
        return std::unexpected{*std::move(exit)};
    if (options.files.size() != 1 || options.files.front().empty())
        return misuse("import", "expected one FILE");
    return options;
}

constexpr std::array commands{
    Command{"config", "check, show, print or import configurations of wyndrvrd", parse_config},
    Command{"config check", "report every mistake, with file, line and column", parse_config_check},
    Command{"config show", "the configuration in effect, and where each value comes from",
            parse_config_show},
    Command{"config default", "a file with every key explained and commented out",
            parse_config_default},
    Command{"config import", "the predecessor's key=value file as TOML", parse_config_import},
};

} // namespace

std::span<const Command> config_commands() {
    return commands;
}

} // namespace wyn::ctl
