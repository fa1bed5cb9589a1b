#include "clock/system_clock.hpp"

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

void sleep_for(Duration duration) noexcept {
    if (duration <= Duration::zero()) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    const timespec time{.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}

} // namespace wyn
