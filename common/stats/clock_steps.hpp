// Finds where one of two clocks was stepped, in the times of probes that crossed the path both
// ways.
//
// A step moves the one-way times of both directions by the same amount in opposite senses, from one
// probe to the next and for good, while the round trip stays as it was. A queue moves one of them,
// or both the same way; even where one queue fills as another one drains, they take their time. So
// each probe waits until some more are known; then those on either side of it are compared. (Only
// two queues, as good as equal and shorter than the time between two probes, that took turns just
// between them would look the same.)
#pragma once

#include "clock/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace wyn::stats {

// The times of a probe that returned.
struct OneWaySample {
    std::uint32_t number = 0;
    MonoTime sent{};     // T1
    MonoTime received{}; // T4
    Duration there{};    // T2 - T1, with the clocks' offset in it
    Duration back{};     // T4 - T3, with its opposite

    Duration rtt() const noexcept { return there + back; }
};

class ClockStepWatch {
public:
    // How many probes on either side tell a step.
    static constexpr std::size_t neighbours = 8;
    // Smaller steps are left to the fit.
    static constexpr Duration smallest_step = 100us;

    struct Settled {
        OneWaySample sample;
        // The step of the server's clock against ours right before this probe; zero: none.
        Duration step{};
    };

    // The next probe, in the order of sending. Gives the probe that has waited long enough, if
    // there is one. Times within +-2^60 ns.
    std::optional<Settled> push(const OneWaySample& sample) noexcept;
    // The stream is over: gives what still waits, one after the other.
    std::optional<Settled> pop() noexcept;

    // Those that still wait, from the oldest on.
    std::size_t waiting() const noexcept { return waiting_; }
    const OneWaySample& waiting_at(std::size_t index) const noexcept {
        return ring_[(first_ + settled_ + index) % kept];
    }

private:
    static constexpr std::size_t kept = 2 * neighbours;

    Duration step_before_oldest() const noexcept;
    const OneWaySample& at(std::size_t index) const noexcept {
        return ring_[(first_ + index) % kept];
    }

    std::array<OneWaySample, kept> ring_{}; // settled ones, then those that wait
    std::size_t first_ = 0;
    std::size_t settled_ = 0; // since the last step, at most `neighbours`
    std::size_t waiting_ = 0;
};

} // namespace wyn::stats
