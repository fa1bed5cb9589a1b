// Watches a host's three clocks for what would look like the network: steps of the wall clock and
// steering of the monotonic one.
//
// The wall clock is the monotonic one plus an offset that changes by steps only; the monotonic one
// differs from the raw one by steering only (timekeeping.c, checked for 6.1). So the differences of
// two readings tell the one from the other.
#pragma once

#include "clock/clock_state.hpp"

namespace wyn {

// The three clocks at one moment.
struct ClockReading {
    RawTime raw;
    WallTime wall;
    MonoTime mono;
    // From before the first of them was read to after the last one: how far they may be apart.
    Duration took{};
    ClockDiscipline discipline;
};

class ClockWatch {
public:
    // A reading, later than those before it. A second between two of them is enough.
    void observe(const ClockReading& reading) noexcept;

    // Nothing before the first reading.
    const std::optional<ClockState>& state() const noexcept { return state_; }
    // When the last reading was taken.
    MonoTime observed() const noexcept { return last_.mono; }
    // The most that the monotonic clock was steered apart from how it was at the second reading: a
    // change of skew, which no line through the delays fits.
    std::int32_t largest_slew_change_ppb() const noexcept { return largest_change_; }

private:
    void note_step(const ClockReading& reading) noexcept;
    void note_slew(const ClockReading& reading) noexcept;

    std::optional<ClockState> state_;
    ClockReading last_;
    std::optional<std::int32_t> first_slew_;
    std::int32_t largest_change_ = 0;
};

} // namespace wyn
