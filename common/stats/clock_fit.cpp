#include "stats/clock_fit.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace wyn::stats {

namespace {

// The slopes at which something changes: those of the hulls' edges within the limits, and these.
std::vector<double> corners(const ClockEvidence& evidence, double low, double high) {
    std::vector<double> slopes{low, high};
    const auto add_edges = [&](const LowerHull& hull, double sign) {
        const auto points = hull.points();
        for (std::size_t i = 1; i < points.size(); ++i) {
            const double slope =
                sign * (points[i].y - points[i - 1].y) / (points[i].x - points[i - 1].x);
            if (slope > low && slope < high) slopes.push_back(slope);
        }
    };
    add_edges(evidence.there, 1);
    add_edges(evidence.back, -1);
    std::ranges::sort(slopes);
    return slopes;
}

// The width of the channel between the two clouds; negative where they overlap.
double gap(const ClockEvidence& evidence, double slope) noexcept {
    return evidence.there.support(slope) + evidence.back.support(-slope);
}

// The mean distance of all probes from the two lines, without what does not depend on the slope, is
// the less the larger this is. T4 comes later than T1, so a slope widens the gap by itself.
double merit(const ClockEvidence& evidence, double slope) noexcept {
    const double mean_span = evidence.sum_of_spans_ns / evidence.probes;
    return gap(evidence, slope) - slope * mean_span;
}

// The merit is concave and piecewise linear: it is largest at a corner, or from one to the next,
// and then the slope nearest to none is as good as any.
double best_slope(const ClockEvidence& evidence) {
    const auto slopes = corners(evidence, -largest_skew, largest_skew);
    double most = merit(evidence, slopes.front());
    for (const double slope : slopes)
        most = std::max(most, merit(evidence, slope));
    // Distances in nanoseconds are sums of numbers below 2^53 times an error of 2^-53.
    constexpr double rounding_ns = 1e-3;
    double first = largest_skew;
    double last = -largest_skew;
    for (const double slope : slopes) {
        if (merit(evidence, slope) < most - rounding_ns) continue;
        first = std::min(first, slope);
        last = std::max(last, slope);
    }
    return std::clamp(0.0, first, last);
}

// The last slope from `inside` towards `limit` whose channel is open.
double edge_of_possible(const ClockEvidence& evidence, double inside, double limit) noexcept {
    if (gap(evidence, limit) >= 0) return limit;
    constexpr int halvings = 60;
    for (int i = 0; i < halvings; ++i) {
        const double middle = (inside + limit) / 2;
        (gap(evidence, middle) >= 0 ? inside : limit) = middle;
    }
    return limit;
}

// How far above and below the middle any possible line gets at t.
double reach(const ClockEvidence& evidence, const ClockFit& fit, const std::vector<double>& slopes,
             double t) noexcept {
    double above = 0;
    double below = 0;
    for (const double slope : slopes) {
        above = std::max(above, evidence.there.support(slope) + slope * t - fit.offset_ns(t));
        below = std::max(below, fit.offset_ns(t) + evidence.back.support(-slope) - slope * t);
    }
    return std::max(above, below);
}

} // namespace

void ClockEvidence::add(double sent, double received, double there_ns, double back_ns) noexcept {
    there.add({sent, there_ns});
    back.add({received, back_ns});
    sum_of_spans_ns += received - sent;
    probes += 1;
}

void ClockEvidence::add_all(const ClockEvidence& other) noexcept {
    there.add_all(other.there);
    back.add_all(other.back);
    sum_of_spans_ns += other.sum_of_spans_ns;
    probes += other.probes;
}

std::optional<ClockFit> fit_clocks(const ClockEvidence& evidence) {
    if (evidence.there.empty() || evidence.back.empty()) return std::nullopt;
    ClockFit fit{.skew = best_slope(evidence)};
    const double width = gap(evidence, fit.skew);
    if (!(width >= 0)) return std::nullopt;
    fit.there_floor_ns = evidence.there.support(fit.skew);
    fit.back_floor_ns = evidence.back.support(-fit.skew);
    fit.half_gap_ns = width / 2;
    fit.least_skew = edge_of_possible(evidence, fit.skew, -largest_skew);
    fit.most_skew = edge_of_possible(evidence, fit.skew, largest_skew);
    // What is possible at t is convex in t, so it is worst at an end.
    const auto slopes = corners(evidence, fit.least_skew, fit.most_skew);
    fit.bound_ns = std::max(reach(evidence, fit, slopes, evidence.there.points().front().x),
                            reach(evidence, fit, slopes, evidence.back.points().back().x));
    return fit;
}

} // namespace wyn::stats
