// Finds where the round trip went to another level for good: another route, a queue that stands.
//
// What is compared is the lowest round trip of each second, so a burst of jitter is no step. Three
// seconds in a row must agree.
#pragma once

#include "stats/clock_steps.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace wyn::stats {

struct DelayStep {
    MonoTime at{}; // about: when the first second of the new level began
    std::uint32_t number = 0;
    Duration from{}; // lowest round trip before and after
    Duration to{};
    // How much of it is in each direction. The drift between the clocks is in both, with opposite
    // signs.
    Duration there{};
    Duration back{};
    Duration apart{}; // the time over which they drifted

    bool operator==(const DelayStep&) const = default;
};

class DelayStepWatch {
public:
    static constexpr Duration block_length = 1s;
    static constexpr std::size_t least_in_block =
        10; // probes; blocks are longer when these are rare
    static constexpr std::size_t blocks_to_agree = 3;
    // A step is larger than this, than a tenth of the round trip, and than four times what the
    // lowest round trips of a second wander anyway.
    static constexpr Duration smallest_step = 20us;

    // The next probe that returned. Times within +-2^60 ns.
    std::optional<DelayStep> record(const OneWaySample& sample) noexcept;
    // A clock was stepped: one-way times of before and after have nothing to do with each other.
    void forget_directions() noexcept { directions_known_ = false; }

private:
    struct Block {
        MonoTime from{};
        std::uint32_t number = 0;
        std::size_t count = 0;
        Duration rtt{};
        Duration there{};
        Duration back{};
    };

    std::optional<DelayStep> judge(const Block& block) noexcept;
    DelayStep move_to(const Block& block) noexcept;

    Block open_;
    std::optional<Block> level_;
    Duration wander_{};
    std::array<Block, blocks_to_agree> apart_{}; // the latest, which are away from the level
    std::size_t apart_count_ = 0;
    bool directions_known_ = true;
};

} // namespace wyn::stats
