// One value of a TOML document, free of the library that parsed it, and its spelling for messages
// and for files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wyn::config {

// Where something stands in its source; both count from 1.
struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

struct Entry;

struct Value {
    using List = std::vector<Value>;
    struct Table {
        std::vector<Entry> entries;
    };
    // A TOML type that no key of ours takes: a date or a time.
    struct Other {
        std::string_view kind; // "a date"
    };
    std::variant<bool, std::int64_t, double, std::string, List, Table, Other> is;
    Place place;
};

// One key of a table, or of the top level.
struct Entry {
    std::string key;
    Place key_place;
    Value value;
};

// The value as a message shows it: in printable ASCII, cut when it is long.
std::string shown(const Value& value);

// `text` (UTF-8) as a TOML basic string, quotes included.
std::string quoted(std::string_view text);

} // namespace wyn::config
