// The command lines of what is asked of the daemon of this host.
#include "base/text.hpp"
#include "cli/option_table.hpp"
#include "ctl/command.hpp"
#include "ctl/shared_options.hpp"
#include "status/call.hpp"
#include "status/interface.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace wyn::ctl {

namespace {

using cli::Exit;
using Arguments = std::vector<std::string>;
using Parsed = std::expected<Options, Exit>;

constexpr std::string_view group = "Options";
constexpr std::size_t longest_session = 16;

constexpr std::string_view asking_closing =
    R"(Exit status: 0 success, 2 wrong usage, 3 no daemon answers, 4 not permitted,
5 the daemon has too many callers.)";

constexpr std::string_view changing_closing =
    R"(Root and the user that the daemon runs as may do this.

Exit status: 0 success, 2 wrong usage, 3 no daemon answers, 4 refused,
5 the daemon has too many callers.)";

constexpr std::string_view status_synopsis =
    R"(Asks the wyndrvrd of this host what it is doing.

Usage: wyndrvrctl status [OPTION]...)";

constexpr std::string_view sessions_synopsis =
    R"(Lists the sessions of the wyndrvrd of this host.

Usage: wyndrvrctl sessions [OPTION]...)";

constexpr std::string_view watch_synopsis =
    R"(Shows what the wyndrvrd of this host is doing, and how fast, until Ctrl-C.

Usage: wyndrvrctl watch [OPTION]...)";

constexpr std::string_view reload_synopsis =
    R"(Lets the wyndrvrd of this host read its configuration again. What runs goes on.
With a mistake in it nothing changes, and all mistakes are listed.

Usage: wyndrvrctl reload [OPTION]...)";

constexpr std::string_view drain_synopsis =
    R"(Lets the wyndrvrd of this host refuse newcomers, while its sessions go on.

Usage: wyndrvrctl drain [OPTION]...)";

constexpr std::string_view end_synopsis =
    R"(Ends a session of the wyndrvrd of this host; its client is told.

Usage: wyndrvrctl end SESSION [OPTION]...

SESSION is its name as wyndrvrctl sessions and the journal show it, or so much
of the beginning that no other session is meant.)";

constexpr std::string_view log_level_synopsis =
    R"(Sets which messages the wyndrvrd of this host writes, until it is reloaded or
restarted.

Usage: wyndrvrctl log-level LEVEL [OPTION]...

LEVEL is error, warning, notice, info or debug: the least urgent of them.)";

// A command line with what all of these have in common.
class CommandLine {
public:
    CommandLine(std::string_view command, std::string_view synopsis, std::string_view closing)
        : command_{command}, app_{std::string{synopsis}} {
        lay_out(app_, closing);
    }

    CLI::App& app() { return app_; }
    void declare_json(DaemonOptions& options, const char* what) {
        app_.add_flag("-J,--json", options.json, what)->group(std::string{group});
    }

    // Fills in the rest of `options`, and gives them back when all was understood.
    template <typename Kind>
    Parsed finish(Kind& options, const Arguments& arguments) {
        std::optional<std::string> socket;
        app_.add_option("--socket", socket, "the daemon's control_socket")
            ->type_name("PATH")
            ->group(std::string{group});
        app_.add_flag("--ascii", options.ascii, "no characters beyond ASCII")
            ->group(std::string{group});
        app_.set_help_flag("-h,--help", "print this help")->group(std::string{group});
        if (auto exit = parse(app_, arguments, command_)) return std::unexpected{std::move(*exit)};
        if (socket == "") return wrong("--socket needs a path");
        options.socket = socket.value_or("");
        return options;
    }

    std::unexpected<Exit> wrong(std::string_view sentence) const {
        return std::unexpected{cli::usage_error(fmt::format("{} {}", program, command_), sentence)};
    }

private:
    std::string_view command_;
    CLI::App app_;
};

Parsed parse_status(const Arguments& arguments) {
    CommandLine line{"status", status_synopsis, asking_closing};
    StatusOptions options;
    line.declare_json(options, "one JSON document on stdout");
    return line.finish(options, arguments);
}

