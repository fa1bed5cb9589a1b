#include "settings/import.hpp"

#include "base/text.hpp"
#include "config/document.hpp"
#include "settings/server_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace wyn::settings {

namespace {

constexpr std::size_t most_mistakes = 50;
constexpr std::size_t longest_shown = 200;
constexpr std::string_view blanks = " \t\r\v\f";
constexpr std::string_view comment_signs = "#;";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view without_leading(std::string_view text, std::string_view characters) {
    text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
    return text;
}

std::string_view trimmed(std::string_view text) {
    text = without_leading(text, blanks);
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// It ends where a comment behind it begins, and may stand in quotes.
std::string_view value_in(std::string_view text) {
    std::size_t end = text.find('#');
    while (end != std::string_view::npos && end > 0 && !blanks.contains(text[end - 1]))
        end = text.find('#', end + 1);
    text = trimmed(text.substr(0, end));
    const bool is_quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return is_quoted ? text.substr(1, text.size() - 2) : text;
}

std::string as_list(std::string_view text) {
    constexpr std::string_view separators = ",; \t";
    std::string list;
    for (text = without_leading(text, separators); !text.empty();
         text = without_leading(text, separators)) {
        const std::string_view item = text.substr(0, text.find_first_of(separators));
        list += (list.empty() ? "" : ", ") + config::quoted(item);
        text.remove_prefix(item.size());
    }
    return '[' + list + ']';
}

bool is_plain_toml(std::string_view text) {
    return text == "true" || text == "false" ||
           (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos);
}

// The ways in which TOML could write it. `standard` is the key's default, as TOML.
std::vector<std::string> spellings_of(std::string_view text, std::string_view standard) {
    if (standard.starts_with('[')) return {as_list(text)};
    if (is_plain_toml(text)) return {std::string{text}, config::quoted(text)};
    return {config::quoted(text)};
}

// Reads a file line by line into the text of another one.
class Import {
public:
    explicit Import(std::string_view name)
        : name_{escaped(name, longest_shown)}, keys_{server_config_keys()} {
        imported_.toml = fmt::format("# Made by wyndrvrctl config import from {}.\n\n", name_);
    }

    void take(std::string_view line) {
        ++line_;
        line = trimmed(line);
        if (line.empty())
            imported_.toml += '\n';
        else if (comment_signs.contains(line.front()))
            add_comment(trimmed(without_leading(line, comment_signs)));
        else
            take_setting(line);
    }

    std::expected<Imported, config::Problems> finish() {
        if (const auto together = read_server_config(sources_); !together)
            for (const std::string& problem : together.error())
                mistake(problem);
        if (left_out_ > 0) mistakes_.push_back(fmt::format("and {} more", left_out_));
        if (!mistakes_.empty()) return std::unexpected{std::move(mistakes_)};
        return std::move(imported_);
    }

private:
    std::string here() const { return fmt::format("{}:{}", name_, line_); }

    void add_comment(std::string_view text) {
        imported_.toml += fmt::format("# {}\n", escaped(text, longest_shown));
    }

    void mistake(std::string sentence) {
        if (mistakes_.size() < most_mistakes)
            mistakes_.push_back(std::move(sentence));
        else
            ++left_out_;
    }

    void take_setting(std::string_view line) {
        const std::size_t equals = line.find('=');
        const std::string_view name = trimmed(line.substr(0, equals));
        if (equals == std::string_view::npos || name.empty())
            return mistake(fmt::format("{}: '{}': expected key=value", here(), escaped(line)));
        const auto facts = std::ranges::find_if(keys_, [name](const config::KeyFacts& known) {
            return name == known.key.name || name == known.key.alias;
        });
        if (facts == keys_.end()) return take_stranger(line, name);
        const auto [first, is_new] = given_.emplace(facts->key.name, line_);
        if (is_new) return take_value(*facts, value_in(line.substr(equals + 1)));
        mistake(fmt::format("{}: {} is given in line {} already; keep one", here(), name,
                            first->second));
    }

    void take_stranger(std::string_view line, std::string_view name) {
        // A longer one is no slip of the finger; and the comparison is quadratic.
        const std::vector<std::string_view> names = server_config_key_names();
        const std::string_view near = name.size() > 60 ? std::string_view{} : nearest(name, names);
        if (imported_.warnings.size() < most_mistakes)
            imported_.warnings.push_back(
                fmt::format("{}: {}: no such key{}; kept as a comment", here(), escaped(line),
                            near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
        add_comment(line);
    }

    void take_value(const config::KeyFacts& facts, std::string_view text) {
        config::Problems of_the_first;
        for (const std::string& spelling : spellings_of(text, facts.value.value_or(""))) {
            config::Source source{here(), fmt::format("{} = {}\n", facts.key.name, spelling),
                                  false};
            const auto config = read_values({&source, 1});
            if (config) return add(facts.key.name, *config, std::move(source));
            if (of_the_first.empty()) of_the_first = config.error();
        }
        for (std::string& problem : of_the_first)
            mistake(std::move(problem));
    }

    // The value as we write it: words in our letter case.
    void add(std::string_view key, const ServerConfig& config, config::Source source) {
        for (const config::KeyFacts& facts : server_config_facts(config))
            if (facts.key.name == key)
                imported_.toml += fmt::format("{} = {}\n", key, facts.value.value_or(""));
        sources_.push_back(std::move(source));
    }

    std::string name_;
    std::vector<config::KeyFacts> keys_;
    std::size_t line_ = 0;
    std::map<std::string_view, std::size_t> given_; // by the key's name: the line
    std::vector<config::Source> sources_;           // one for each line that is understood
    Imported imported_;
    config::Problems mistakes_;
    std::size_t left_out_ = 0;
};

} // namespace

std::expected<Imported, config::Problems> import_key_values(const config::Source& file) {
    std::string_view text = file.text;
    if (text.size() > config::largest_document_bytes)
        return std::unexpected{config::Problems{
            fmt::format("{}: larger than {} bytes, which no configuration needs",
                        escaped(file.name, longest_shown), config::largest_document_bytes)}};
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    Import import{file.name};
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        import.take(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return import.finish();
}

} // namespace wyn::settings
