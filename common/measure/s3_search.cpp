#include "measure/s3.hpp"
#include "measure/s3_findings.hpp"
#include "measure/s3_ramp.hpp"
#include "measure/s3_saturation.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::measure {

namespace {

// The loss of a path that is not full is measured at rates well below its capacity.
constexpr double well_below = 0.7;
constexpr double packets_for_floor = 100;
// One in a hundred datagrams is reordered: the last to arrive is not the last that was sent.
constexpr std::uint64_t reordered_enough = 100;
// Without feedback the rate is halved once in so long.
constexpr Duration silence_tolerated = 50ms;
constexpr int intervals_tolerated = 4;

constexpr std::uint32_t voids_tolerated = 2; // steps in a row in which the receiver dropped

class S3Search final : public RateController {
public:
    S3Search(const Load& load, const S3Options& options);

    StepPlan next_step(std::uint32_t id, MonoTime now) override;
    MonoTime step_end() const override;
    void on_feedback(const Observation& seen) override;
    bool finished() const override { return finished_; }
    bool met_limit() const override;
    wire::CapacityRecord capacity() const override;

private:
    enum class Phase : std::uint8_t { base, ramp, measure };

    S3Step plan(std::uint32_t id);
    void enter(Phase phase, std::uint32_t first);
    void end_base();
    void end_chirp();
    void begin_chirp(double below_bps);
    void climb_on();
    void measure(double bps, bool policed);
    void count_from(std::uint32_t step);
    void learn(const Observation& seen);
    void take_samples();
    void take(const StepBook::Entry& step);
    void judge();
    double loss_floor_below(double bps) const;
    Duration silence_allowed() const;
    wire::CapacityVerdict verdict() const;

    Load load_;
    S3Options options_;
    S3Packets packets_;
    StepBook book_;
    PathBase base_;
    S3Base base_phase_;
    S3Ramp ramp_;
    S3Saturation saturation_;
    S3Estimator estimator_;
    S3Estimator dropped_; // steps in which the receiver's socket overflowed

    Phase phase_ = Phase::base;
    std::uint32_t phase_first_ = 1; // its first step, or the chirp's
    std::uint32_t ramp_first_ = 1;  // first step of the first chirp
    double through_bps_ = 0;        // what has got through in the ramp
    std::uint32_t next_sample_ = 0;
    std::uint32_t counted_since_ = 0;
    std::uint32_t drops_in_a_row_ = 0;
    std::uint32_t taken_ = 0;
    std::uint32_t stalled_ = 0;
    bool finished_ = false;

