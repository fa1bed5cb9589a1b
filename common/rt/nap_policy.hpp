// When, and for how long, a loop should sleep between its rounds. Pure.
//
// Many wake-ups in a row, for one or two descriptors each, cost more than what they are for: 200
// clients that probe 100 times a second wake a daemon 20,000 times, and 1,000 at rest wake it 1,200
// times with their heartbeats. With a nap after each round it finds several of them. What they
// measure is not touched, since the kernel stamps arrivals and answers say how long they were held.
#pragma once

#include "clock/time.hpp"

#include <cstddef>
#include <cstdint>

namespace wyn::rt {

// What the work at hand can bear.
enum class Haste : std::uint8_t {
    none,   // all is at rest: also timers may come 20 ms late
    some,   // probes to be answered: nothing waits for more than 1 ms, and timers come on time
    utmost, // a load: no naps
};

class NapPolicy {
public:
    // The longest nap with that much haste; zero: none.
    static Duration longest_nap(Haste haste);

    // A round of the loop served so many descriptors, and the next timer is due at `due`. Returns
    // how long to nap now, zero for not at all.
    Duration on_round(MonoTime began, MonoTime ended, std::size_t served, Haste haste,
                      MonoTime due);
    // The nap that was worth it was taken, and is over.
    void woke(MonoTime now);

private:
    MonoTime rested_until_{}; // when the last nap or the last round ended
    int busyness_ = 0;
    bool napped_ = false; // since the last round
};

} // namespace wyn::rt
