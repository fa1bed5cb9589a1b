// The monotonic clock of one simulated host: it starts anywhere and runs a little fast or slow.
#pragma once

#include "sim/event_queue.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::sim {

struct HostClock {
    MonoTime start{}; // what it says when the simulation begins, not negative
    // Parts per billion that it runs fast, at most 1,000,000 either way, which keeps the product
    // below within 64 bits for two simulated hours. Crystals stay within 100,000.
    std::int64_t drift = 0;

    MonoTime at(SimTime time) const {
        const Duration passed = time.time_since_epoch();
        return start + passed + Duration{passed.count() * drift / 1'000'000'000};
    }

    // The first moment at which the clock says `time` or more; never before the simulation.
    SimTime when(MonoTime time) const {
        if (time == never) return end_of_time;
        const Duration passed = std::max(time - start, Duration::zero());
        const double ratio = 1.0 + static_cast<double>(drift) / 1e9;
        SimTime guess{Duration{std::llround(static_cast<double>(passed.count()) / ratio)}};
        while (guess > SimTime{} && at(guess) >= time)
            guess -= Duration{1};
        while (at(guess) < time)
            guess += Duration{1};
        return guess;
    }
};

} // namespace wyn::sim
