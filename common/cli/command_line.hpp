// What the command lines of both programs have in common: the help page, and advice for a mistyped
// option. Parsing itself is CLI11's.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace wyn::cli {

// The help page, laid out here and not by CLI11, whose versions differ: 80 columns, one option a
// line with its text beside it. Line breaks in a description are the author's. Groups appear in
// the order of their first option; options without a group are hidden.
class HelpPage final : public CLI::FormatterBase {
public:
    std::string make_help(const CLI::App* app, std::string name,
                          CLI::AppFormatMode mode) const override;
};

// What CLI11 did not understand, in our words: "--time needs a value".
std::string describe_parse_error(const CLI::ParseError& error);

// "unknown option '--lisen'; did you mean --listen?", or "unexpected argument 'x'".
std::string describe_stranger(const std::string& argument, const CLI::App& app);

} // namespace wyn::cli
