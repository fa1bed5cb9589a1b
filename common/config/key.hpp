// What is said about one key, once, for reading, printing and documentation.
#pragma once

#include <cstdint>
#include <string_view>

namespace wyn::config {

// When a program that is already running takes on a changed value.
enum class TakesEffect : std::uint8_t { at_reload, at_restart };

// A key of the top level. The texts live as long as the program: string literals.
struct Key {
    std::string_view name;
    std::string_view meaning; // whole sentences, for the comment in a printed configuration
    // A second spelling that is read as well. Never both in one source.
    std::string_view alias = {};
    // For a key that may be absent (its field is a std::optional that its kind cannot write): what
    // absence means, and a value, as TOML, to show in its place.
    std::string_view unset = {};
    std::string_view example = {};
    TakesEffect takes_effect = TakesEffect::at_reload;
};

} // namespace wyn::config
