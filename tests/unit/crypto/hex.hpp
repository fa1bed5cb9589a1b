// Bytes as hex digits, so that a failed comparison can be read.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::crypto {

inline std::string hex(std::span<const std::uint8_t> bytes) {
    std::string digits;
    for (const std::uint8_t byte : bytes)
        digits += fmt::format("{:02x}", byte);
    return digits;
}

// `count` bytes that count up from `first`, wrapping.
inline std::vector<std::uint8_t> counting(std::size_t count, std::uint8_t first = 0) {
    std::vector<std::uint8_t> bytes(count);
    std::iota(bytes.begin(), bytes.end(), first);
    return bytes;
}

// `count` bytes that count from 0 to 250, again and again.
inline std::vector<std::uint8_t> counting_to_250(std::size_t count) {
    std::vector<std::uint8_t> bytes(count);
    for (std::size_t i = 0; i < count; ++i)
        bytes[i] = static_cast<std::uint8_t>(i % 251);
    return bytes;
}

template <typename Key>
Key counting_key(std::uint8_t first = 0) {
    Key key{};
    std::iota(key.begin(), key.end(), first);
    return key;
}

inline std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace wyn::crypto
