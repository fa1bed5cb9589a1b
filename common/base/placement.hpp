// Where a worker runs. Daemon and client, configuration and options use the same three words.
#pragma once

#include "base/word.hpp"

#include <array>
#include <cstdint>

namespace wyn {

enum class Placement : std::uint8_t {
    single,  // in the loop of whoever needs the worker
    thread,  // in a thread of the same process
    process, // in a process of its own
};

inline constexpr std::array placements{Placement::single, Placement::thread, Placement::process};

constexpr std::string_view print(Placement placement) noexcept {
    switch (placement) {
    case Placement::single: return "single";
    case Placement::thread: return "thread";
    case Placement::process: return "process";
    }
    return "unknown";
}

// Reads "single", "thread" or "process" in any letter case; nothing for other text.
inline std::optional<Placement> parse_placement(std::string_view text) {
    return parse_word<Placement>(text, placements);
}

} // namespace wyn
