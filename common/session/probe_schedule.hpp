// When each probe of a flow is to leave. The times are fixed by the interval, the seed and the
// beginning; nothing that happens moves them.
#pragma once

#include "base/random.hpp"
#include "session/port_link.hpp"

namespace wyn::session {

class ProbeSchedule {
public:
    ProbeSchedule(MonoTime begin, Duration interval, ProbeTiming timing, std::uint64_t seed);

    // The next time that has not been taken yet.
    MonoTime next() const { return next_; }

    struct Slot {
        MonoTime planned;
        std::uint32_t skipped = 0; // times before it that have passed unused
    };
    // The newest of the times up to `now`, of which there is one at least. Those before it have
    // passed and are not caught up with: that would be a burst, which the path does not see
    // otherwise.
    Slot take(MonoTime now);

private:
    Duration gap();

    SeededRandom random_;
    Duration interval_;
    ProbeTiming timing_;
    MonoTime next_;
};

} // namespace wyn::session
