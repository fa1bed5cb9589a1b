// When a loop should sleep a little between its rounds. Pure.
//
// Many wake-ups in a row, for one or two descriptors each, cost more than what they are for: 200
// clients that probe 100 times a second wake a daemon 20,000 times. With a nap after each round it
// finds several of them. What they measure is not touched, since the kernel stamps arrivals and
// answers say how long they were held.
#pragma once

#include "clock/time.hpp"

#include <cstddef>

namespace wyn::rt {

class NapPolicy {
public:
    static constexpr Duration nap = 500us;

    // A round of the loop served so many descriptors. True: a nap is worth it now.
    bool on_round(MonoTime began, MonoTime ended, std::size_t served);
    // The nap that was worth it was taken, and is over.
    void woke(MonoTime now);

private:
    MonoTime rested_until_{}; // when the last nap or the last round ended
    int busyness_ = 0;
    bool napped_ = false; // since the last round
};

} // namespace wyn::rt
