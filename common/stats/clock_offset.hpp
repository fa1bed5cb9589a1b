// What is believed about the offset between the two hosts' clocks, and how far it can be off.
#pragma once

#include "clock/clock_state.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wyn::stats {

// The offset by the clocks' own word, where both ends say how far they are off at most: how far the
// server's monotonic time line is ahead of ours when their wall clocks agree, and the sum of the
// two.
struct ClaimedOffset {
    Duration offset{};
    Duration error{};
};
// Nothing when one of the two says nothing.
std::optional<ClaimedOffset> claimed_offset(const std::optional<ClockState>& near,
                                            const std::optional<ClockState>& far) noexcept;

enum class OffsetBasis : std::uint8_t {
    half_rtt,     // the middle of what the round trips allow
    synchronised, // the word of both clocks, which is better, and the round trips agree
    contradicted, // the round trips prove that word wrong: the middle again
};
std::string_view name(OffsetBasis basis) noexcept;

struct ClockOffset {
    Duration offset{};
    Duration bound{}; // the true offset is within `offset` +- `bound`
    OffsetBasis basis = OffsetBasis::half_rtt;
};

// `middle` +- `bound`, from 0 up, is what the round trips allow.
ClockOffset judge_offset(Duration middle, Duration bound,
                         const std::optional<ClaimedOffset>& claimed) noexcept;

} // namespace wyn::stats
