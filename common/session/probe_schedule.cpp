#include "session/probe_schedule.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::session {

namespace {

// Of the mean, so that the longest gap is one that a test can wait for. One gap of 148 is cut.
constexpr double longest_gap = 5;

} // namespace

ProbeSchedule::ProbeSchedule(MonoTime begin, Duration interval, ProbeTiming timing,
                             std::uint64_t seed)
    : random_{seed}, interval_{interval}, timing_{timing}, next_{begin} {
    WYN_CHECK(interval >= shortest_probe_interval);
    // A phase by chance, so that no flow begins with what it measures (RFC 3432, section 4).
    next_ += from_seconds(random_.unit() * to_seconds(interval));
}

Duration ProbeSchedule::gap() {
    if (timing_ == ProbeTiming::periodic) return interval_;
    const double means = std::min(-std::log1p(-random_.unit()), longest_gap);
    return from_seconds(means * to_seconds(interval_));
}

ProbeSchedule::Slot ProbeSchedule::take(MonoTime now) {
    WYN_CHECK(next_ <= now);
    Slot slot{.planned = next_};
    next_ += gap();
    for (; next_ <= now; next_ += gap()) {
        slot.planned = next_;
        ++slot.skipped;
    }
    return slot;
}

} // namespace wyn::session
