// A time that remembers who took it: a measuring tool must not lose that piece of truth.
#pragma once

#include "clock/time.hpp"

namespace wyn {

enum class StampOrigin : std::uint8_t {
    user,   // read by us, after the wake-up: includes scheduling delay
    kernel, // SO_TIMESTAMPNS: taken when the packet entered the socket layer
};

struct Stamp {
    MonoTime time;
    StampOrigin origin = StampOrigin::user;
};

} // namespace wyn
