#include "measure/s3_saturation.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::measure {

namespace {

constexpr Duration shortest_step = 30ms;
constexpr Duration longest_step = 150ms;
constexpr double packets_wanted = 8;            // in a step, which is made longer for that
constexpr Duration longest_for_packets = 100ms; // but no longer: a result takes eight of them
constexpr double packets_needed = 4;            // in the longest one, else they are made smaller

// Overdrive.
constexpr double least_first_beta = 1.12;
constexpr double most_first_beta = 1.6;
constexpr double jitters_to_see = 2.5;
constexpr double beta_growth = 1.15;
constexpr double largest_beta = 2;
constexpr std::uint32_t rounds_tolerated = 1;
constexpr double short_of_target = 0.97;
constexpr double held_back = 0.99; // by a path that is only just full
// Tokens of a policer must be used up before it shows what it carries.
constexpr double beta_to_empty = 1.6;
constexpr std::uint32_t rounds_to_empty = 4;
// Confirmation.
constexpr Duration jitter_to_doubt = 5ms;
constexpr double beta_to_confirm = 1.6;
constexpr double follows = 1.08;

// Hold.
constexpr std::uint32_t steps_averaged = 6;
constexpr double lowest_factor = 0.93;
constexpr double highest_factor = 1.12;
constexpr double factor_without_queue = 1.10;
constexpr Duration fastest_correction = 250ms;
// Without a sign of a full path.
constexpr std::uint32_t steps_without_touch = 3;
constexpr double got_through = 0.96; // of what was offered
constexpr double beta_after_lost_touch = 1.25;
constexpr Duration highest_target = 100ms;
// A queue that does not empty although less is offered.
constexpr double less_offered = 0.97;
constexpr double got_just_that = 0.01;
constexpr double beta_in_doubt = 1.25;
constexpr double was_not_full = 1.03;

// Of steps whose datagrams are many enough.
Duration step_length(const PathBase& base) {
    return std::clamp(3 * base.jitter, Duration{shortest_step}, Duration{longest_step});
}

} // namespace

void S3Saturation::begin(std::uint32_t first, const Start& start) {
    rtt_ = start.rtt;
    evidence_.set_loss_floor(start.loss_floor);
    queue_target_ = base_.queue_target();
    state_ = State::overdrive;
    capacity_bps_ = start.bps;
    // Jitter moves the ends of the two steps that are judged; what they fall behind must be more.
    const double blur =
        jitters_to_see * to_seconds(base_.jitter) / (2 * to_seconds(step_length(base_)));
    beta_ = std::clamp(1 / (1 - std::min(blur, 0.5)), least_first_beta, most_first_beta);
    if (start.policed) beta_ = std::max(beta_, beta_to_empty);
    rate_bps_ = std::min(ceiling_bps_, beta_ * start.bps);
    rounds_left_ = start.policed ? rounds_to_empty : rounds_tolerated;
    driven_since_ = counts_since_ = first;
    plateau_bps_ = 0;
    doubted_ = {};
    has_held_ = false;
    at_ceiling_ = sender_short_ = false;
}

S3Step S3Saturation::next(std::uint32_t id, const StepBook& book) {
    if (state_ == State::hold) adjust(id, book);
    const double bits = packets_wanted * packets_.largest * 8;
    const Duration shortest = step_length(base_);
    const Duration length = std::clamp(from_seconds(bits / rate_bps_), shortest,
                                       std::max<Duration>(shortest, longest_for_packets));
    return {.ip_bps = rate_bps_,
            .packet_bytes = packets_.fit(rate_bps_, length, packets_needed),
            .length = length};
}

void S3Saturation::on_feedback(const StepBook& book) {
    if (state_ == State::overdrive) return judge_overdrive(book);
    if (state_ != State::hold) return;
    if (lost_touch(book)) {
        queue_target_ = std::min<Duration>(queue_target_ * 3 / 2, highest_target);
        overdrive(book, beta_after_lost_touch);
    } else if (const auto queue = doubtful_queue(book)) {
        doubted_ = *queue;
        overdrive(book, beta_in_doubt);
    }
}

// Overdrive.

void S3Saturation::overdrive(const StepBook& book, double beta) {
    state_ = State::overdrive;
    beta_ = beta;
    rate_bps_ = std::min(ceiling_bps_, beta * capacity_bps_ / (1 - loss_floor()));
    driven_since_ = book.newest() + 1;
}

void S3Saturation::judge_overdrive(const StepBook& book) {
    const std::uint32_t last = newest_over(book, driven_since_ + 1);
    if (last == 0) return;
    const auto passed = evidence_.over(book, last - 1, last, capacity_bps_);
    if (!passed) return; // another step will tell
    if (is_plateau(*passed))
        on_plateau(book, *passed);
    else
        on_followed(book, *passed, last - 1);
}

bool S3Saturation::is_plateau(const Passage& passed) const {
    const double offered = passed.offered.bps() * (1 - loss_floor());
    const double got = passed.got.bps();
    const double beta = std::max(1.0, rate_bps_ * (1 - loss_floor()) / capacity_bps_);
    if (got < offered * (1 - 0.5 * (1 - 1 / beta))) return true;
    // Below a ceiling that is close a full path holds little back.
    return got < held_back * offered && passed.always_queue && rate_bps_ >= ceiling_bps_;
}