    MonoTime now_{};
    MonoTime step_end_{};
    MonoTime heard_{};
    std::uint32_t silences_ = 0;
    Duration rtt_{}; // the lowest
    double loaded_rtt_seconds_ = 0;
    std::uint32_t loaded_rtts_ = 0;
};

S3Search::S3Search(const Load& load, const S3Options& options)
    : load_{load}, options_{options}, packets_{.largest = load.datagram_bytes + load.header_bytes,
                                               .header_bytes = load.header_bytes},
      base_phase_{packets_},
      ramp_{packets_, load.ceiling.as_double() / load.payload_share(), base_},
      saturation_{packets_, load.ceiling.as_double() / load.payload_share(), base_} {}

Duration S3Search::silence_allowed() const {
    return std::max<Duration>(intervals_tolerated * options_.feedback_interval,
                              2 * rtt_ + silence_tolerated);
}

MonoTime S3Search::step_end() const {
    return std::min(step_end_, heard_ + (silences_ + 1) * silence_allowed());
}

StepPlan S3Search::next_step(std::uint32_t id, MonoTime now) {
    now_ = now;
    if (id == 1) heard_ = now;
    if (now >= heard_ + (silences_ + 1) * silence_allowed()) {
        ++silences_;
        if (phase_ == Phase::ramp) ramp_.stop();
    }
    S3Step step = plan(id);
    const bool is_cut = phase_ == Phase::measure && silences_ > 0;
    if (is_cut) step.ip_bps /= std::exp2(silences_);
    step_end_ = saturating_add(now, step.length);
    book_.open(id, step.ip_bps, step.packet_bytes, is_cut);
    if (step.ip_bps <= 0) return {};
    const std::uint32_t payload = step.packet_bytes - load_.header_bytes;
    const double share = static_cast<double>(payload) / step.packet_bytes;
    return {.rate = std::min(load_.ceiling, BitRate::from_double(step.ip_bps * share)),
            .datagram_bytes = payload,
            .most_datagrams = step.most_packets};
}

S3Step S3Search::plan(std::uint32_t id) {
    // A phase that waited in vain is over all the same.
    if (phase_ == Phase::base && id - phase_first_ == S3Base::steps) end_base();
    if (phase_ == Phase::ramp && id > phase_first_ && ramp_.is_silence(id - 1 - phase_first_) &&
        silences_ == 0)
        end_chirp();
    switch (phase_) {
    case Phase::base: return base_phase_.next(id - phase_first_, rtt_);
    case Phase::ramp: return ramp_.next(id - phase_first_, id);
    case Phase::measure: break;
    }
    return saturation_.next(id, book_);
}

void S3Search::on_feedback(const Observation& seen) {
    now_ = seen.now;
    heard_ = seen.now;
    silences_ = 0;
    rtt_ = seen.lowest_rtt;
    book_.update(seen);
    learn(seen);
    switch (phase_) {
    case Phase::base:
        if (base_phase_.over(book_, phase_first_, seen)) end_base();
        return;
    case Phase::ramp:
        if (ramp_.is_silence(book_.newest() - phase_first_)) {
            if (ramp_.over(book_, seen)) end_chirp();
        } else if (ramp_.too_much(book_)) {
            ramp_.stop();
            step_end_ = seen.now;
        }
        return;
    case Phase::measure: break;
    }
    loaded_rtt_seconds_ += to_seconds(seen.rtt);
    ++loaded_rtts_;
    saturation_.on_feedback(book_);
    if (saturation_.counts_since() != counted_since_) count_from(saturation_.counts_since());
    take_samples();
    judge();
}

void S3Search::learn(const Observation& seen) {
    if (phase_ == Phase::base) return;
    base_.reorders = reordered_enough * seen.reordered > seen.received;
    for (const StepOutcome& step : seen.steps)
        if (const StepBook::Entry* const entry = book_.find(step.id)) base_.lower(*entry);
}

void S3Search::enter(Phase phase, std::uint32_t first) {
    phase_ = phase;
    phase_first_ = first;
    step_end_ = now_;
}

void S3Search::end_base() {
    const auto base = base_phase_.result(book_, phase_first_);
    if (!base) return enter(Phase::base, book_.newest() + 1); // nothing has arrived: once more
    base_ = *base;
    ramp_first_ = book_.newest() + 1;
    begin_chirp(s3_first_rate(base_));
}

void S3Search::begin_chirp(double below_bps) {
    enter(Phase::ramp, book_.newest() + 1);
    ramp_.begin(phase_first_, below_bps, rtt_);
}

// The chirp was misled: what looked like a queue was none. From here the next one begins.
void S3Search::climb_on() {
    const double bps = saturation_.capacity_bps();
    for (std::uint32_t id = ramp_first_; id <= book_.newest(); ++id) {
        const StepBook::Entry* const step = book_.find(id);
        if (step == nullptr || step->seen.received == 0 || step->target_bps <= 0 ||
            step->target_bps >= well_below * bps)
            continue;
        base_.jitter = std::max(base_.jitter, base_.delay_at_end_of(*step) / 2);
    }
    begin_chirp(bps / std::sqrt(2.0));
}

void S3Search::end_chirp() {
    const ChirpResult chirp = ramp_.result(book_);
    const double ceiling = load_.ceiling.as_double() / load_.payload_share();
    if (chirp.saturated || chirp.bps >= ceiling) return measure(chirp.bps, chirp.by_loss);
    begin_chirp(chirp.bps / std::sqrt(2.0));
}

void S3Search::measure(double bps, bool policed) {
    through_bps_ = bps;
    enter(Phase::measure, book_.newest() + 1);
    count_from(phase_first_);
    saturation_.begin(
        phase_first_,
        {.bps = bps, .rtt = rtt_, .loss_floor = loss_floor_below(bps), .policed = policed});
}

// What was sent before that step was sent at too low a rate.
void S3Search::count_from(std::uint32_t step) {
    next_sample_ = counted_since_ = step;
    loaded_rtt_seconds_ = 0;
    loaded_rtts_ = 0;
    estimator_.clear();
}

double S3Search::loss_floor_below(double bps) const {
    double sent = 0;
    double lost = 0;
    for (std::uint32_t id = 1; id <= book_.newest(); ++id) {
        const StepBook::Entry* const step = book_.find(id);
        if (step == nullptr || step->target_bps >= well_below * bps) continue;
        sent += static_cast<double>(step->seen.sent);
        lost += static_cast<double>(step->lost());
    }
    return sent >= packets_for_floor ? lost / sent : 0;
}

void S3Search::take_samples() {
    for (; next_sample_ < book_.newest(); ++next_sample_) {
        const StepBook::Entry* const step = book_.find(next_sample_);
        if (!book_.over(next_sample_)) return;
        if (step == nullptr) continue;
        // What is missing may still come as long as the next step arrives.
        if (step->lost() > 0 && !book_.over(next_sample_ + 1)) return;
        take(*step);
    }
}

void S3Search::take(const StepBook::Entry& step) {
    const auto arrived = book_.arrived(step.id);
    const auto offered = book_.offered(step.id);
    if (!arrived || !offered || step.target_bps <= 0) return;
    const Evidence evidence = saturation_.evidence(step);
    const Sample sample{.flow = *arrived,
                        .offered = *offered,
                        .saturated = evidence.any(),
                        .queue_seconds = to_seconds(evidence.queue),
                        .sent = static_cast<double>(step.seen.sent),
                        .lost = static_cast<double>(step.lost())};
    ++taken_;
    if (step.seen.receiver_dropped) {
        ++drops_in_a_row_;
        dropped_.add(sample);
        return;
    }
    drops_in_a_row_ = 0;
    if (saturation_.is_void(step)) {
        ++stalled_;
        return;
    }
    estimator_.add(sample);
}

void S3Search::judge() {
    const double wanted = to_seconds(options_.saturated_time);
    switch (saturation_.state()) {
    case S3Saturation::State::too_slow: return climb_on();
    case S3Saturation::State::overdrive: {
        const bool no_further = saturation_.at_ceiling() || saturation_.sender_short();
        finished_ = no_further && estimator_.seconds() >= wanted;
        break;
    }
    case S3Saturation::State::hold: finished_ = estimator_.converged(wanted); break;
    }
    if (drops_in_a_row_ >= voids_tolerated && dropped_.seconds() >= wanted) finished_ = true;
}

bool S3Search::met_limit() const {
    if (phase_ != Phase::measure) return false;
    return saturation_.has_held() || saturation_.at_ceiling();
}

wire::CapacityVerdict S3Search::verdict() const {
    using wire::CapacityVerdict;
    const bool held = phase_ == Phase::measure && saturation_.has_held();
    if (held && estimator_.converged(to_seconds(options_.saturated_time)))
        return estimator_.burst() ? CapacityVerdict::two_rate : CapacityVerdict::ok;
    if (dropped_.seconds() > estimator_.seconds()) return CapacityVerdict::receiver_limited;
    if (phase_ == Phase::measure && saturation_.sender_short())
        return CapacityVerdict::sender_limited;
    if (3 * stalled_ > taken_) return CapacityVerdict::host_stalled;
    if (!held || !estimator_.was_full()) return CapacityVerdict::lower_bound;
    return CapacityVerdict::unstable;
}

wire::CapacityRecord S3Search::capacity() const {
    S3Findings found{.verdict = verdict(),
                     .burst = estimator_.burst(),
                     .bucket_bits = estimator_.bucket_bits(),
                     .queue_seconds = estimator_.queue_seconds(),
                     .base_rtt = rtt_,
                     .excess_loss = estimator_.loss() - saturation_.loss_floor(),
                     .loss_floor = saturation_.loss_floor()};
    found.mean = found.verdict == wire::CapacityVerdict::receiver_limited ? dropped_.mean_of_all()
                 : wire::is_of_a_full_path(found.verdict)                 ? estimator_.mean()
                                                          : estimator_.mean_of_all();
    if (!found.mean && through_bps_ <= 0) return {};
    found.through_bps = through_bps_;
    if (loaded_rtts_ > 0) found.loaded_rtt_seconds = loaded_rtt_seconds_ / loaded_rtts_;
    const StepBook::Entry* const newest = book_.find(book_.newest());
    if (newest != nullptr && newest->packet_bytes > 0)
        found.datagram_bytes = newest->packet_bytes - load_.header_bytes;
    return record_of(found);
}

} // namespace

std::unique_ptr<RateController> make_s3(const Load& load, const S3Options& options) {
    return std::make_unique<S3Search>(load, options);
}

} // namespace wyn::measure
