// What happened on the path while it was watched: the few moments of a long measurement that people
// look for.
#pragma once

#include "clock/time.hpp"
#include "stats/delay_steps.hpp"
#include "stats/reordering.hpp"

#include <cstdint>
#include <variant>

namespace wyn::stats {

// As seen from the client.
enum class Way : std::uint8_t { up, down, unknown };

// Probes in a row that got no answer.
struct LossRun {
    MonoTime at{}; // when the first of them was sent
    std::uint32_t number = 0;
    std::uint32_t count = 0;
    std::uint32_t lost_up = 0;
    std::uint32_t lost_down = 0; // the others: nobody knows where
    // Between the sending of the answered probes on either side; where there is none, of the lost
    // ones themselves.
    Duration silence{};
    bool outage = false; // see OutageBegan
    bool ended = false;  // false: the measurement ended before it did

    bool operator==(const LossRun&) const = default;
};

// A loss run has become an outage: three probes or more in a second or more.
struct OutageBegan {
    MonoTime at{};
    std::uint32_t number = 0;

    bool operator==(const OutageBegan&) const = default;
};

struct Reordered {
    Way way = Way::unknown;
    Displacement displacement;

    bool operator==(const Reordered&) const = default;
};

struct DelayShift {
    DelayStep step;
    Way way =
        Way::unknown; // where three quarters of it or more are; unknown: in both, or no telling

    bool operator==(const DelayShift&) const = default;
};

struct ClockStep {
    MonoTime at{};
    std::uint32_t number = 0;
    Duration size{}; // of the server's clock against ours

    bool operator==(const ClockStep&) const = default;
};

using LatencyEvent = std::variant<LossRun, OutageBegan, Reordered, DelayShift, ClockStep>;

// Follows the runs of lost probes.
class LossRunWatch {
public:
    static constexpr Duration outage_length = 1s;
    static constexpr std::uint32_t outage_probes = 3;

    // What became of the next probe; `way` tells where a lost one was lost. Gives what ended or
    // began with it.
    std::optional<LatencyEvent> on_returned(MonoTime sent) noexcept;
    std::optional<LatencyEvent> on_lost(std::uint32_t number, MonoTime sent, Way way) noexcept;
    // The measurement is over.
    std::optional<LatencyEvent> finish() noexcept;

    std::uint64_t outages() const noexcept { return outages_; }
    Duration longest_outage() const noexcept { return longest_outage_; }

private:
    std::optional<LatencyEvent> close(MonoTime until, bool ended) noexcept;

    std::optional<MonoTime> last_returned_;
    MonoTime last_lost_{};
    LossRun run_; // open when it has probes
    std::uint64_t outages_ = 0;
    Duration longest_outage_{};
};

} // namespace wyn::stats
