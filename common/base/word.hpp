// Words out of a fixed list, as people type them: the case of ASCII letters does not matter.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

namespace wyn {

constexpr char lower_case(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// True when the two differ at most in the case of ASCII letters. Knows no locale.
constexpr bool same_word(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, {}, lower_case, lower_case);
}

// The one among `choices` whose print() is `text` in any letter case; nothing when there is none.
template <typename Enum>
std::optional<Enum> parse_word(std::string_view text, std::span<const Enum> choices) {
    for (const Enum choice : choices)
        if (same_word(text, print(choice))) return choice;
    return std::nullopt;
}

} // namespace wyn
