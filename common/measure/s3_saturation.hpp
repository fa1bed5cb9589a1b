// The third phase of S3: keeps the path full and just so.
//
//   overdrive  a rate above what has got through, until what gets through does not follow it
//   hold       the rate that keeps a small queue, or where there is none, a small loss
#pragma once

#include "measure/s3_evidence.hpp"

namespace wyn::measure {

class S3Saturation {
public:
    // `base` outlives it. It may learn of delays that were taken for a queue and are none.
    S3Saturation(const S3Packets& packets, double ceiling_bps, PathBase& base)
        : packets_{packets}, ceiling_bps_{ceiling_bps}, base_{base}, evidence_{base} {}

    struct Start {
        double bps = 0; // about what the path carries
        Duration rtt{};
        double loss_floor = 0;
        bool policed = false; // by a token bucket that may have filled again
    };
    // From step `first` on.
    void begin(std::uint32_t first, const Start& start);
    S3Step next(std::uint32_t id, const StepBook& book);
    void on_feedback(const StepBook& book);

    enum class State : std::uint8_t {
        overdrive,
        hold,
        too_slow, // the path follows and the end is far: another chirp is cheaper
    };
    State state() const { return state_; }
    // The first step that may have found the path full. It changes when steps before it turn out
    // not to have.
    std::uint32_t counts_since() const { return counts_since_; }
    // The path has been full.
    bool has_held() const { return has_held_; }
    // The rate can be raised no more although the path is not full.
    bool at_ceiling() const { return at_ceiling_; }
    bool sender_short() const { return sender_short_; }

    double capacity_bps() const { return capacity_bps_; }
    double loss_floor() const { return evidence_.loss_floor(); }
    Evidence evidence(const StepBook::Entry& step) const {
        return evidence_.of(step, capacity_bps_);
    }
    bool is_void(const StepBook::Entry& step) const {
        return evidence_.is_void(step, capacity_bps_);
    }

private:
    void overdrive(const StepBook& book, double beta);
    void judge_overdrive(const StepBook& book);
    bool is_plateau(const Passage& passed) const;
    void on_plateau(const StepBook& book, const Passage& passed);
    void on_followed(const StepBook& book, const Passage& passed, std::uint32_t first);
    bool fell_short(const StepBook& book, std::uint32_t first) const;
    void adjust(std::uint32_t id, const StepBook& book);
    bool lost_touch(const StepBook& book) const;
    std::optional<Duration> doubtful_queue(const StepBook& book) const;

    S3Packets packets_;
    double ceiling_bps_;
    PathBase& base_;
    S3Evidence evidence_;
    Duration rtt_{};

    State state_ = State::overdrive;
    double capacity_bps_ = 0;
    double rate_bps_ = 0;
    double beta_ = 0;
    Duration queue_target_{};
    std::uint32_t driven_since_ = 0; // first step of the newest overdrive, all at one rate
    std::uint32_t counts_since_ = 0;
    double plateau_bps_ = 0; // of a jittery path, to be confirmed; 0: none yet
    Duration doubted_{};     // this queue may be none; zero: no doubt
    bool has_held_ = false;
    std::uint32_t rounds_left_ = 0; // in which the path may follow
    bool at_ceiling_ = false;
    bool sender_short_ = false;
};

} // namespace wyn::measure
