// The second phase of S3: chirps, until one fills the path.
#pragma once

#include "measure/s3_base.hpp"

namespace wyn::measure {

// What a chirp has shown.
struct ChirpResult {
    bool saturated = false; // no faster chirp is of use: the path is full, or the host at its limit
    // Saturated: about what the path carries; else the highest rate that got through.
    double bps = 0;
    bool by_loss = false; // what shows it is loss: there may be a policer, with tokens again by now
};

class S3Ramp {
public:
    // No step is faster than `ceiling_bps`. `base` outlives it, and may change.
    S3Ramp(const S3Packets& packets, double ceiling_bps, const PathBase& base)
        : packets_{packets}, ceiling_bps_{ceiling_bps}, base_{base} {}

    // A chirp begins with step `first`, right above a rate that is known to get through.
    void begin(std::uint32_t first, double below_bps, Duration rtt);
    // Its step of that number, from 0; then silence, until over() or for as long as it is worth
    // waiting.
    S3Step next(std::uint32_t number, std::uint32_t id);

    // True when the delay has grown so much that the chirp must not go on.
    bool too_much(const StepBook& book) const;
    void stop() { stopped_early_ = true; }
    // All its steps are sent, and everything has come back that will.
    bool over(const StepBook& book, const Observation& seen) const;
    // True when the step of that number is the silence that ends a chirp.
    bool is_silence(std::uint32_t number) const { return stopped_early_ || number >= length_; }

    // Once for each chirp.
    ChirpResult result(const StepBook& book);

private:
    bool is_lossy(const StepBook& book) const;
    std::uint32_t last_known(const StepBook& book) const;
    std::optional<Flow> short_of_target(const StepBook& book) const;
    std::optional<Flow> slope(const StepBook& book, bool lossy) const;
    std::uint32_t first_delayed(const StepBook& book) const;
    double highest_through(const StepBook& book) const;

    S3Packets packets_;
    double ceiling_bps_;
    const PathBase& base_;
    std::uint32_t first_ = 1;
    std::uint32_t last_ = 0; // that was sent
    double below_bps_ = 0;
    std::uint32_t length_ = 0; // steps
    Duration rtt_{};
    bool stopped_early_ = false;
    Duration last_length_{};
    double best_through_ = 0; // largest share of a chirp before this one that has arrived
};

// The first rate of the first chirp lies a step above this.
double s3_first_rate(const PathBase& base);

} // namespace wyn::measure
