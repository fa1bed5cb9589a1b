#include "daemon/options.hpp"

#include "base/text.hpp"
#include "cli/command_line.hpp"
#include "cli/option_table.hpp"
#include "settings/server_config.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace wyn::daemon {

namespace {

constexpr std::string_view synopsis =
    R"(wyndrvrd answers wyndrvrctl's measurements of the network between two hosts.

Usage: wyndrvrd [--config FILE] [--listen [ADDR][:PORT]] [--set KEY=VALUE]...
       wyndrvrd [OPTION]... --check-config
       wyndrvrd [OPTION]... --print-config)";

constexpr std::string_view closing =
    R"(Without --config the configuration is the user's wyndrvr/wyndrvrd.toml under
$XDG_CONFIG_HOME (default ~/.config) when there is one and the user is not root,
else /etc/wyndrvr/wyndrvrd.toml and /etc/wyndrvr/wyndrvrd.toml.d/*.toml.
No file at all is a valid configuration. Later settings win: files, --set,
--listen.

Exit status: 0 success, 1 failure, 2 wrong usage, 78 wrong configuration.

See wyndrvrd(8), wyndrvrd.toml(5) and wyndrvrctl(1).)";

Exit usage_error(std::string_view sentence) {
    return cli::usage_error("wyndrvrd", sentence);
}

// What follows --listen: both parts may be missing, and port 0 lets the kernel choose.
Result<void> read_listen(std::string_view text, Options& options) {
    if (text.empty()) return fail("expected ADDR, :PORT or ADDR:PORT");
    const auto split = dgram::split_host_port(text, 0);
    if (!split) return fail(split.error().what());
    options.config.listen_port = split->port;
    if (split->host.empty()) return {};
    auto parsed = dgram::Address::parse(split->host);
    if (!parsed) return pass_on(parsed);
    options.config.listen_addr = *parsed;
    return {};
}

// What becomes a part of Options once it is understood.
struct Raw {
    std::optional<std::string> config_file;
    std::optional<std::string> listen;
};

void declare(CLI::App& app, Options& options, Raw& raw) {
    app.formatter(std::make_shared<cli::HelpPage>());
    app.footer(std::string{closing});
    app.allow_extras(); // named by describe_stranger()
    app.add_option("--config", raw.config_file, "read this file and no other")
        ->type_name("FILE")
        ->group("Configuration");
    app.add_option("--listen", raw.listen,
                   "listen there instead of at bind_addr and\n"
                   "bind_port: 192.0.2.1, [2001:db8::1]:6711, :6712")
        ->type_name("[ADDR][:PORT]")
        ->group("Configuration");
    auto* const set = app.add_option("--set", options.config.settings,
                                     "set one key; VALUE is TOML, where strings need\n"
                                     "quotes: --set 'log_level=\"debug\"'")
                          ->type_name("KEY=VALUE")
                          ->allow_extra_args(false)
                          ->group("Configuration");
    cli::offer_words(*set, settings::server_config_key_names(), "=");
    auto* const check = app.add_flag("--check-config", options.check_config,
                                     "report every mistake in the configuration and end");
    check->group("Actions");
    app.add_flag("--print-config", options.print_config,
                 "print the configuration in effect, as TOML, and end")
        ->excludes(check)
        ->group("Actions");
    app.add_flag("--worker", options.worker)->group(""); // hidden: for ourselves only
    // Set last, so that it is shown last.
    app.set_help_flag("-h,--help", "print this page")->group("Information");
    app.set_version_flag("--version", "wyndrvrd " WYN_VERSION, "print the version")
        ->group("Information");
}

// What CLI11 cannot know about the arguments that it took.
std::optional<std::string> complain(const CLI::App& app, const Options& options, const Raw& raw) {
    if (const auto extras = app.remaining(); !extras.empty())
        return cli::describe_stranger(extras.front(), app);
    if (raw.config_file == "") return "--config needs a file";
    for (const std::string& setting : options.config.settings)
        if (setting.find('=') == std::string::npos)
            return fmt::format("--set '{}' is not KEY=VALUE", escaped(setting));
    return std::nullopt;
}

} // namespace

std::expected<Options, Exit> parse_options(int argc, const char* const* argv) {
    Options options;
    Raw raw;
    CLI::App app{std::string{synopsis}, "wyndrvrd"};
    declare(app, options, raw);
    if (argc == 2 && argv[1] == cli::option_table_request)
        return std::unexpected{Exit{0, cli::command_line_of("", "") + cli::option_table(app)}};
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return std::unexpected{Exit{0, app.help()}};
    } catch (const CLI::CallForVersion& version) {
        return std::unexpected{Exit{0, std::string{version.what()} + '\n'}};
    } catch (const CLI::ParseError& error) {
        return std::unexpected{usage_error(cli::describe_parse_error(error))};
    }
    if (const auto why = complain(app, options, raw)) return std::unexpected{usage_error(*why)};
    if (raw.config_file) options.config.files = {*raw.config_file};
    if (raw.listen)
        if (auto read = read_listen(*raw.listen, options); !read)
            return std::unexpected{usage_error("--listen: " + read.error().what())};
    return options;
}

} // namespace wyn::daemon
