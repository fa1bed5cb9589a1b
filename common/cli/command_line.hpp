// What the command lines of both programs have in common: the help page, usage errors, and advice
// for a mistyped option. Parsing itself is CLI11's.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>

namespace wyn::cli {

// The exit status of wrong usage.
inline constexpr int wrong_usage = 2;

// The program has nothing more to do than to print this and end: help and version (status 0, for
// stdout) or wrong usage (status 2, for stderr).
struct Exit {
    int status = 0;
    std::string text;
};

// The help page, laid out here and not by CLI11, whose versions differ: 80 columns, one option a
// line with its text beside it. Line breaks in a description are the author's. Groups appear in
// the order of their first option; options without a group are hidden.
class HelpPage final : public CLI::FormatterBase {
public:
    std::string make_help(const CLI::App* app, std::string name,
                          CLI::AppFormatMode mode) const override;
};

// "wyndrvrd: <sentence>; see wyndrvrd --help" with status 2. `program` may name a command too.
Exit usage_error(std::string_view program, std::string_view sentence);

// What CLI11 did not understand, in our words: "--time needs a value".
std::string describe_parse_error(const CLI::ParseError& error);

// "unknown option '--lisen'; did you mean --listen?", or "unexpected argument 'x'".
std::string describe_stranger(const std::string& argument, const CLI::App& app);

} // namespace wyn::cli
