// The kernel's clocks. The only file of the project that reads one, or waits for one by itself.
#pragma once

#include "clock/time.hpp"

namespace wyn {

// CLOCK_MONOTONIC. 20 ns a call through the vDSO: once per wake-up or train, never per datagram.
MonoTime mono_now() noexcept;
// CLOCK_REALTIME.
WallTime wall_now() noexcept;

// Holds this thread for so long, at least but for a signal; not at all when it is not positive.
void sleep_for(Duration duration) noexcept;

} // namespace wyn
