// What goes into a configuration and what can come out wrong. Free of the TOML library, so that
// those who only hand text over need not see it.
#pragma once

#include <string>
#include <vector>

namespace wyn::config {

// One piece of TOML and where it came from. Of several sources a later one wins, key by key.
struct Source {
    std::string name; // for messages: a file's path, or the option that brought the text
    std::string text;
    // Whether line and column in `text` mean something to its author. False for text that we made
    // ourselves out of an option.
    bool has_lines = true;
};

// Everything that is wrong, one complete sentence each: "FILE:3:9: max_sessions = 0: expected ...".
using Problems = std::vector<std::string>;

} // namespace wyn::config
