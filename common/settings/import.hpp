// The predecessor's configuration files, lines of key=value, as TOML of ours. Pure.
#pragma once

#include "config/source.hpp"

#include <expected>
#include <string>

namespace wyn::settings {

struct Imported {
    std::string toml; // comments of the file are kept, and what it says of keys that we do not have
    config::Problems warnings; // a sentence with file and line for each such key
};

// Everything that is wrong with the file, with file and line: at most 50 mistakes, then a line that
// counts the rest. Keys are read in both spellings and written in ours; words in any letter case;
// a list is of items between commas, semicolons or blanks.
std::expected<Imported, config::Problems> import_key_values(const config::Source& file);

} // namespace wyn::settings
