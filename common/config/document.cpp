#include "config/document.hpp"

#include "base/text.hpp"
#include "base/word.hpp"
#include "config/nesting.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

namespace wyn::config {

namespace {

Place place_of(const toml::source_region& region) {
    return {region.begin.line, region.begin.column};
}

Value converted(const toml::node& node);

std::vector<Entry> entries_of(const toml::table& table) {
    std::vector<Entry> entries;
    for (const auto& [key, node] : table)
        entries.push_back({std::string{key.str()}, place_of(key.source()), converted(node)});
    return entries;
}

// Recursion is bounded: first_too_deep() has looked at the text.
Value converted(const toml::node& node) {
    Value value{Value::Other{"nothing"}, place_of(node.source())};
    switch (node.type()) {
    case toml::node_type::none: break;
    case toml::node_type::boolean: value.is = node.as_boolean()->get(); break;
    case toml::node_type::integer: value.is = node.as_integer()->get(); break;
    case toml::node_type::floating_point: value.is = node.as_floating_point()->get(); break;
    case toml::node_type::string: value.is = node.as_string()->get(); break;
    case toml::node_type::table: value.is = Value::Table{entries_of(*node.as_table())}; break;
    case toml::node_type::date: value.is = Value::Other{"a date"}; break;
    case toml::node_type::time: value.is = Value::Other{"a time"}; break;
    case toml::node_type::date_time: value.is = Value::Other{"a date and time"}; break;
    case toml::node_type::array: {
        Value::List items;
        for (const toml::node& item : *node.as_array())
            items.push_back(converted(item));
        value.is = std::move(items);
        break;
    }
    }
    return value;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string_view line_of(std::string_view text, std::uint32_t number) {
    for (; number > 1 && text.find('\n') != std::string_view::npos; --number)
        text.remove_prefix(text.find('\n') + 1);
    return text.substr(0, text.find('\n'));
}

// By far the most frequent mistake in TOML is a string without quotes: say so.
std::string hint_for(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return {};
    const std::string_view value = trimmed(line.substr(equals + 1, line.find('#') - equals - 1));
    return is_bare_word(value) ? fmt::format(" (a string needs quotes: \"{}\")", value)
                               : std::string{};
}

std::string sentence_of(const toml::parse_error& error) {
    std::string sentence = escaped(error.description(), 200);
    if (!sentence.empty()) sentence.front() = lower_case(sentence.front());
    return sentence;
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool may_be_in_word(char c) {
    const char lower = lower_case(c);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) ||
           std::string_view{"_-./:%@~"}.find(c) != std::string_view::npos;
}

} // namespace

const Entry* Document::find(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &*found;
}

std::string Document::at(Place place) const {
    return has_lines ? fmt::format("{}:{}:{}", name, place.line, place.column) : name;
}

bool is_bare_word(std::string_view text) {
    return std::ranges::all_of(text, may_be_in_word) && !std::ranges::all_of(text, is_digit);
}

Result<Document> parse_document(const Source& source) {
    Document document{source.name, source.has_lines, {}};
    if (source.text.size() > largest_document_bytes)
        return fail(fmt::format("{}: larger than {} bytes, which no configuration needs",
                                source.name, largest_document_bytes));
    if (const auto place = first_too_deep(source.text))
        return fail(
            fmt::format("{}: nested more than {} deep", document.at(*place), deepest_nesting));
    try {
        document.entries = entries_of(toml::parse(std::string_view{source.text}));
    } catch (const toml::parse_error& error) {
        const Place place = place_of(error.source());
        return fail(fmt::format("{}: {}{}", document.at(place), sentence_of(error),
                                hint_for(line_of(source.text, place.line))));
    }
    return document;
}

} // namespace wyn::config
