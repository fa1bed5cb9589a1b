// Waiting for the kernel without sleeping longer than it takes: every wait ends with the event, or
// fails the test after a bound that no healthy machine reaches.
#pragma once

#include "clock/system_clock.hpp"

#include <poll.h>

namespace wyn::edge {

inline constexpr Duration patience = 4s;

// True as soon as the descriptor is readable (or in error); false after `bound`.
inline bool readable(int fd, Duration bound = patience) {
    pollfd watched{fd, POLLIN, 0};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(bound).count();
    return ::poll(&watched, 1, static_cast<int>(ms)) == 1;
}

// True as soon as `condition()` is; false after `bound`.
template <typename Condition>
bool comes_true(Condition condition, Duration bound = patience) {
    const MonoTime end = mono_now() + bound;
    while (!condition()) {
        if (mono_now() > end) return false;
        ::poll(nullptr, 0, 1); // lets others run for a millisecond
    }
    return true;
}

} // namespace wyn::edge
