#include "config/value.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace wyn::config {

namespace {

// Enough to recognise a list by; the place says where the rest is.
constexpr std::size_t most_items_shown = 4;

struct Shown {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return fmt::to_string(value); }
    std::string operator()(double value) const { return fmt::to_string(value); }
    std::string operator()(const std::string& value) const {
        return fmt::format("\"{}\"", escaped(value));
    }
    std::string operator()(const Value::List& items) const {
        std::string text;
        for (const Value& item : std::span{items}.first(std::min(items.size(), most_items_shown)))
            text += (text.empty() ? "" : ", ") + shown(item);
        return fmt::format("[{}{}]", text, items.size() > most_items_shown ? ", ..." : "");
    }
    std::string operator()(const Value::Table& /*value*/) const { return "a table"; }
    std::string operator()(const Value::Other& value) const { return std::string{value.kind}; }
};

} // namespace

std::string shown(const Value& value) {
    return std::visit(Shown{}, value.is);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += fmt::format("\\{}", c);
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out + '"';
}

} // namespace wyn::config