void S3Saturation::on_plateau(const StepBook& book, const Passage& passed) {
    const double got = passed.got.bps();
    if (doubted_ > Duration::zero()) {
        // It carries more than before: what was taken for a queue belongs to the empty path, as
        // when that has become longer.
        if (got > was_not_full * capacity_bps_) {
            base_.delay += doubted_;
            counts_since_ = driven_since_;
        }
        doubted_ = {};
    }
    // Jitter may feign a queue, and hold arrivals back like a full path. A full path does not
    // follow a much higher rate either.
    const bool confirmed = plateau_bps_ > 0 && got < follows * plateau_bps_;
    capacity_bps_ = got;
    if (base_.jitter > jitter_to_doubt && !confirmed && !has_held_) {
        const bool refuted = plateau_bps_ > 0;
        plateau_bps_ = got;
        overdrive(book, beta_to_confirm);
        if (refuted) counts_since_ = driven_since_;
        return;
    }
    state_ = State::hold;
    has_held_ = true;
    sender_short_ = at_ceiling_ = false;
}

void S3Saturation::on_followed(const StepBook& book, const Passage& passed, std::uint32_t first) {
    capacity_bps_ = std::max(capacity_bps_, passed.got.bps());
    // What stood in the way of a path that is not full was no queue.
    if (passed.always_queue && !has_held_)
        base_.jitter = std::max(base_.jitter, passed.lowest_queue / 2);
    sender_short_ = fell_short(book, first);
    at_ceiling_ = rate_bps_ >= ceiling_bps_;
    if (sender_short_ || at_ceiling_) return;
    if (rounds_left_ == 0 && !has_held_) {
        state_ = State::too_slow;
        return;
    }
    if (rounds_left_ > 0) --rounds_left_;
    overdrive(book, std::min(largest_beta, beta_growth * beta_));
    if (!has_held_ || doubted_ > Duration::zero()) counts_since_ = driven_since_;
}

// In both of the steps less than 97 % of what was to be sent has left.
bool S3Saturation::fell_short(const StepBook& book, std::uint32_t first) const {
    for (const std::uint32_t id : {first, first + 1}) {
        const auto offered = book.offered(id);
        const StepBook::Entry* const step = book.find(id);
        if (step == nullptr || !offered || evidence(*step).any()) return false;
        const double and_one_more = offered->bits + 8.0 * step->packet_bytes;
        if (and_one_more >= short_of_target * step->target_bps * offered->seconds) return false;
    }
    return true;
}

// Hold.

// True when the last steps show neither queue nor loss and what was offered got through.
bool S3Saturation::lost_touch(const StepBook& book) const {
    const std::uint32_t last = newest_over(book, driven_since_ + steps_without_touch);
    if (last == 0) return false;
    const auto passed = evidence_.over(book, last - steps_without_touch + 1, last, capacity_bps_);
    return passed && !passed->any_evidence &&
           passed->got.bps() > got_through * passed->offered.bps();
}

// On a full path less can be offered than gets through, as long as there is a queue. Where just as
// little gets through, the delay that is taken for a queue may be none: that is the lowest of it.
std::optional<Duration> S3Saturation::doubtful_queue(const StepBook& book) const {
    const std::uint32_t last = newest_over(book, driven_since_ + 2 * steps_averaged);
    if (last == 0) return std::nullopt;
    const auto now = evidence_.over(book, last - steps_averaged + 1, last, capacity_bps_);
    const auto before =
        evidence_.over(book, last - 2 * steps_averaged + 1, last - steps_averaged, capacity_bps_);
    if (!now || !before || !now->always_queue) return std::nullopt;
    const double offered = now->offered.bps() * (1 - loss_floor());
    const bool followed = std::abs(now->got.bps() - offered) < got_just_that * before->got.bps();
    if (offered >= less_offered * before->got.bps() || !followed) return std::nullopt;
    return now->lowest_queue;
}

void S3Saturation::adjust(std::uint32_t id, const StepBook& book) {
    const std::uint32_t last = newest_over(book, driven_since_ + 1);
    if (last == 0 || last >= id) return;
    Flow recent;
    std::uint32_t steps = 0;
    for (std::uint32_t step = last; step >= driven_since_ && steps < steps_averaged; --step) {
        const auto arrived = book.arrived(step);
        const StepBook::Entry* const entry = book.find(step);
        if (entry == nullptr) break;
        if (!arrived || is_void(*entry)) continue;
        recent += *arrived;
        ++steps;
    }
    if (steps == 0) return;
    capacity_bps_ = recent.bps();
    const Evidence newest = evidence(*book.find(last));
    double factor = factor_without_queue;
    if (newest.queue_visible) {
        const double time = std::max(to_seconds(fastest_correction), 3 * to_seconds(rtt_));
        factor = std::clamp(1 + to_seconds(queue_target_ - newest.queue) / time, lowest_factor,
                            highest_factor);
    }
    rate_bps_ = std::min(ceiling_bps_, factor * capacity_bps_);
}

} // namespace wyn::measure
