#include "clock/system_clock.hpp"

#include <sys/timex.h>
#include <time.h>

namespace wyn {

static Duration read(clockid_t clock) noexcept {
    timespec time{};
    ::clock_gettime(clock, &time); // cannot fail for these two clocks
    return std::chrono::seconds{time.tv_sec} + Duration{time.tv_nsec};
}

MonoTime mono_now() noexcept {
    return MonoTime{read(CLOCK_MONOTONIC)};
}

WallTime wall_now() noexcept {
    return WallTime{read(CLOCK_REALTIME)};
}

// The wall and the monotonic clock between two readings of the raw one.
static ClockReading read_once() noexcept {
    const Duration before = read(CLOCK_MONOTONIC_RAW);
    ClockReading reading{.raw = {}, .wall = wall_now(), .mono = mono_now(), .discipline = {}};
    reading.took = read(CLOCK_MONOTONIC_RAW) - before;
    reading.raw = RawTime{before + reading.took / 2};
    return reading;
}

static ClockDiscipline read_discipline() noexcept {
    timex state{}; // modes = 0: reads
    if (::adjtimex(&state) < 0) return {};
    return discipline_from((state.status & STA_UNSYNC) != 0, state.maxerror);
}

ClockReading read_clocks() noexcept {
    static constexpr int attempts = 5;
    ClockReading best = read_once();
    for (int attempt = 1; attempt < attempts; ++attempt)
        if (const ClockReading another = read_once(); another.took < best.took) best = another;
    best.discipline = read_discipline();
    return best;
}

std::optional<Duration> thread_time_used() noexcept {
    timespec time{};
    if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return std::nullopt;
    return std::chrono::seconds{time.tv_sec} + Duration{time.tv_nsec};
}

void sleep_for(Duration duration) noexcept {
    if (duration <= Duration::zero()) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    const timespec time{.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}

} // namespace wyn
