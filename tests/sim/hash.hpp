// FNV-1a (Fowler, Noll and Vo): for names and addresses of the simulation, never against an
// attacker.
#pragma once

#include <cstdint>

namespace wyn::sim {

inline constexpr std::uint64_t fnv_begin = 0xcbf29ce484222325;

// The hash of what came before `bytes`, with them.
template <typename Bytes>
constexpr std::uint64_t fnv1a(const Bytes& bytes, std::uint64_t hash = fnv_begin) {
    for (const auto byte : bytes)
        hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3;
    return hash;
}

} // namespace wyn::sim
