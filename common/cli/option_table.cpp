#include "cli/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::cli {

namespace {

// CLI11 keeps the description of a validator with its option and shows it behind the type's name.
// A validator that accepts everything is how an option can carry its words.
constexpr const char* words_name = "words";

std::string words_of(CLI::Option& option) {
    try {
        return option.get_validator(words_name)->get_description();
    } catch (const CLI::OptionNotFound&) {
        return {};
    }
}

// A description is laid out for the help page: here it is one line.
std::string in_one_line(std::string text) {
    std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return text;
}

std::string value_of(CLI::Option& option, const std::string& name) {
    return name + (option.get_items_expected_max() > 1 ? "..." : "") + '\t' + words_of(option);
}

// Operands are in no group, because the help page tells them in its synopsis; and what is in no
// group does not tell its name.
std::string operand_line(CLI::Option& option) {
    return fmt::format("operand\t{}\n", value_of(option, option.group("Operands")->get_name(true)));
}

std::string option_line(CLI::Option& option) {
    const bool is_flag = option.get_type_size() == 0;
    return fmt::format("option\t{}\t{}\t{}\n", option.get_name(false, true),
                       is_flag ? "\t" : value_of(option, type_name_of(option)),
                       in_one_line(option.get_description()));
}

} // namespace

void offer_words(CLI::Option& option, std::span<const std::string_view> words,
                 std::string_view suffix) {
    std::string list;
    for (const std::string_view word : words)
        list += fmt::format("{}{}{}", list.empty() ? "" : " ", word, suffix);
    option.check(CLI::Validator{[](std::string&) { return std::string{}; }, list, words_name});
}

std::string type_name_of(const CLI::Option& option) {
    std::string name = option.get_type_name();
    // What stands behind the name's own colon, as in "[ADDR][:PORT]", has no lower case.
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    if (const auto colon = name.find(':'); colon != std::string::npos)
        if (std::ranges::any_of(name.substr(colon), is_lower)) name.resize(colon);
    return name;
}

std::string command_line_of(std::string_view name, std::string_view summary) {
    return fmt::format("command\t{}\t{}\n", name, summary);
}

std::string option_table(CLI::App& app) {
    std::string table;
    for (CLI::Option* const option : app.get_options()) {
        if (option->get_positional())
            table += operand_line(*option);
        else if (!option->get_group().empty())
            table += option_line(*option);
    }
    return table;
}

} // namespace wyn::cli
