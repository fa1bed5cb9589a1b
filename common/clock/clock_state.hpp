// What is known about a host's clocks: how well its wall clock is disciplined, whether it was
// stepped, and how much its monotonic clock is being steered.
#pragma once

#include "clock/time.hpp"

#include <optional>
#include <string_view>

namespace wyn {

// The numbers travel in ECHO.
enum class ClockSync : std::uint8_t {
    unknown = 0,        // the kernel does not say, or what it says means nothing
    unsynchronised = 1, // the kernel says that nobody disciplines the wall clock
    synchronised = 2,   // somebody does, says the kernel
};
inline constexpr ClockSync last_clock_sync = ClockSync::synchronised;
std::string_view name(ClockSync sync);

// What adjtimex() says, read with care.
struct ClockDiscipline {
    ClockSync sync = ClockSync::unknown;
    // How far the wall clock is off UTC at most, as who disciplines it claims; 0 to 16 s. Nothing:
    // not known.
    std::optional<Duration> max_error;

    bool operator==(const ClockDiscipline&) const = default;
};

// `unsynchronised` is the kernel's STA_UNSYNC, `max_error_us` its maxerror. Three traps (checked in
// the sources of Linux 6.1, chrony 4 and systemd 252):
//   - without anybody maxerror grows by 500 us a second up to 16 s, where STA_UNSYNC gets set; only
//     the two together mean that nobody disciplines the clock. chrony leaves STA_UNSYNC set unless
//     it is told `rtcsync`, and keeps maxerror right all the same: then nothing is said of the
//     state, and the bound counts;
//   - systemd-timesyncd writes 0 at each of its polls, so that a multiple of 500 us is the age of
//     the last poll and no bound;
//   - STA_NANO and esterror say nothing about quality and are not read.
ClockDiscipline discipline_from(bool unsynchronised, std::int64_t max_error_us) noexcept;

struct ClockState {
    ClockDiscipline discipline;
    std::uint32_t steps = 0; // of the wall clock that were seen: it was set, or a leap second came
    // By how many billionths the monotonic clock ran faster than the crystal below it
    // (CLOCK_MONOTONIC_RAW) between the last two readings: what NTP corrects. 0 before the second.
    std::int32_t slew_ppb = 0;
    // By how much the wall clock was ahead of the monotonic one at the last reading. Of two hosts
    // with synchronised wall clocks it tells how far their monotonic ones are apart.
    Duration wall_ahead{};

    bool operator==(const ClockState&) const = default;
};

} // namespace wyn
