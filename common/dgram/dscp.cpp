#include "dgram/dscp.hpp"

#include "base/text.hpp"
#include "base/word.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace wyn::dgram {

namespace {

constexpr std::uint8_t most = 63;

struct Name {
    std::string_view word;
    std::uint8_t value;
};
constexpr std::array names{Name{"CS0", 0},   Name{"LE", 1},    Name{"CS1", 8},  Name{"AF11", 10},
                           Name{"AF12", 12}, Name{"AF13", 14}, Name{"CS2", 16}, Name{"AF21", 18},
                           Name{"AF22", 20}, Name{"AF23", 22}, Name{"CS3", 24}, Name{"AF31", 26},
                           Name{"AF32", 28}, Name{"AF33", 30}, Name{"CS4", 32}, Name{"AF41", 34},
                           Name{"AF42", 36}, Name{"AF43", 38}, Name{"CS5", 40}, Name{"VA", 44},
                           Name{"EF", 46},   Name{"CS6", 48},  Name{"CS7", 56}};

} // namespace

Result<std::uint8_t> parse_dscp(std::string_view text) {
    for (const Name& name : names)
        if (same_word(text, name.word)) return name.value;
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && value <= most) return value;
    return fail(fmt::format("'{}' is not a DSCP; write it as EF, AF41, CS1 or 0 to {}",
                            escaped(text), most));
}

std::string print_dscp(std::uint8_t dscp) {
    for (const Name& name : names)
        if (name.value == dscp) return std::string{name.word};
    return fmt::to_string(dscp);
}

} // namespace wyn::dgram
