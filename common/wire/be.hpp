// Unsigned integers as they lie on the wire: big-endian, unaligned, never in host order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace wyn::wire {

template <std::size_t N>
    requires(N >= 1 && N <= 8)
struct Be {
    std::array<std::uint8_t, N> bytes{};

    constexpr Be() = default;
    // Keeps the low 8*N bits; callers range-check what they encode.
    constexpr Be(std::uint64_t value) { set(value, std::make_index_sequence<N>{}); }

    // Fold expressions instead of loops: g++ 12 turns them into one load or store and a byte swap.
    constexpr std::uint64_t get() const { return get(std::make_index_sequence<N>{}); }
    constexpr std::uint16_t u16() const
        requires(N <= 2)
    {
        return static_cast<std::uint16_t>(get());
    }
    constexpr std::uint32_t u32() const
        requires(N <= 4)
    {
        return static_cast<std::uint32_t>(get());
    }

    constexpr bool operator==(const Be&) const = default;

private:
    template <std::size_t... I>
    constexpr std::uint64_t get(std::index_sequence<I...>) const {
        return (... | (std::uint64_t{bytes[I]} << 8 * (N - 1 - I)));
    }
    template <std::size_t... I>
    constexpr void set(std::uint64_t value, std::index_sequence<I...>) {
        ((bytes[I] = static_cast<std::uint8_t>(value >> 8 * (N - 1 - I))), ...);
    }
};

} // namespace wyn::wire
