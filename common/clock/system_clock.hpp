// The kernel's clocks. The only file of the project that reads one, or waits for one by itself.
#pragma once

#include "clock/clock_watch.hpp"

#include <optional>

namespace wyn {

// CLOCK_MONOTONIC. 20 ns a call through the vDSO: once per wake-up or train, never per datagram.
MonoTime mono_now() noexcept;
// CLOCK_REALTIME.
WallTime wall_now() noexcept;

// All three clocks, as close together as one of five attempts gets them (some 100 ns), with what
// adjtimex() says. That is a plain read, free of privileges, but the seccomp filter of a service
// (systemd's ProtectClock=) may forbid it: then nothing is known. About 2 us: once a second.
ClockReading read_clocks() noexcept;

// CLOCK_THREAD_CPUTIME_ID: how long this thread has been running on a CPU. A system call; nothing
// where the kernel refuses it.
std::optional<Duration> thread_time_used() noexcept;

// Holds this thread for so long, at least but for a signal; not at all when it is not positive.
void sleep_for(Duration duration) noexcept;

} // namespace wyn
