// How deep a TOML text nests, before the TOML library builds it.
//
// toml++ limits nested values (256 in 3.3) but not the parts of a dotted key: a table header of
// some hundred kilobytes, [a.a.a. ...], becomes as many nested tables, and destroying them
// overflows the stack. Our configuration is flat, so a small limit costs nobody anything.
#pragma once

#include "config/value.hpp"

#include <optional>
#include <string_view>

namespace wyn::config {

inline constexpr int deepest_nesting = 16;

// The first place where brackets and the dots of one key together pass `deepest_nesting`. Exact up
// to the text's first syntax error, which is as far as a parser gets.
std::optional<Place> first_too_deep(std::string_view text);

} // namespace wyn::config
