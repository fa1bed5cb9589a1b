#include "session/bulk_sender.hpp"

#include "base/check.hpp"
#include "measure/s3.hpp"
#include "wire/codec.hpp"

#include <algorithm>
#include <utility>

namespace wyn::session {

namespace {

constexpr Duration primer_interval = 25ms;
// Of a search that first looks at the empty path: one of 1500 bytes takes 75 ms of 160 kbit/s.
constexpr Duration gentle_primer_interval = 100ms;
constexpr std::uint64_t unproven_bytes = 64 * 1024;  // before the first feedback, and as credit
constexpr double trickle_bytes_per_second = 125'000; // 1 Mbit/s
constexpr std::uint64_t refusals_tolerated = 1000;   // in a row, before we say it is our host
// An old receipt proves that somebody was there once. The longest queues of real access links hold
// some seconds; what is slower than this cannot be told from a receiver that has gone.
constexpr Duration receipt_life = 4s;
// A sleeping thread wakes up to 120 us late (99th percentile on a virtual machine); the rest of the
// waiting is spun when a train must leave on the microsecond.
constexpr Duration spin_time = 200us;
// What is handed to a kernel that waits: 2 ms of the rate, and of high rates no more than half of
// the smallest send buffer that Linux gives by default (208 KiB, which counts overhead).
constexpr Duration longest_lookahead = 2ms;
constexpr double lookahead_bytes = 96 * 1024;
constexpr double highest_kernel_paced_rate = 1e9;

std::unique_ptr<measure::RateController>
controller_for(const BeginSending& order, const Terms& terms, std::uint32_t header_bytes) {
    const BitRate wanted = order.rate.bps() == 0 ? BitRate::unlimited() : order.rate;
    const measure::Load load{.ceiling = order.granted.bps() == 0 ? wanted
                                                                 : std::min(wanted, order.granted),
                             .datagram_bytes = order.datagram_bytes,
                             .header_bytes = header_bytes,
                             .adjustment_delay = terms.adjustment_delay};
    switch (order.search) {
    case wire::Search::fixed:
    case wire::Search::unpaced: break;
    case wire::Search::type_b: return measure::make_type_b(load);
    case wire::Search::type_c: return measure::make_type_c(load);
    case wire::Search::s3:
        return measure::make_s3(
            load, {.saturated_time = std::max(order.sustained, measure::s3_saturated_time),
                   .feedback_interval = longest_feedback_interval_of(terms, order.search)});
    }
    return measure::make_fixed(load);
}

} // namespace

BulkSender::BulkSender(const BeginSending& order, const crypto::Key128& key, const Terms& terms,
                       std::uint32_t header_bytes, Random& random, MonoTime now)
    : order_{order}, terms_{terms}, header_bytes_{header_bytes}, random_{random},
      controller_{controller_for(order, terms, header_bytes)}, slab_{key, random}, began_{now},
      next_primer_{now} {
    open_step(0, now, order.datagram_bytes);
}

void BulkSender::open_step(std::uint32_t id, MonoTime now, std::uint32_t datagram_bytes) {
    std::array<std::uint8_t, 4> receipt{};
    random_.fill(receipt);
    steps_.open({.id = id,
                 .receipt = static_cast<std::uint32_t>(receipt[0] << 24 | receipt[1] << 16 |
                                                       receipt[2] << 8 | receipt[3]),
                 .first_sequence = next_sequence_,
                 .opened = now,
                 .datagram_bytes = datagram_bytes});
}

// What may have been sent by now in all; see the top of bulk_sender.hpp.
std::uint64_t BulkSender::credit_bytes(MonoTime now) const {
    const double elapsed = to_seconds(now - running_since_);
    if (unpaced() && now - running_since_ <= dead_man) return UINT64_MAX;
    // Of the highest rate so far: what was sent while it held stays allowed when the rate falls,
    // else a search that overshot would fall silent for seconds.
    const double highest =
        unpaced() ? static_cast<double>(sent_bytes_) / elapsed : highest_rate_.as_double() / 8;
    const double half_second = highest * to_seconds(dead_man);
    const double credit = static_cast<double>(unproven_bytes) +
                          2.0 * static_cast<double>(far_.payload_bytes) + half_second +
                          trickle_bytes_per_second * elapsed;
    return static_cast<std::uint64_t>(credit);
}

void BulkSender::note_limit(wire::LimitedBy limit) {
    limited_by_ = wire::stronger(limited_by_, limit);
}

std::uint32_t BulkSender::affordable(MonoTime now, std::uint32_t datagrams) {
    const std::uint64_t each = plan_.datagram_bytes;
    const std::uint64_t credit = credit_bytes(now);
    const std::uint64_t left = credit > sent_bytes_ ? (credit - sent_bytes_) / each : 0;
    if (left < datagrams) note_limit(wire::LimitedBy::breaker);
    const std::uint64_t volume = within(order_.volume_bytes, sent_bytes_, wire::LimitedBy::volume,
                                        wire::End::volume_used, each);
    const std::uint64_t budget =
        within(order_.budget_bytes, sent_ip_bytes_, wire::LimitedBy::budget, wire::End::completed,
               each + header_bytes_);
    return static_cast<std::uint32_t>(std::min({std::uint64_t{datagrams}, left, volume, budget}));
}

// How many datagrams of this size a limit on bytes still allows; when it allows none, the test is
// over. A limit of 0 is none.
std::uint64_t BulkSender::within(std::uint64_t limit, std::uint64_t used, wire::LimitedBy name,
                                 wire::End why, std::uint64_t each) {
    if (limit == 0) return UINT64_MAX;
    const std::uint64_t left = limit > used ? (limit - used) / each : 0;
    if (left == 0) {
        note_limit(name);
        end(why);
    }
    return left;
}

bool BulkSender::primer_used_up() const {
    const std::uint64_t next_ip = sent_ip_bytes_ + order_.datagram_bytes + header_bytes_;
    return primed_bytes_ + order_.datagram_bytes > unproven_bytes ||
           (order_.budget_bytes != 0 && next_ip > order_.budget_bytes);
}

BulkTrain BulkSender::next_train(MonoTime now) {
    if (ended()) return {};
    if (!running()) {
        if (now < next_primer_ || primer_used_up()) return {};
        return build(now, 1);
    }
    // Woken up late: what was due after the end is neither sent nor skipped.
    if (silent() || now >= load_end()) return {};
    // What a step has so many of is not skipped, however late.
    if (plan_.most_datagrams != 0) pacer_.postpone(now);
    const MonoTime planned = pacer_.due();
    const MonoTime horizon = std::min(now + lookahead(), load_end() - 1ns);
    const std::uint32_t due = std::min({pacer_.due_now(now, std::max(now, horizon)),
                                        slab_.most_datagrams(plan_.datagram_bytes), left_in_step_});
    if (due == 0) return {};
    train_late_ = std::max(now - planned, Duration::zero());
    train_time_ = planned > now && !pacer_.unpaced() ? planned : now;
    const std::uint32_t count = affordable(now, due);
    if (count == 0) {
        pacer_.on_sent(due); // its time is over
        return {};
    }
    BulkTrain train = build(train_time_, count);
    if (train_time_ > now) {
        train.departs = train_time_;
        kernel_waited_ = true;
    }
    return train;
}

// Of a rate that one wake-up per millisecond can keep, as far as the socket's send buffer and the
// 100 packets that fq keeps of a flow reach.
Duration BulkSender::lookahead() const {
    const double rate = plan_.rate.as_double();
    if (!departure_times_ || pacer_.unpaced() || rate > highest_kernel_paced_rate) return 0ns;
    return std::min(longest_lookahead, from_seconds(lookahead_bytes * 8 / rate));
}

// `time` is when they leave.
BulkTrain BulkSender::build(MonoTime time, std::uint32_t datagrams) {
    const SentSteps::Step& step = steps_.newest();
    train_count_ = datagrams;
    return slab_.build({.length = static_cast<std::uint16_t>(step.datagram_bytes),
                        .test = static_cast<std::uint16_t>(order_.test),
                        .sequence = running() ? next_sequence_ : 0,
                        .sent_ns = to_ns(time),
                        .step = step.id,
                        .receipt = step.receipt},
                       datagrams);
}

void BulkSender::on_sent(MonoTime now, const dgram::SendOutcome& outcome) {
    if (!running()) {
        next_primer_ =
            now + (order_.search == wire::Search::s3 ? gentle_primer_interval : primer_interval);
        primed_bytes_ += outcome.segments * order_.datagram_bytes;
        sent_ip_bytes_ += outcome.segments * (order_.datagram_bytes + header_bytes_);
        return;
    }
    if (outcome.segments > 0) {
        if (next_sequence_ == 0) first_sent_ = train_time_;
        last_sent_ = train_time_;
        next_sequence_ += outcome.segments;
        sent_bytes_ += outcome.segments * plan_.datagram_bytes;
        sent_ip_bytes_ += outcome.segments * (plan_.datagram_bytes + header_bytes_);
        left_in_step_ -= std::min(left_in_step_, static_cast<std::uint32_t>(outcome.segments));
        steps_.on_sent(outcome.segments, train_time_, train_late_);
        refused_in_a_row_ = 0;
        if (!pacer_.unpaced()) lateness_.record(train_late_);
    }
    if (outcome.status == dgram::SendStatus::would_block) {
        note_limit(wire::LimitedBy::stack);
        return pacer_.on_sent(static_cast<std::uint32_t>(outcome.segments));
    }
    pacer_.on_sent(train_count_); // the turn of a refused datagram is over, too
    if (outcome.status == dgram::SendStatus::sent) return;
    note_limit(wire::LimitedBy::stack);
    const std::uint64_t refused = train_count_ - outcome.segments;
    refused_ += refused;
    refused_in_a_row_ += refused;
    if (refused_in_a_row_ >= refusals_tolerated) end(wire::End::local_error);
}

bool BulkSender::believable(MonoTime arrived, const wire::Feedback& feedback) const {
    if (feedback.test != order_.test) return false;
    const SentSteps::Step* const step = steps_.find(feedback.newest_step);
    if (step == nullptr || step->receipt != feedback.newest_receipt) return false;
    if (step->id == 0) return feedback.totals.packets == 0;
    // A receipt proves datagrams of its own step, not what came after it.
    const SentSteps::Step* const next = steps_.find(step->id + 1);
    if (next != nullptr && arrived - next->opened > receipt_life) return false;
    const std::uint64_t step_end = next != nullptr ? next->first_sequence : next_sequence_;
    if (feedback.newest_sequence < step->first_sequence || feedback.newest_sequence >= step_end ||
        feedback.totals.packets > feedback.newest_sequence + 1)
        return false;
    const std::uint64_t most = feedback.totals.packets * order_.datagram_bytes;
    // Cumulative counts never fall: an older message that was overtaken has nothing to say.
    return feedback.totals.payload_bytes <= most && feedback.totals.packets >= far_.packets &&
           (!far_heard_ || feedback.newest_sequence >= far_newest_);
}

bool BulkSender::on_feedback(MonoTime arrived, const wire::Feedback& feedback) {
    if (!believable(arrived, feedback)) return false;
    last_feedback_ = arrived;
    const Duration rtt = arrived - mono_from_ns(feedback.newest_sent_ns) -
                         Duration{static_cast<Duration::rep>(feedback.held_ns)};
    if (rtt >= Duration::zero() && rtt < 60s) {
        rtt_ = rtt;
        lowest_rtt_ = std::min(lowest_rtt_, rtt);
    }
    if (feedback.newest_step != 0) {
        far_ = feedback.totals;
        far_newest_ = feedback.newest_sequence;
        far_heard_ = true;
    }
    if (running_since_ == never && !ended()) start_running(arrived);
    if (!ended()) tell_controller(arrived, feedback);
    if (std::exchange(paused_, false) && !ended()) next_step(arrived);
    return true;
}

void BulkSender::tell_controller(MonoTime arrived, const wire::Feedback& feedback) {
    controller_->on_feedback(
        {.now = arrived,
         .received = far_.packets,
         // A mark of congestion is to be answered as a loss is (RFC 3168, section 5).
         .lost = far_heard_ ? far_newest_ + 1 - far_.packets + far_.marks.congested : 0,
         .reordered = far_.reordered,
         .newest_step = feedback.newest_step,
         .quiet = Duration{static_cast<Duration::rep>(feedback.held_ns)},
         .rtt = rtt_,
         .lowest_rtt = lowest_rtt_ == Duration::max() ? Duration::zero() : lowest_rtt_,
         .steps = steps_.outcomes(feedback)});
    if (controller_->finished()) end(wire::End::completed);
}

void BulkSender::start_running(MonoTime now) {
    running_since_ = now;
    next_step(now);
}

void BulkSender::next_step(MonoTime now) {
    const std::uint32_t id = steps_.newest().id + 1;
    if (id > 1) steps_.on_end(now - controller_->step_end());
    plan_ = controller_->next_step(id, now);
    left_in_step_ = plan_.most_datagrams == 0 ? UINT32_MAX : plan_.most_datagrams;
    open_step(id, now, plan_.datagram_bytes);
    highest_rate_ = std::max(highest_rate_, plan_.rate);
    const bool wants_more = order_.rate.bps() == 0 || order_.rate > order_.granted;
    if (order_.granted.bps() != 0 && wants_more && plan_.rate >= order_.granted)
        note_limit(wire::LimitedBy::grant);
    if (silent())
        pacer_.pause();
    else
        pacer_.set_rate(now, plan_.rate, plan_.datagram_bytes);
}

void BulkSender::on_timer(MonoTime now) {
    if (ended()) return;
    if (running_since_ == never) {
        // A path with a round trip of seconds is slow, not dead: the idle time is the limit.
        if (now - began_ >= terms_.idle_timeout) end(wire::End::no_feedback);
        return;
    }
    if (now >= load_end()) {
        pacer_.stop(load_end());
        return end(wire::End::completed);
    }
    if (now - last_feedback_ >= feedback_awaited) return end(wire::End::no_feedback);
    if (now - last_feedback_ >= dead_man) return pause();
    if (now >= controller_->step_end()) next_step(now);
}

// The step, which is spoilt, is the load's until feedback comes back: steps without any datagrams
// would push those out of memory to which that belongs.
void BulkSender::pause() {
    if (std::exchange(paused_, true)) return;
    left_in_step_ = 0;
    pacer_.pause();
    note_limit(wire::LimitedBy::silence);
}

void BulkSender::end(wire::End why) {
    if (ended()) return;
    if (running() && !controller_->met_limit())
        note_limit(controller_->finished() ? wire::LimitedBy::host : wire::LimitedBy::time);
    const std::uint64_t offered = next_sequence_ + refused_;
    if (unpaced() || pacer_.skipped() > offered / 100) note_limit(wire::LimitedBy::host);
    // A grant that the host came nowhere near to did not hold it back.
    const bool far_below = pacer_.skipped() > offered / 10;
    if (far_below && limited_by_ == wire::LimitedBy::grant) limited_by_ = wire::LimitedBy::host;
    end_ = why;
}

MonoTime BulkSender::train_due() const {
    if (!running() || silent()) return never;
    const MonoTime due = pacer_.due();
    if (due >= load_end()) return never;
    return due - lookahead() / 2; // half of what may be handed over early is then gone
}

Duration BulkSender::spin() const {
    const bool spins = running() && order_.pacing == wire::Pacing::precise && !pacer_.unpaced() &&
                       lookahead() == 0ns;
    return spins ? spin_time : Duration::zero();
}

MonoTime BulkSender::due() const {
    if (ended()) return never;
    if (!running()) {
        const MonoTime give_up = began_ + terms_.idle_timeout;
        return primer_used_up() ? give_up : std::min(next_primer_, give_up);
    }
    if (paused_) return std::min(load_end(), last_feedback_ + feedback_awaited);
    return std::min({train_due(), controller_->step_end(), load_end(), last_feedback_ + dead_man});
}

wire::SendLateness BulkSender::lateness() const {
    const auto quantile = [this](double q) {
        return lateness_.enough_for(q) ? lateness_.quantile(q) : std::nullopt;
    };
    return {.p50 = quantile(0.5), .p99 = quantile(0.99), .max = lateness_.max()};
}

wire::SenderRecord BulkSender::record() const {
    return {.packets_accepted = next_sequence_,
            .payload_bytes = sent_bytes_,
            .packets_refused = refused_,
            .packets_skipped = pacer_.skipped(),
            .first_sent_ns = to_ns(first_sent_),
            .last_sent_ns = to_ns(last_sent_),
            .limited_by = limited_by_,
            .pacing = pacer_.unpaced() ? wire::Pacing::none
                      : kernel_waited_ ? wire::Pacing::kernel
                                       : order_.pacing,
            .lateness = lateness()};
}

} // namespace wyn::session
