// Chance for production: the kernel's generator.
#pragma once

#include "base/random.hpp"

#include <array>

namespace wyn::rt {

// getrandom(2), fit for secrets. Draws 256 bytes at a time and forgets each one as it is handed
// out. One object belongs to one thread. Aborts with a line on stderr when the kernel has no
// randomness to give: there is no safe way on.
class SystemRandom final : public Random {
public:
    SystemRandom() = default;
    SystemRandom(const SystemRandom&) = delete; // a copy would hand out the same bytes again
    SystemRandom& operator=(const SystemRandom&) = delete;
    ~SystemRandom() override;

    void fill(std::span<std::uint8_t> out) override;

private:
    void refill();

    std::array<std::uint8_t, 256> drawn_{}; // 256: the most that getrandom() gives uninterrupted
    std::size_t used_ = drawn_.size();
};

} // namespace wyn::rt
