// What S3 makes of the steps in which the path was full: a mean with its confidence, whether that
// is enough, and whether there are two of them.
#pragma once

#include "measure/sample_series.hpp"

namespace wyn::measure {

// A mean and what it is made of.
struct Mean {
    double bps = 0;
    double half_width_bps = 0; // of its 95 % confidence interval
    double seconds = 0;
    double bits = 0;
    double offered_bps = 0; // to the path meanwhile
};

class S3Estimator {
public:
    void clear();
    void add(const Sample& sample);

    // The path was full for so many seconds, in most of the steps, and the mean is sure.
    bool converged(double saturated_seconds) const;
    // Of all since the path was full, or since the rate has changed for good; nothing below two
    // samples.
    std::optional<Mean> mean() const;
    std::optional<Mean> mean_of_all() const;
    // The higher rate before that change.
    const std::optional<Mean>& burst() const { return burst_; }
    // What a token bucket must have held so that the rate lasted for so long.
    double bucket_bits() const;

    bool was_full() const;
    double queue_seconds() const;
    double loss() const;
    double seconds() const { return seconds_of(series_.all()); }

private:
    void look_for_change();

    SampleSeries series_; // since the change
    SampleSeries before_; // what was before it
    std::optional<Mean> burst_;
    bool varies_ = false; // what looked like two rates was none
};

} // namespace wyn::measure
