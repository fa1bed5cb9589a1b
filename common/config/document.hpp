// From TOML text to values with their places. The TOML library and its exceptions stop here.
#pragma once

#include "base/error.hpp"
#include "config/source.hpp"
#include "config/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::config {

// No honest configuration comes near; whoever reads a file may stop there.
inline constexpr std::size_t largest_document_bytes = std::size_t{1} << 20;

// The top level of one source, or a table in it.
struct Document {
    std::string name;
    bool has_lines = true;
    std::vector<Entry> entries;

    // nullptr when the document does not hold the key.
    const Entry* find(std::string_view key) const;
    // "FILE:3:9", or the name alone where lines mean nothing.
    std::string at(Place place) const;
};

// Fails with "NAME:line:column: ..." when the text is not TOML 1.0, longer than
// largest_document_bytes, or nested more than 16 deep.
Result<Document> parse_document(const Source& source);

// True for text that is a word, an address or a path, which TOML takes only in quotes.
bool is_bare_word(std::string_view text);

} // namespace wyn::config
