#include "measure/s3_ramp.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace wyn::measure {

namespace {

constexpr double lowest_first_bps = 150e3;
constexpr double highest_first_bps = 16e6;
constexpr double cautious = 8; // a train may have been let through by a token bucket

// On a long path a chirp of more steps is cheaper than another round trip.
constexpr Duration long_path = 80ms;
constexpr std::uint32_t steps_short_path = 6;
constexpr std::uint32_t steps_long_path = 10;

constexpr Duration shortest_step = 4ms;
constexpr Duration longest_step = 60ms;
constexpr double bits_per_step = 12'800; // 8 packets of 200 bytes
constexpr double packets_per_step = 8;

constexpr double loss_of_full_path = 0.25; // of the last two steps, of what came through before
constexpr double delay_of_full_path = 0.3; // of the last step's length
constexpr Duration most_delay = 12ms;      // that a chirp may cause

constexpr std::uint64_t packets_for_slope = 5;

// As many steps one after the other, of which less than that has left.
constexpr std::uint32_t steps_short = 2;
constexpr double short_share = 0.8;

constexpr Duration quiet_enough = 10ms;
constexpr Duration longest_wait = 500ms;

double loss_of(const StepBook& book, std::uint32_t from, std::uint32_t to) {
    double sent = 0;
    double lost = 0;
    for (std::uint32_t id = from; id <= to; ++id) {
        const StepBook::Entry* const step = book.find(id);
        if (step == nullptr) continue;
        sent += static_cast<double>(step->seen.sent);
        lost += static_cast<double>(step->lost());
    }
    return sent > 0 ? lost / sent : 0;
}

std::uint64_t arrived_packets(const StepBook& book, std::uint32_t from, std::uint32_t to) {
    std::uint64_t packets = 0;
    for (std::uint32_t id = from; id <= to; ++id)
        if (const StepBook::Entry* const step = book.find(id)) packets += step->seen.received;
    return packets;
}

// Where datagrams overtake each other, a step's last arrival says nothing, but its first does.
std::optional<Flow> between_firsts(const StepBook& book, std::uint32_t from, std::uint32_t to) {
    Flow sum;
    for (std::uint32_t id = from; id < to; ++id)
        if (const auto arrived = book.arrived(id)) sum += *arrived;
    if (sum.seconds <= 0) return std::nullopt;
    return sum;
}

Duration length_for(double bps) {
    return std::clamp(from_seconds(bits_per_step / bps), Duration{shortest_step},
                      Duration{longest_step});
}

} // namespace

double s3_first_rate(const PathBase& base) {
    return std::clamp(base.train_bps / cautious, lowest_first_bps, highest_first_bps);
}

void S3Ramp::begin(std::uint32_t first, double below_bps, Duration rtt) {
    first_ = first;
    last_ = first - 1;
    below_bps_ = below_bps;
    rtt_ = rtt;
    stopped_early_ = false;
    length_ = rtt < long_path ? steps_short_path : steps_long_path;
    // No more steps than reach the ceiling.
    const double to_ceiling = 2 * std::log2(std::max(ceiling_bps_ / below_bps, 1.0));
    length_ = std::min(length_, std::max(1U, static_cast<std::uint32_t>(std::ceil(to_ceiling))));
}

S3Step S3Ramp::next(std::uint32_t number, std::uint32_t id) {
    if (is_silence(number)) return {.length = std::max<Duration>(longest_wait, 2 * rtt_)};
    const double bps =
        std::min(ceiling_bps_, below_bps_ * std::pow(std::numbers::sqrt2, number + 1.0));
    last_ = id;
    last_length_ = length_for(bps);
    return {.ip_bps = bps,
            .packet_bytes = packets_.fit(bps, last_length_, packets_per_step),
            .length = last_length_};
}

bool S3Ramp::too_much(const StepBook& book) const {
    const Duration most = std::max<Duration>(most_delay, 3 * base_.queue_threshold());
    for (std::uint32_t id = first_; id <= last_; ++id) {
        const StepBook::Entry* const step = book.find(id);
        if (step != nullptr && step->seen.received > 0 && base_.delay_at_end_of(*step) > most)
            return true;
    }
    return false;
}

