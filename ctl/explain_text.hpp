// The text of wyndrvrctl explain, out of the table of words.
#pragma once

#include "ctl/style.hpp"

#include <string>
#include <string_view>

namespace wyn::ctl {

// All verdicts and terms, one a line.
std::string list_of_words(const Style& style);
// One of them; empty for a word that is not known.
std::string explanation_of(std::string_view word, const Style& style);

} // namespace wyn::ctl
