// The offset and the skew between two clocks that nobody synchronised, out of probes that crossed
// the path both ways.
//
// Let theta(t) be how far the server's clock is ahead of ours. No datagram arrives before it was
// sent, so of each probe theta(T1) <= there = T2 - T1 and -back = T3 - T4 <= theta(T4). Clocks
// drift by a constant rate over a minute: theta is a straight line, below all points of the way
// there and above all (negated) points of the way back. Of all slopes the fit takes the one whose
// channel between the two clouds is the widest, which minimises the sum of all distances to the two
// lines that bound it. A direction that is congested throughout does no harm, as long as the other
// one is not: both clouds share one slope. (A one-sided hull, as of Zhang, Liu and Xia, INFOCOM
// 2002, sees the onset of a queue as skew.)
//
// Nothing can be known beyond that channel: where in it theta lies is the asymmetry of the path. So
// the middle is taken and half the width stated, which is half the lowest round trip. That bound
// holds for certain for every straight theta whose rate is within `largest_skew`.
#pragma once

#include "clock/time.hpp"
#include "stats/lower_hull.hpp"

#include <optional>

namespace wyn::stats {

// Two crystals of +-100 ppm, and what NTP slews a clock by at most, 500 ppm (adjtimex(2)), not both
// at once.
inline constexpr double largest_skew = 500e-6;

// Times are nanoseconds since an origin of the caller's choice.
struct ClockFit {
    double skew = 0; // how much the server's clock gains on ours per second, in seconds
    // No line with a rate outside of these is possible at all.
    double least_skew = -largest_skew;
    double most_skew = largest_skew;
    // The floors of the measured one-way times: there(t) >= there_floor + skew * t and
    // back(t) >= back_floor - skew * t, both touched.
    double there_floor_ns = 0;
    double back_floor_ns = 0;
    // Half the width of the channel, half the lowest round trip free of skew.
    double half_gap_ns = 0;
    // |theta(t) - offset_ns(t)| is at most that over the time that was asked for.
    double bound_ns = 0;

    // How far the server's clock is ahead of ours at t, in the middle of what is possible.
    double offset_ns(double t) const noexcept {
        return (there_floor_ns - back_floor_ns) / 2 + skew * t;
    }
};

// What there is to know of a stretch of time: the lowest points of both directions.
struct ClockEvidence {
    LowerHull there; // (T1, T2 - T1)
    LowerHull back;  // (T4, T4 - T3)
    // Of all probes: T4 - T1.
    double sum_of_spans_ns = 0;
    double probes = 0;

    // Times in nanoseconds: T1, T4, T2 - T1 and T4 - T3.
    void add(double sent, double received, double there_ns, double back_ns) noexcept;
    void add_all(const ClockEvidence& other) noexcept;
};

// Nothing without probes, or when no straight line fits: a clock was stepped or slewed hard, or the
// other end does not tell the truth. The bound is for all t from the first T1 to the last T4.
std::optional<ClockFit> fit_clocks(const ClockEvidence& evidence);

} // namespace wyn::stats
