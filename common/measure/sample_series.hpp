// What a full path carried, step by step, and what can be said about its mean: batch means with a
// confidence interval, and where it has changed.
#pragma once

#include "measure/step_book.hpp"

#include <optional>
#include <span>
#include <vector>

namespace wyn::measure {

// One step, or several that were joined.
struct Sample {
    Flow flow;              // what arrived
    Flow offered;           // what was sent for it, over the time in which that left
    bool saturated = false; // a queue or excess loss was seen
    double queue_seconds = 0;
    double sent = 0; // datagrams
    double lost = 0;

    double bps() const { return flow.bps(); }
};

// Weighted by time, so it is all bits by all seconds.
double mean_bps(std::span<const Sample> samples);
double seconds_of(std::span<const Sample> samples);
// Share of the samples' time in which the path was seen to be full.
double saturated_share(std::span<const Sample> samples);

// Half of the width of a 95 % confidence interval of the mean, relative to it. Neighbours that are
// not independent are joined before, three times at most: those that resemble each other would make
// it too narrow, and where what one lacks is in the next, as when jitter moves the border between
// them, too wide. Nothing below three samples.
std::optional<double> relative_half_width(std::span<const Sample> samples);

// By how much the means of both halves (by time) differ, relative to the whole.
double halves_differ(std::span<const Sample> samples);

// The samples without the leading ones in which the path was not full yet, or that are more than 3
// % above the median, as while a token bucket that was idle for a moment lets more through.
std::span<const Sample> settled(std::span<const Sample> samples);

// Where two means explain the samples far better than one: the index of the first sample behind
// the change; nothing when there is no such place, or either side has less than three samples.
struct Change {
    std::size_t at = 0;
    double f = 0; // variance that the change explains over what remains (F statistic)
};
std::optional<Change> largest_change(std::span<const Sample> samples);
// Standard deviation of the samples' rates, relative to their mean.
double relative_deviation(std::span<const Sample> samples);

// Samples in fixed memory: when there are too many, neighbours are joined.
class SampleSeries {
public:
    void add(const Sample& sample);
    void clear() { samples_.clear(); }
    // Forgets those before `index`.
    void drop_before(std::size_t index);
    std::span<const Sample> all() const { return samples_; }

private:
    std::vector<Sample> samples_;
};

} // namespace wyn::measure
