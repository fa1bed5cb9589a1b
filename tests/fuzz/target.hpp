// What every fuzz target defines, and what it is called by: libFuzzer, or replay_main.cpp.
#pragma once

#include "base/check.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// One input, any bytes, of any length. A target returns 0; a broken promise is a WYN_CHECK, which
// both callers report together with the input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace wyn::fuzz {

// The input as text, for parsers of text.
inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

} // namespace wyn::fuzz
