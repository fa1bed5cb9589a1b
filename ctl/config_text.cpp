#include "ctl/config_text.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

namespace {

// Most values end before; what is longer pushes its comment to the right.
constexpr std::size_t comment_column = 40;
constexpr std::size_t longest_path = 4096;

} // namespace

std::string config_as_text(const settings::SourcedConfig& sourced) {
    std::string text;
    for (const config::KeyFacts& facts : settings::server_config_facts(sourced.config)) {
        const auto origin = sourced.origins.find(facts.key.name);
        const std::string line = facts.value ? fmt::format("{} = {}", facts.key.name, *facts.value)
                                             : fmt::format("#{} is unset", facts.key.name);
        const std::string from = origin != sourced.origins.end()
                                     ? escaped(origin->second, longest_path)
                                 : facts.value ? "default"
                                               : fmt::format("default: {}", facts.key.unset);
        text += fmt::format("{:<{}} # {}\n", line, comment_column, from);
    }
    return text;
}

std::string valid_as_text(const std::vector<std::string>& files) {
    if (files.empty()) return "There is no configuration file, so the defaults hold.\n";
    std::string text;
    for (const std::string& file : files)
        text += (text.empty() ? "" : ", ") + escaped(file, longest_path);
    return fmt::format("No mistakes in {}.\n", text);
}

} // namespace wyn::ctl
