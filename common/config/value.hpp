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

struct Value {
    using List = std::vector<Value>;
    // A TOML type that no key of ours takes: a table, a date or a time.
    struct Other {
        std::string_view kind; // "a table"
    };
    std::variant<bool, std::int64_t, double, std::string, List, Other> is;
    Place place;
};

// The value as a message shows it: in printable ASCII, cut when it is long.
std::string shown(const Value& value);

// `text` (UTF-8) as a TOML basic string, quotes included.
std::string quoted(std::string_view text);

} // namespace wyn::config
