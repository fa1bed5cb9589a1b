#include "measure/sample_series.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::measure {

namespace {

constexpr std::size_t most_samples = 1024;
constexpr std::size_t most_merges = 3;
constexpr std::size_t least_batches = 4;
constexpr double tolerated_correlation = 0.25;
constexpr double above_median = 1.03;
constexpr std::size_t least_of_a_side = 3;

Sample joined(const Sample& one, const Sample& other) {
    Sample sum = one;
    const double seconds = one.flow.seconds + other.flow.seconds;
    sum.flow += other.flow;
    sum.offered += other.offered;
    sum.saturated = one.saturated && other.saturated;
    sum.queue_seconds =
        (one.queue_seconds * one.flow.seconds + other.queue_seconds * other.flow.seconds) / seconds;
    sum.sent += other.sent;
    sum.lost += other.lost;
    return sum;
}

// Joins neighbours, the first with the second and so on; one that is left over joins the last pair.
void join_pairs(std::vector<Sample>& samples) {
    const std::size_t pairs = samples.size() / 2;
    if (pairs == 0) return;
    const bool odd = samples.size() % 2 == 1;
    for (std::size_t i = 0; i < pairs; ++i)
        samples[i] = joined(samples[2 * i], samples[2 * i + 1]);
    if (odd) samples[pairs - 1] = joined(samples[pairs - 1], samples.back());
    samples.resize(pairs);
}

// Sums of the squared distances from the mean, and of products of neighbouring distances; weighted
// by time, in units in which the weights have the mean 1.
struct Spread {
    double squares = 0;
    double products = 0;
};
Spread spread(std::span<const Sample> samples) {
    const double mean = mean_bps(samples);
    const double unit = seconds_of(samples) / static_cast<double>(samples.size());
    Spread sum;
    double before = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double weight = samples[i].flow.seconds / unit;
        const double distance = samples[i].bps() - mean;
        sum.squares += weight * distance * distance;
        if (i > 0) sum.products += weight * distance * before;
        before = distance;
    }
    return sum;
}

// The 97.5th percentile of Student's t distribution, by the Cornish-Fisher expansion (Abramowitz
// and Stegun, 26.7.5); within 1 % from three degrees of freedom on.
double student(double degrees) {
    const double z = 1.959964;
    const double z3 = z * z * z;
    const double z5 = z3 * z * z;
    const double z7 = z5 * z * z;
    return z + (z3 + z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees * degrees) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * degrees * degrees * degrees);
}

double median_bps(std::span<const Sample> samples) {
    std::vector<double> rates;
    rates.reserve(samples.size());
    for (const Sample& sample : samples)
        rates.push_back(sample.bps());
    const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
    std::ranges::nth_element(rates, middle);
    return *middle;
}

} // namespace

double seconds_of(std::span<const Sample> samples) {
    double seconds = 0;
    for (const Sample& sample : samples)
        seconds += sample.flow.seconds;
    return seconds;
}

double mean_bps(std::span<const Sample> samples) {
    Flow sum;
    for (const Sample& sample : samples)
        sum += sample.flow;
    return sum.seconds > 0 ? sum.bps() : 0;
}

double saturated_share(std::span<const Sample> samples) {
    double saturated = 0;
    for (const Sample& sample : samples)
        if (sample.saturated) saturated += sample.flow.seconds;
    const double all = seconds_of(samples);
    return all > 0 ? saturated / all : 0;
}

std::optional<double> relative_half_width(std::span<const Sample> samples) {
    if (samples.size() < 3) return std::nullopt;
    std::vector<Sample> batches{samples.begin(), samples.end()};
    Spread found = spread(batches);
    for (std::size_t merge = 0; merge < most_merges; ++merge) {
        if (batches.size() < 2 * least_batches) break;
        if (std::abs(found.products) <= tolerated_correlation * found.squares) break;
        join_pairs(batches);
        found = spread(batches);
    }
    const auto n = static_cast<double>(batches.size());
    const double deviation = std::sqrt(found.squares / (n - 1));
    return student(n - 1) * deviation / std::sqrt(n) / mean_bps(batches);
}

double relative_deviation(std::span<const Sample> samples) {
    if (samples.size() < 2) return 0;
    const auto n = static_cast<double>(samples.size());
    return std::sqrt(spread(samples).squares / (n - 1)) / mean_bps(samples);
}

double halves_differ(std::span<const Sample> samples) {
    if (samples.size() < 2) return 0;
    const double half = seconds_of(samples) / 2;
    std::size_t middle = 0; // the first sample of the second half
    for (double seconds = 0; middle < samples.size() - 1 && seconds < half; ++middle)
        seconds += samples[middle].flow.seconds;
    return std::abs(mean_bps(samples.first(middle)) - mean_bps(samples.subspan(middle))) /
           mean_bps(samples);
}

std::span<const Sample> settled(std::span<const Sample> samples) {
    if (samples.empty()) return samples;
    const double most = above_median * median_bps(samples);
    std::size_t first = 0;
    while (first < samples.size() && (!samples[first].saturated || samples[first].bps() > most))
        ++first;
    return samples.subspan(first);
}

std::optional<Change> largest_change(std::span<const Sample> samples) {
    if (samples.size() < 2 * least_of_a_side + 1) return std::nullopt;
    const double whole = spread(samples).squares;
    const double total_seconds = seconds_of(samples);
    const double unit = total_seconds / static_cast<double>(samples.size());
    const double mean = mean_bps(samples);
    // The two means explain w1 (m1 - m)^2 + w2 (m2 - m)^2 of the whole.
    double best = 0;
    std::size_t at = 0;
    Flow left;
    Flow all;
    for (const Sample& sample : samples)
        all += sample.flow;
    for (std::size_t i = 0; i + least_of_a_side < samples.size(); ++i) {
        left += samples[i].flow;
        if (i + 1 < least_of_a_side) continue;
        const Flow right{all.bits - left.bits, all.seconds - left.seconds};
        const double explained = left.seconds / unit * std::pow(left.bps() - mean, 2) +
                                 right.seconds / unit * std::pow(right.bps() - mean, 2);
        if (explained <= best) continue;
        best = explained;
        at = i + 1;
    }
    if (at == 0) return std::nullopt;
    // What remains is never taken for less than the square of a thousandth of the mean in each.
    const double least = static_cast<double>(samples.size()) * std::pow(mean * 1e-3, 2);
    const double remains = std::max(whole - best, least);
    return Change{at, best / (remains / static_cast<double>(samples.size() - 2))};
}

void SampleSeries::add(const Sample& sample) {
    if (samples_.size() >= most_samples) join_pairs(samples_);
    samples_.push_back(sample);
}

void SampleSeries::drop_before(std::size_t index) {
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(index));
}

} // namespace wyn::measure
