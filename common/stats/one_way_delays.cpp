#include "stats/one_way_delays.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::stats {

namespace {

double ns_of(Duration duration) noexcept {
    return static_cast<double>(duration.count());
}

Duration rounded(double ns) noexcept {
    constexpr double most = 9.2e18; // below 2^63, where llround() ends
    return Duration{std::llround(std::clamp(ns, -most, most))};
}

// Up to the next whole nanosecond, and one for the rounding of the sums behind it.
Duration bound_of(double ns) noexcept {
    return rounded(std::ceil(ns) + 1);
}

} // namespace

OneWayDelays::OneWayDelays() {
    kept_.reserve(most_kept);
}

std::optional<OneWayDelays::Step> OneWayDelays::record(const OneWaySample& sample) {
    const auto settled = watch_.push(sample);
    if (!settled) return std::nullopt;
    if (settled->step == Duration::zero()) {
        take(settled->sample);
        return std::nullopt;
    }
    settle(kept_.size());
    begin_stretch();
    ++steps_;
    take(settled->sample);
    return Step{.before_number = settled->sample.number, .size = settled->step};
}

void OneWayDelays::take(const OneWaySample& sample) {
    if (!kept_.empty() && sample.sent - kept_.front().sent > window) {
        const auto old = [&](const OneWaySample& one) {
            return sample.sent - one.sent > window / 2;
        };
        settle(static_cast<std::size_t>(std::ranges::count_if(kept_, old)));
    }
    if (kept_.size() == most_kept) settle(most_kept / 2);
    add(stretch_, sample);
    kept_.push_back(sample);
}

// Settled samples leave the evidence a minute later at the earliest.
void OneWayDelays::add(Stretch& stretch, const OneWaySample& sample) {
    if (!stretch.begun) {
        stretch.begun = true;
        stretch.origin = stretch.before_from = stretch.current_from = sample.sent;
        stretch.base = sample.there;
    }
    if (sample.sent - stretch.current_from > window) {
        stretch.before = stretch.current;
        stretch.before_from = stretch.current_from;
        stretch.current = {};
        stretch.current_from = sample.sent;
    }
    stretch.current.add(ns_of(sample.sent - stretch.origin),
                        ns_of(sample.received - stretch.origin), ns_of(sample.there - stretch.base),
                        ns_of(sample.back + stretch.base));
}

std::optional<ClockFit> OneWayDelays::fit_of(const Stretch& stretch) {
    ClockEvidence evidence = stretch.before;
    evidence.add_all(stretch.current);
    return fit_clocks(evidence);
}

void OneWayDelays::begin_stretch() {
    stretch_ = {};
    kept_.clear();
    totals_.previous.reset();
}

// The first `count` kept samples become part of the totals. Where no line fits, all that is in
// sight is given up: it cannot be told which part of it is wrong.
void OneWayDelays::settle(std::size_t count) {
    if (count == 0) return;
    const auto fit = fit_of(stretch_);
    if (!fit) count = kept_.size();
    for (std::size_t i = 0; i < count; ++i)
        measure(stretch_, fit, kept_[i], totals_);
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(count));
    if (!fit) return begin_stretch();
    totals_.largest_bound = std::max(totals_.largest_bound, bound_of(fit->bound_ns));
}

void OneWayDelays::measure(const Stretch& stretch, const std::optional<ClockFit>& fit,
                           const OneWaySample& sample, Totals& into) {
    if (!fit) {
        ++into.without_fit;
        into.previous.reset();
        return;
    }
    const double sent = ns_of(sample.sent - stretch.origin);
    const double received = ns_of(sample.received - stretch.origin);
    // Free of the skew, from here on.
    const double there = ns_of(sample.there - stretch.base) - fit->skew * sent;
    const double back = ns_of(sample.back + stretch.base) + fit->skew * received;
    into.up.newest_queueing = rounded(there - fit->there_floor_ns);
    into.down.newest_queueing = rounded(back - fit->back_floor_ns);
    into.up.queueing.record(*into.up.newest_queueing);
    into.down.queueing.record(*into.down.newest_queueing);
    into.up.jitter.record(rounded(there));
    into.down.jitter.record(rounded(back));
    if (into.previous && into.previous->number + 1 == sample.number) {
        const OneWaySample& last = *into.previous;
        into.up.variation.record(
            rounded(ns_of(sample.there - last.there) - fit->skew * ns_of(sample.sent - last.sent)));
        into.down.variation.record(rounded(ns_of(sample.back - last.back) +
                                           fit->skew * ns_of(sample.received - last.received)));
    }
    into.previous = sample;
}

// In the order of sending: those past the watch for steps, then those that it still holds.
std::vector<OneWaySample> OneWayDelays::unsettled() const {
    std::vector<OneWaySample> samples = kept_;
    for (std::size_t i = 0; i < watch_.waiting(); ++i)
        samples.push_back(watch_.waiting_at(i));
    return samples;
}

OneWayDelays::Stretch OneWayDelays::with_all_in_sight() const {
    Stretch stretch = stretch_;
    for (std::size_t i = 0; i < watch_.waiting(); ++i)
        add(stretch, watch_.waiting_at(i));
    return stretch;
}

OneWayPicture OneWayDelays::picture() const {
    const Stretch stretch = with_all_in_sight();
    const auto fit = fit_of(stretch);
    Totals totals = totals_;
    for (const OneWaySample& sample : unsettled())
        measure(stretch, fit, sample, totals);
    OneWayPicture picture{.up = totals.up,
                          .down = totals.down,
                          .clocks = {},
                          .largest_bound = totals.largest_bound,
                          .clock_steps = steps_,
                          .without_fit = totals.without_fit};
    if (!fit || !totals.previous) return picture;
    const double now = ns_of(totals.previous->sent - stretch.origin);
    picture.up.lowest = stretch.base + rounded(fit->there_floor_ns + fit->skew * now);
    picture.down.lowest = rounded(fit->back_floor_ns - fit->skew * now) - stretch.base;
    picture.clocks = OneWayPicture::Clocks{.offset = stretch.base + rounded(fit->offset_ns(now)),
                                           .half_gap = rounded(fit->half_gap_ns),
                                           .bound = bound_of(fit->bound_ns),
                                           .skew = fit->skew,
                                           .least_skew = fit->least_skew,
                                           .most_skew = fit->most_skew,
                                           .covers = totals.previous->sent - stretch.before_from};
    picture.largest_bound = std::max(picture.largest_bound, picture.clocks->bound);
    return picture;
}

OneWayDelays::Series OneWayDelays::newest() const {
    const Stretch stretch = with_all_in_sight();
    const auto fit = fit_of(stretch);
    Series series;
    Totals scratch;
    for (const OneWaySample& sample : unsettled()) {
        series.rtt.push_back(sample.rtt());
        if (!fit) continue;
        measure(stretch, fit, sample, scratch);
        series.up.push_back(*scratch.up.newest_queueing);
        series.down.push_back(*scratch.down.newest_queueing);
    }
    return series;
}

double OneWayDelays::skew() const {
    const auto fit = fit_of(with_all_in_sight());
    return fit ? fit->skew : 0;
}

} // namespace wyn::stats
