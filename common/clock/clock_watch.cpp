#include "clock/clock_watch.hpp"

#include <algorithm>
#include <cstdlib>

namespace wyn {

namespace {

// A step is a difference that the readings' own uncertainty does not explain.
constexpr Duration smallest_step = 1us;
// Closer together two readings say little about a rate.
constexpr Duration shortest_for_a_rate = 100ms;
// In ppb; the kernel's own limits are 500,000 for the frequency and 1e8 for the tick.
constexpr double largest_slew = 1e9;

// The wall clock of the monotonic one.
Duration ahead(const ClockReading& reading) noexcept {
    return reading.wall.time_since_epoch() - reading.mono.time_since_epoch();
}

} // namespace

void ClockWatch::observe(const ClockReading& reading) noexcept {
    if (state_) {
        note_step(reading);
        note_slew(reading);
    } else {
        state_.emplace();
    }
    state_->discipline = reading.discipline;
    state_->wall_ahead = ahead(reading);
    last_ = reading;
}

void ClockWatch::note_step(const ClockReading& reading) noexcept {
    const Duration moved = ahead(reading) - ahead(last_);
    if (std::chrono::abs(moved) > reading.took + last_.took + smallest_step) ++state_->steps;
}

void ClockWatch::note_slew(const ClockReading& reading) noexcept {
    const Duration raw = reading.raw - last_.raw;
    if (raw < shortest_for_a_rate) return;
    const Duration gained = (reading.mono - last_.mono) - raw;
    const double ppb = static_cast<double>(gained.count()) / static_cast<double>(raw.count()) * 1e9;
    const auto slew = static_cast<std::int32_t>(std::clamp(ppb, -largest_slew, largest_slew));
    state_->slew_ppb = slew;
    if (!first_slew_) first_slew_ = slew;
    largest_change_ = std::max(largest_change_, std::abs(slew - *first_slew_));
}

} // namespace wyn
