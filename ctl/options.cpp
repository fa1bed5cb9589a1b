#include "ctl/options.hpp"

#include "base/text.hpp"
#include "cli/option_table.hpp"
#include "ctl/command.hpp"
#include "ctl/shared_options.hpp"
#include "verdict/glossary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace wyn::ctl {

namespace {

using cli::Exit;

constexpr std::string_view overview_opening =
    R"(wyndrvrctl measures the network to a host that runs wyndrvrd.

Usage: wyndrvrctl [probe] [HOST[:PORT]] [OPTION]...
       wyndrvrctl latency [HOST[:PORT]] [OPTION]...
       wyndrvrctl explain [WORD]
       wyndrvrctl COMMAND [OPTION]...
)";

constexpr std::string_view overview_closing =
    R"(
  wyndrvrctl COMMAND --help explains a command's options.
  --version prints the version.

See wyndrvrctl(1).
)";

constexpr std::string_view explain_synopsis =
    R"(Explains a word of a result: a verdict such as BUFFERBLOAT, or a term such as
added latency. Without WORD it lists them all.

Usage: wyndrvrctl explain [WORD])";

constexpr std::string_view explain_closing =
    R"(Exit status: 0 success, 2 a word that is not known.)";

// A term may be of several words, which need no quotes.
std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

// What a shell can offer for WORD: each in one piece.
void offer_glossary(CLI::Option& option) {
    std::vector<std::string> words;
    for (const verdict::CodeText& code : verdict::code_texts())
        words.emplace_back(verdict::name(code.code));
    for (const verdict::Term& term : verdict::terms())
        words.emplace_back(term.word);
    for (std::string& word : words)
        std::ranges::replace(word, ' ', '-');
    cli::offer_words(option, std::vector<std::string_view>{words.begin(), words.end()});
}

std::expected<Options, Exit> parse_explain(const std::vector<std::string>& arguments) {
    CLI::App app{std::string{explain_synopsis}};
    lay_out(app, explain_closing);
    ExplainOptions options;
    std::vector<std::string> words;
    auto* const word = app.add_option("WORD", words)->group("");
    offer_glossary(*word);
    app.add_flag("--ascii", options.ascii, "no characters beyond ASCII")->group("Options");
    app.set_help_flag("-h,--help", "print this help")->group("Options");
    if (auto exit = parse(app, arguments, "explain")) return std::unexpected{std::move(*exit)};
    options.word = joined(words);
    if (options.word.empty() || verdict::look_up(options.word)) return options;
    const std::string_view near = verdict::nearest_word(options.word);
    return std::unexpected{
        Exit{cli::wrong_usage,
             fmt::format("wyndrvrctl explain: no word of a result is '{}'{}; wyndrvrctl explain "
                         "lists them all\n",
                         escaped(options.word),
                         near.empty() ? "" : fmt::format("; did you mean {}?", near))}};
}

constexpr std::array measuring_commands{
    Command{"probe", "latency, capacity, latency under load, and why (the default)", parse_probe},
    Command{"latency", "round trips and one-way delays, loss and reordering, until Ctrl-C",
            parse_latency},
    Command{"explain", "what a word of a result means; without WORD lists them all", parse_explain},
};

struct CommandGroup {
    std::string_view heading;
    std::span<const Command> commands;
};

std::array<CommandGroup, 3> command_groups() {
    return {{{"Commands", measuring_commands},
             {"Commands for the wyndrvrd of this host", daemon_commands()},
             {"Commands for its configuration", config_commands()}}};
}

std::string overview() {
    std::string text{overview_opening};
    for (const auto& [heading, commands] : command_groups()) {
        text += fmt::format("\n{}:\n", heading);
        for (const Command& command : commands)
            if (!command.name.contains(' '))
                text += fmt::format("  {:<10} {}\n", command.name, command.summary);
    }
    return text + std::string{overview_closing};
}

std::string option_table_of(const Command& command) {
    std::string table = cli::command_line_of(command.name, command.summary);
    const auto own = command.parse({std::string{cli::option_table_request}});
    if (!own && own.error().status == 0) table += own.error().text;
    return table;
}

std::string whole_option_table() {
    std::string table = cli::command_line_of("", "") + "option\t-h,--help\t\t\tprint the commands\n"
                                                       "option\t--version\t\t\tprint the version\n";
    for (const CommandGroup& group : command_groups())
        for (const Command& command : group.commands)
            table += option_table_of(command);
    return table;
}

const Command* find_command(std::string_view name) {
    for (const CommandGroup& group : command_groups())
        for (const Command& command : group.commands)
            if (command.name == name) return &command;
    return nullptr;
}

// The command that the arguments begin with, and takes its words away; nullptr without one.
const Command* take_command(std::vector<std::string>& arguments) {
    for (const std::size_t words : {2U, 1U}) {
        if (arguments.size() < words) continue;
        const Command* const found =
            find_command(words == 1 ? arguments[0] : arguments[0] + ' ' + arguments[1]);
        if (found == nullptr) continue;
        arguments.erase(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(words));
        return found;
    }
    return nullptr;
}

} // namespace

std::expected<Options, cli::Exit> parse_options(int argc, const char* const* argv) {
    std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
    const std::string first = arguments.empty() ? "" : arguments.front();
    if (first == "--worker" && arguments.size() == 1) return WorkerOptions{};
    if (first == "--help" || first == "-h" || first == "help")
        return std::unexpected{Exit{0, overview()}};
    if (first == "--version")
        return std::unexpected{Exit{0, fmt::format("wyndrvrctl {}\n", WYN_VERSION)}};
    if (first == cli::option_table_request && arguments.size() == 1)
        return std::unexpected{Exit{0, whole_option_table()}};
    const Command* const command = take_command(arguments);
    // `wyndrvrctl HOST` means `wyndrvrctl probe HOST`
    return command != nullptr ? command->parse(arguments) : parse_probe(arguments);
}

} // namespace wyn::ctl