bool S3Ramp::over(const StepBook& book, const Observation& seen) const {
    const StepBook::Entry* const last = book.find(last_);
    if (last == nullptr) return false;
    if (last->seen.sent > 0 && last->lost() == 0) return true;
    const Duration quiet = std::max({Duration{quiet_enough}, 2 * last_length_, 3 * base_.jitter});
    return seen.newest_step >= first_ && seen.quiet >= quiet;
}

// What gets through does not follow what is offered. The loss of an empty path is the same at all
// rates; behind a policer whose tokens are gone the whole chirp loses much, its end the most.
bool S3Ramp::is_lossy(const StepBook& book) const {
    const std::uint32_t last = last_known(book);
    if (last < first_) return false;
    const std::uint32_t late = std::max(first_, last - 1);
    double before = best_through_;
    if (late > first_) before = std::max(before, 1 - loss_of(book, first_, late - 1));
    return 1 - loss_of(book, late, last) <= (1 - loss_of_full_path) * before;
}

// Of a chirp that was stopped, some is still under way.
std::uint32_t S3Ramp::last_known(const StepBook& book) const {
    std::uint32_t last = last_;
    while (stopped_early_ && last >= first_ && !book.over(last))
        --last;
    return last;
}

std::uint32_t S3Ramp::first_delayed(const StepBook& book) const {
    for (std::uint32_t id = first_; id < last_; ++id) {
        const StepBook::Entry* const step = book.find(id);
        if (step != nullptr && step->seen.received > 0 &&
            base_.delay_at_end_of(*step) > base_.queue_threshold())
            return id;
    }
    return last_;
}

double S3Ramp::highest_through(const StepBook& book) const {
    double highest = below_bps_;
    for (std::uint32_t id = first_; id <= last_; ++id)
        if (const StepBook::Entry* const step = book.find(id))
            highest = std::max(highest, step->target_bps);
    return highest;
}

// The host could not send as fast as the last steps were meant to be. One of them may be short
// because it stood still for a moment.
std::optional<Flow> S3Ramp::short_of_target(const StepBook& book) const {
    Flow sent;
    for (std::uint32_t id = last_ - std::min(last_, steps_short); id < last_; ++id) {
        const StepBook::Entry* const step = book.find(id);
        const auto offered = book.offered(id);
        if (id < first_ || step == nullptr || !offered) return std::nullopt;
        if (offered->bps() >= short_share * step->target_bps) return std::nullopt;
        sent += *offered;
    }
    return sent;
}

// Of arrivals, from where the path became full.
std::optional<Flow> S3Ramp::slope(const StepBook& book, bool lossy) const {
    std::uint32_t newest = last_;
    while (newest > first_ && arrived_packets(book, newest, newest) == 0)
        --newest;
    std::uint32_t from = std::min(first_delayed(book), newest);
    if (lossy) from = newest; // of a policer, whose tokens are gone by then
    if (from > first_ && arrived_packets(book, from, newest) < packets_for_slope) --from;
    const auto all = book.arrived_within(from, newest);
    if (base_.reorders && newest > first_)
        return between_firsts(book, std::min(from, newest - 1), newest);
    if (!lossy) return all;
    const auto since_queue = book.arrived_within(std::min(first_delayed(book), newest), newest);
    return since_queue && all && since_queue->bps() < all->bps() ? since_queue : all;
}

ChirpResult S3Ramp::result(const StepBook& book) {
    const StepBook::Entry* const last = book.find(last_);
    const Duration threshold = std::max(
        base_.queue_threshold(), from_seconds(delay_of_full_path * to_seconds(last_length_)));
    const bool lossy = is_lossy(book);
    const bool delayed =
        last != nullptr && last->seen.received > 0 && base_.delay_at_end_of(*last) > threshold;
    best_through_ = std::max(best_through_, 1 - loss_of(book, first_, last_known(book)));
    if (!stopped_early_ && !delayed && !lossy) {
        const auto sent = short_of_target(book);
        if (sent && sent->bits > 0) return {.saturated = true, .bps = sent->bps()};
        return {.bps = highest_through(book)};
    }
    // With nothing to make a rate of, what was known to get through is all that is known.
    const auto flow = slope(book, lossy);
    return {
        .saturated = true, .bps = flow ? flow->bps() : below_bps_, .by_loss = lossy && !delayed};
}

} // namespace wyn::measure
