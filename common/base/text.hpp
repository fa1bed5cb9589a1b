// Text from strangers, made safe to print.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace wyn {

// Printable ASCII stays; every other byte becomes \xNN and the backslash itself "\\", so that no
// terminal, log reader or locale can be steered by a peer. At most `longest` bytes of `raw` are
// shown; a cut is marked with "...".
std::string escaped(std::string_view raw, std::size_t longest = 60);

// The spelling among `known` that is nearest to `typed` (edit distance at most a third of its
// length, at least 1), or an empty view: for "did you mean".
template <typename Words>
std::string_view nearest(std::string_view typed, const Words& known);

// Insertions, deletions and replacements of single characters, and swaps of two neighbours, that
// turn one word into the other: what fingers do wrong.
std::size_t edit_distance(std::string_view from, std::string_view to);

template <typename Words>
std::string_view nearest(std::string_view typed, const Words& known) {
    std::string_view best;
    std::size_t too_far = std::max<std::size_t>(1, typed.size() / 3) + 1;
    for (const std::string_view word : known) {
        const std::size_t distance = edit_distance(typed, word);
        if (distance < too_far) {
            best = word;
            too_far = distance;
        }
    }
    return best;
}

} // namespace wyn
