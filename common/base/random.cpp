#include "base/random.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <bit>

namespace wyn {

std::uint64_t Random::u64() {
    return std::bit_cast<std::uint64_t>(bytes<8>());
}

std::uint64_t Random::below(std::uint64_t bound) {
    WYN_CHECK(bound > 0);
    // Values under 2^64 mod bound would make the small remainders more likely: draw again.
    const std::uint64_t smallest_fair = (0 - bound) % bound;
    std::uint64_t drawn = u64();
    while (drawn < smallest_fair)
        drawn = u64();
    return drawn % bound;
}

double Random::unit() {
    return static_cast<double>(u64() >> 11) * 0x1p-53; // 53 bits: every double is exact
}

SeededRandom::SeededRandom(std::uint64_t seed) {
    for (std::uint64_t& word : state_) { // splitmix64
        seed += 0x9e3779b97f4a7c15;
        std::uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        word = mixed ^ (mixed >> 31);
    }
}

std::uint64_t SeededRandom::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const auto word = std::bit_cast<std::array<std::uint8_t, 8>>(next());
        const std::size_t taken = std::min(out.size(), word.size());
        std::copy_n(word.begin(), taken, out.begin());
        out = out.subspan(taken);
    }
}

} // namespace wyn
