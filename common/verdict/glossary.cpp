#include "verdict/glossary.hpp"

#include "base/text.hpp"
#include "base/word.hpp"

#include <algorithm>

namespace wyn::verdict {

namespace {

constexpr char same_separator(char c) {
    return c == '_' || c == ' ' ? '-' : lower_case(c);
}

bool is_same(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, {}, same_separator, same_separator);
}

std::vector<std::string_view> words_of(const Term& term) {
    std::vector<std::string_view> words{term.word};
    std::string_view rest = term.aliases;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        words.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(rest.size(), end + 1));
        while (rest.starts_with(' '))
            rest.remove_prefix(1);
    }
    return words;
}

std::string lowered(std::string_view word) {
    std::string text{word};
    std::ranges::transform(text, text.begin(), same_separator);
    return text;
}

} // namespace

std::optional<Explained> look_up(std::string_view word) {
    for (const CodeText& text : code_texts())
        if (is_same(name(text.code), word)) return Explained{.code = &text};
    for (const Term& term : terms())
        if (std::ranges::any_of(words_of(term),
                                [&](std::string_view one) { return is_same(one, word); }))
            return Explained{.term = &term};
    return std::nullopt;
}

std::string_view nearest_word(std::string_view word) {
    std::vector<std::string_view> known;
    for (const CodeText& text : code_texts())
        known.push_back(name(text.code));
    for (const Term& term : terms())
        for (const std::string_view one : words_of(term))
            known.push_back(one);
    std::vector<std::string> spelled;
    spelled.reserve(known.size());
    for (const std::string_view one : known)
        spelled.push_back(lowered(one));
    const std::string_view found = nearest(lowered(word), spelled);
    const auto at = std::ranges::find(spelled, found);
    return at == spelled.end() ? std::string_view{}
                               : known[static_cast<std::size_t>(at - spelled.begin())];
}

} // namespace wyn::verdict
