// The input of a fuzz target as a script: each step takes some bytes from the front. Past its end a
// script gives zeros, so that any bytes are a whole script.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wyn::fuzz {

class Script {
public:
    Script(const std::uint8_t* data, std::size_t size) : left_{data, size} {}

    bool done() const { return left_.empty(); }

    std::uint8_t u8() {
        if (left_.empty()) return 0;
        const std::uint8_t byte = left_[0];
        left_ = left_.subspan(1);
        return byte;
    }
    std::uint16_t u16() {
        const std::uint8_t high = u8();
        return static_cast<std::uint16_t>(high << 8 | u8());
    }
    std::uint32_t u32() {
        const std::uint16_t high = u16();
        return std::uint32_t{high} << 16 | u16();
    }
    std::uint64_t u64() {
        const std::uint32_t high = u32();
        return std::uint64_t{high} << 32 | u32();
    }
    // A number from 0 to bound - 1.
    std::uint8_t below(std::uint8_t bound) { return static_cast<std::uint8_t>(u8() % bound); }

    // At most `count` bytes, as many as there are. A copy of exactly their size, so that the
    // address sanitizer sees a read one byte beyond.
    std::vector<std::uint8_t> bytes(std::size_t count) {
        const auto taken = left_.first(std::min(count, left_.size()));
        left_ = left_.subspan(taken.size());
        return {taken.begin(), taken.end()};
    }
    // Bytes whose number stands before them in 16 bits.
    std::vector<std::uint8_t> counted_bytes() { return bytes(u16()); }
    // The same with zeros for what is missing to `size`, and cut to it.
    std::vector<std::uint8_t> padded_bytes(std::size_t size) {
        std::vector<std::uint8_t> taken = bytes(size);
        taken.resize(size);
        return taken;
    }

private:
    std::span<const std::uint8_t> left_;
};

} // namespace wyn::fuzz
