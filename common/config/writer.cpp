#include "config/writer.hpp"

#include "base/check.hpp"

#include <fmt/format.h>

namespace wyn::config {

namespace {

// So that a comment line stays within 80 columns.
constexpr std::size_t comment_width = 78;

// The text in lines that begin with "# ".
std::string commented(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t end = text.size();
        if (end > comment_width) end = text.rfind(' ', comment_width);
        if (end == std::string_view::npos) end = std::min(text.find(' '), text.size());
        out += fmt::format("# {}\n", text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string key_line(const KeyFacts& facts, bool is_in_force) {
    if (!facts.value) return fmt::format("#{} = {}\n", facts.key.name, facts.key.example);
    return fmt::format("{}{} = {}\n", is_in_force ? "" : "#", facts.key.name, *facts.value);
}

} // namespace

std::string summary(const KeyFacts& defaults) {
    const std::string standard =
        defaults.value ? *defaults.value : fmt::format("unset ({})", defaults.key.unset);
    const bool restart = defaults.key.takes_effect == TakesEffect::at_restart;
    return fmt::format("Range: {}. Default: {}.{}", defaults.range, standard,
                       restart ? " A change needs a restart." : "");
}

std::string print_keys(std::span<const KeyFacts> values, std::span<const KeyFacts> defaults,
                       const IsInForce& is_in_force) {
    WYN_CHECK(values.size() == defaults.size());
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) text += '\n';
        text += commented(values[i].key.meaning);
        text += commented(summary(defaults[i]));
        text += key_line(values[i], is_in_force(values[i].key.name));
    }
    return text;
}

} // namespace wyn::config