Parsed parse_sessions(const Arguments& arguments) {
    CommandLine line{"sessions", sessions_synopsis, asking_closing};
    SessionsOptions options;
    line.declare_json(options, "one JSON document on stdout");
    return line.finish(options, arguments);
}

Parsed parse_watch(const Arguments& arguments) {
    CommandLine line{"watch", watch_synopsis, asking_closing};
    WatchOptions options;
    std::optional<std::string> interval;
    line.app()
        .add_option("-i,--interval", interval, "between two statuses, 0.1 to 3600 (1)")
        ->type_name("SECONDS")
        ->group(std::string{group});
    line.declare_json(options, "each status as a JSON document, one a line");
    Parsed parsed = line.finish(options, arguments);
    if (!parsed || !interval) return parsed;
    const auto time =
        read_time("--interval", *interval, status::Watch::shortest, status::Watch::longest);
    if (!time) return line.wrong(time.error().what());
    options.interval = *time;
    return options;
}

Parsed parse_reload(const Arguments& arguments) {
    CommandLine line{"reload", reload_synopsis, changing_closing};
    ReloadOptions options;
    return line.finish(options, arguments);
}

Parsed parse_drain(const Arguments& arguments) {
    CommandLine line{"drain", drain_synopsis, changing_closing};
    DrainOptions options;
    line.app().add_flag("--undo", options.undo, "admit newcomers again")->group(std::string{group});
    line.app()
        .add_flag("--wait", options.wait, "return when the last session is gone")
        ->group(std::string{group});
    Parsed parsed = line.finish(options, arguments);
    if (parsed && options.undo && options.wait)
        return line.wrong("--undo and --wait exclude each other");
    return parsed;
}

// The one word that a command needs.
std::expected<std::string, std::string> only_word(const Arguments& words, std::string_view name) {
    if (words.empty() || words.front().empty())
        return std::unexpected{fmt::format("{} is missing", name)};
    if (words.size() > 1)
        return std::unexpected{
            fmt::format("one {} at a time, not also '{}'", name, escaped(words[1]))};
    return words.front();
}

Parsed parse_end(const Arguments& arguments) {
    CommandLine line{"end", end_synopsis, changing_closing};
    EndOptions options;
    Arguments words;
    line.app().add_option("SESSION", words)->group("");
    Parsed parsed = line.finish(options, arguments);
    if (!parsed) return parsed;
    const auto word = only_word(words, "SESSION");
    if (!word) return line.wrong(word.error());
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (word->size() > longest_session || !std::ranges::all_of(*word, is_digit))
        return line.wrong(fmt::format("'{}' is no session: expected 1 to {} digits 0 to 9 and a to "
                                      "f, as wyndrvrctl sessions shows them",
                                      escaped(*word), longest_session));
    options.session = *word;
    return options;
}

Parsed parse_log_level(const Arguments& arguments) {
    CommandLine line{"log-level", log_level_synopsis, changing_closing};
    LogLevelOptions options;
    Arguments words;
    auto* const level = line.app().add_option("LEVEL", words)->group("");
    cli::offer_words(*level, status::log_level_names);
    Parsed parsed = line.finish(options, arguments);
    if (!parsed) return parsed;
    const auto word = only_word(words, "LEVEL");
    if (!word) return line.wrong(word.error());
    if (std::ranges::find(status::log_level_names, *word) == status::log_level_names.end())
        return line.wrong(fmt::format("'{}' is no level: expected one of {}", escaped(*word),
                                      fmt::join(status::log_level_names, ", ")));
    options.level = *word;
    return options;
}

constexpr std::array commands{
    Command{"status", "what the wyndrvrd of this host is doing", parse_status},
    Command{"sessions", "its sessions", parse_sessions},
    Command{"watch", "the same again and again, with rates", parse_watch},
    Command{"reload", "let it read its configuration again", parse_reload},
    Command{"drain", "let it refuse newcomers, while its sessions go on", parse_drain},
    Command{"end", "end a session", parse_end},
    Command{"log-level", "set which messages it writes", parse_log_level},
    Command{"log", "what it has done: clients, results and ends, out of the journal", parse_log},
};

} // namespace

std::span<const Command> daemon_commands() {
    return commands;
}

} // namespace wyn::ctl
