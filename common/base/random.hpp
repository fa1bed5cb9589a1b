// Chance as an argument. Production hands in the kernel's generator (rt/system_random.hpp), tests a
// seeded one, so that every run can be repeated from its seed.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wyn {

class Random {
public:
    virtual ~Random() = default;

    // Overwrites all of `out` with random bytes.
    virtual void fill(std::span<std::uint8_t> out) = 0;

    std::uint64_t u64();
    // Uniform in [0, bound); bound must not be 0. Free of modulo bias.
    std::uint64_t below(std::uint64_t bound);
    // Uniform in [0, 1).
    double unit();
    bool chance(double probability) { return unit() < probability; }

    template <std::size_t N>
    std::array<std::uint8_t, N> bytes() {
        std::array<std::uint8_t, N> out;
        fill(out);
        return out;
    }
};

// xoshiro256** (Blackman and Vigna, 2018), seeded through splitmix64. Fast and repeatable; never
// for secrets.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed);
    void fill(std::span<std::uint8_t> out) override;

private:
    std::uint64_t next();
    std::array<std::uint64_t, 4> state_{};
};

} // namespace wyn
