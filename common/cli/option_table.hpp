// What a program takes on its command line, as lines for other programs: completions for shells and
// the check of the manual pages are made from it. So a command or an option that is declared to
// CLI11 is known to them.
//
// A line is tab-separated:
//     command  NAME  SUMMARY                  what follows belongs to it; NAME is "" for none
//     option   NAMES  VALUE  WORDS  TEXT      NAMES "-t,--time"; VALUE "SECONDS", "" for a flag
//     operand  VALUE  WORDS                   VALUE "HOST"
// VALUE ends in "..." where there may be several. WORDS, separated by blanks, are those that the
// value can be; none: anything.
#pragma once

#include <CLI/CLI.hpp>

#include <span>
#include <string>
#include <string_view>

namespace wyn::cli {

// The only argument of a program or a command that asks for its table.
inline constexpr std::string_view option_table_request = "--option-table";

// Makes the words known that the option's value can be, or can begin with when `suffix` follows
// each. They are offered and not enforced: whoever reads the value says better what is wrong.
void offer_words(CLI::Option& option, std::span<const std::string_view> words,
                 std::string_view suffix = "");

std::string command_line_of(std::string_view name, std::string_view summary);
// The options and operands of a command; hidden options are not in it.
std::string option_table(CLI::App& app);

// Its VALUE as the help shows it.
std::string type_name_of(const CLI::Option& option);

} // namespace wyn::cli
