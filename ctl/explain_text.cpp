#include "ctl/explain_text.hpp"

#include "verdict/glossary.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

namespace {

constexpr std::size_t word_width = 19;

std::string line_of(std::string_view word, std::string_view meaning) {
    return fmt::format("  {}{}\n", left(word, word_width), meaning);
}

std::string paragraph(std::string_view text, std::size_t further = 0) {
    return flow(fmt::format("  {}", text), 2 + further) + '\n';
}

std::string head_of(std::string_view word, std::string_view meaning, const Style& style) {
    return flow(fmt::format("{}: {}", painted(style, Ink::bold, word), meaning), 2) + "\n\n";
}

} // namespace

std::string list_of_words(const Style& style) {
    std::string text = painted(style, Ink::bold, "Verdicts") + '\n';
    for (const verdict::CodeText& code : verdict::code_texts())
        text += line_of(verdict::name(code.code), code.meaning);
    text += '\n' + painted(style, Ink::bold, "Terms") + '\n';
    for (const verdict::Term& term : verdict::terms())
        text += line_of(term.word, term.meaning);
    return text + "\nwyndrvrctl explain WORD tells more about one of them.\n";
}

std::string explanation_of(std::string_view word, const Style& style) {
    const auto found = verdict::look_up(word);
    if (!found) return "";
    if (found->code != nullptr) {
        const verdict::CodeText& code = *found->code;
        return head_of(verdict::name(code.code), code.meaning, style) + paragraph(code.shown_by) +
               '\n' + paragraph(fmt::format("Do: {}", code.advice), 4);
    }
    const verdict::Term& term = *found->term;
    std::string text = head_of(term.word, term.meaning, style) + paragraph(term.text);
    if (!term.aliases.empty()) text += '\n' + paragraph(fmt::format("Also: {}.", term.aliases));
    return text;
}

} // namespace wyn::ctl
