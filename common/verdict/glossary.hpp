// The one table of words: every code of a finding and every term of a result, explained. The
// command `wyndrvrctl explain`, the manual page wyndrvr-verdicts(7) and the codes in JSON come from
// here.
#pragma once

#include "verdict/finding.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::verdict {

// Texts are ASCII, without line breaks.
struct Term {
    std::string_view word;    // "PDV", "added latency"
    std::string_view aliases; // other words for it, separated by commas
    std::string_view meaning; // one clause, for a list: at most 57 characters
    std::string_view text;    // a few sentences
};

struct CodeText {
    Code code = Code::unknown;
    std::string_view meaning;  // one clause, for a list: at most 57 characters
    std::string_view shown_by; // when it is found, and when it is not
    std::string_view advice;
};

// In the order of `codes`, one for each.
std::span<const CodeText> code_texts();
// In the order of the alphabet.
std::span<const Term> terms();

// A word out of either table.
struct Explained {
    const CodeText* code = nullptr;
    const Term* term = nullptr; // the other one is null
};
// Letter case does not matter, blanks, hyphens and underscores are the same. Nothing for a word
// that is not in the tables.
std::optional<Explained> look_up(std::string_view word);
// The word that was meant, perhaps; empty when none is near.
std::string_view nearest_word(std::string_view word);

} // namespace wyn::verdict
