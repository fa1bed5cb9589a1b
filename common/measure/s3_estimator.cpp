#include "measure/s3_estimator.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::measure {

namespace {

// Stop rule.
constexpr std::size_t least_samples = 8;
constexpr double least_saturated_share = 0.7;
constexpr double narrow_enough = 0.005;
// The goal of a result is 1 %. What is more precise would have cost a line of 1 Mbit/s, where the
// latency flow beside the load comes by whole packets, a second more (measured over the emulator).
constexpr double seconds_for_more = 0.8; // of a full path
constexpr double narrow_enough_then = 0.009;
constexpr double halves_tolerated = 0.01;

// Change of rate.
constexpr double significant_f = 40;
constexpr double much_lower = 0.93;
constexpr double flat = 0.06;
constexpr double higher_again = 1.05;

// Stamps say when a train has come, and a train may last for that long.
constexpr double stamp_seconds = 100e-6;

std::optional<Mean> mean_of(std::span<const Sample> samples) {
    if (samples.empty()) return std::nullopt;
    Flow sum;
    Flow offered;
    for (const Sample& sample : samples) {
        sum += sample.flow;
        offered += sample.offered;
    }
    // Of a few samples nothing is known but that they are not nothing.
    const double spread = relative_half_width(samples).value_or(1);
    const double relative = std::max(spread, stamp_seconds / sum.seconds);
    return Mean{.bps = sum.bps(),
                .half_width_bps = relative * sum.bps(),
                .seconds = sum.seconds,
                .bits = sum.bits,
                .offered_bps = offered.seconds > 0 ? offered.bps() : 0};
}

} // namespace

void S3Estimator::clear() {
    series_.clear();
    before_.clear();
    burst_.reset();
    varies_ = false;
}

void S3Estimator::add(const Sample& sample) {
    series_.add(sample);
    look_for_change();
}

void S3Estimator::look_for_change() {
    const auto samples = settled(series_.all());
    const auto change = largest_change(samples);
    if (!change || change->f < significant_f || varies_) return;
    const auto first = samples.first(change->at);
    const auto second = samples.subspan(change->at);
    if (burst_) {
        // A bucket does not fill again under load: this rate was not there to stay.
        if (mean_bps(second) < higher_again * mean_bps(first)) return;
        varies_ = true;
        burst_.reset();
        SampleSeries all = before_;
        for (const Sample& sample : series_.all())
            all.add(sample);
        series_ = all;
        return;
    }
    if (mean_bps(second) >= much_lower * mean_bps(first) || relative_deviation(first) > flat)
        return;
    burst_ = mean_of(first);
    const std::size_t from = series_.all().size() - second.size();
    before_.clear();
    for (const Sample& sample : series_.all().first(from))
        before_.add(sample);
    series_.drop_before(from);
}

std::optional<Mean> S3Estimator::mean() const {
    return mean_of(settled(series_.all()));
}

std::optional<Mean> S3Estimator::mean_of_all() const {
    return mean_of(series_.all());
}

double S3Estimator::bucket_bits() const {
    const auto second = mean();
    if (!burst_ || !second) return 0;
    return std::max(0.0, (burst_->bps - second->bps) * seconds_of(before_.all()));
}

bool S3Estimator::converged(double saturated_seconds) const {
    const auto samples = settled(series_.all());
    if (samples.size() < least_samples) return false;
    const double before = burst_ ? burst_->seconds : 0;
    const double own = seconds_of(samples);
    if (own + before < saturated_seconds) return false;
    if (saturated_share(samples) < least_saturated_share) return false;
    const auto width = relative_half_width(samples);
    const double wanted = own + before < seconds_for_more ? narrow_enough : narrow_enough_then;
    return width && *width <= wanted &&
           halves_differ(samples) <= std::max(halves_tolerated, 2 * *width);
}

bool S3Estimator::was_full() const {
    const auto samples = settled(series_.all());
    return samples.size() >= 2 && saturated_share(samples) >= least_saturated_share;
}

double S3Estimator::queue_seconds() const {
    double sum = 0;
    const auto samples = settled(series_.all());
    for (const Sample& sample : samples)
        sum += sample.queue_seconds * sample.flow.seconds;
    return samples.empty() ? 0 : sum / seconds_of(samples);
}

double S3Estimator::loss() const {
    double sent = 0;
    double lost = 0;
    for (const Sample& sample : settled(series_.all())) {
        sent += sample.sent;
        lost += sample.lost;
    }
    return sent > 0 ? lost / sent : 0;
}

} // namespace wyn::measure
