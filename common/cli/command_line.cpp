#include "cli/command_line.hpp"

#include "base/text.hpp"
#include "cli/option_table.hpp"

#include <fmt/format.h>

namespace wyn::cli {

namespace {

constexpr std::size_t text_column = 28;

std::string entry(const CLI::Option& option) {
    std::string name = option.get_name(false, true);
    if (const auto comma = name.find(','); comma != std::string::npos) name.insert(comma + 1, " ");
    if (const std::string type = type_name_of(option); option.get_type_size() > 0 && !type.empty())
        name += ' ' + type;
    std::string text = option.get_description();
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
        text.insert(at + 1, std::string(text_column, ' '));
    return fmt::format("  {:<{}} {}\n", name, text_column - 3, text);
}

} // namespace

std::string HelpPage::make_help(const CLI::App* app, std::string /*name*/,
                                CLI::AppFormatMode /*mode*/) const {
    std::string page = app->get_description() + "\n";
    for (const std::string& group : app->get_groups()) {
        if (group.empty()) continue;
        page += fmt::format("\n{}:\n", group);
        for (const CLI::Option* option : app->get_options())
            if (option->get_group() == group) page += entry(*option);
    }
    return page + '\n' + app->get_footer() + '\n';
}

std::string describe_parse_error(const CLI::ParseError& error) {
    const std::string what = escaped(error.what(), 200);
    const std::string option = what.substr(0, what.find(':'));
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return what;
    if (what.ends_with("missing")) return option + " needs a value";
    if (what.find("At Most 1 required") != std::string::npos) return option + " is given twice";
    return what;
}

std::string describe_stranger(const std::string& argument, const CLI::App& app) {
    if (!argument.starts_with('-'))
        return fmt::format("unexpected argument '{}'", escaped(argument));
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        if (!option->get_group().empty())
            for (const std::string& name : option->get_lnames())
                names.push_back("--" + name);
    const std::string_view near = nearest(argument.substr(0, argument.find('=')), names);
    return fmt::format("unknown option '{}'{}", escaped(argument),
                       near.empty() ? "" : fmt::format("; did you mean {}?", near));
}

} // namespace wyn::cli
