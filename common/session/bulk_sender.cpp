#include "session/bulk_sender.hpp"

#include "base/check.hpp"
#include "wire/codec.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

constexpr Duration primer_interval = 25ms;
constexpr std::uint64_t unproven_bytes = 64 * 1024;  // before the first feedback, and as credit
constexpr double trickle_bytes_per_second = 125'000; // 1 Mbit/s
constexpr std::uint64_t refusals_tolerated = 1000;   // in a row, before we say it is our host
// An old receipt proves that somebody was there once. The longest queues of real access links hold
// some seconds; what is slower than this cannot be told from a receiver that has gone.
constexpr Duration receipt_life = 4s;
constexpr Duration first_silence = 90ms; // RFC 9097, 8.1: lost-status back-off
// A sleeping thread wakes up to 120 us late (99th percentile on a virtual machine); the rest of the
// waiting is spun when a train must leave on the microsecond.
constexpr Duration spin_time = 200us;
// What is handed to a kernel that waits: 2 ms of the rate, and of high rates no more than half of
// the smallest send buffer that Linux gives by default (208 KiB, which counts overhead).
constexpr Duration longest_lookahead = 2ms;
constexpr double lookahead_bytes = 96 * 1024;
constexpr double highest_kernel_paced_rate = 1e9;

std::unique_ptr<measure::RateController> controller_for(const BeginSending& order,
                                                        std::uint32_t header_bytes) {
    const auto capped = [&](BitRate rate) {
        return order.granted.bps() == 0 ? rate : std::min(rate, order.granted);
    };
    const BitRate ceiling = order.rate.bps() == 0 ? BitRate::unlimited() : order.rate;
    switch (order.search) {
    case wire::Search::fixed:
    case wire::Search::unpaced: return measure::make_fixed(capped(ceiling));
    case wire::Search::type_b: break;
    }
    return measure::make_type_b(capped(ceiling), order.datagram_bytes, header_bytes);
}

} // namespace

BulkSender::BulkSender(const BeginSending& order, const crypto::Key128& key, const Terms& terms,
                       std::uint32_t header_bytes, Random& random, MonoTime now)
    : order_{order}, terms_{terms}, random_{random},
      controller_{controller_for(order, header_bytes)}, slab_{key, order.datagram_bytes, random},
      began_{now}, next_primer_{now} {
    open_step(now);
}

void BulkSender::open_step(MonoTime now) {
    std::array<std::uint8_t, 4> receipt{};
    random_.fill(receipt);
    steps_[step_ % steps_remembered] = {
        .id = step_,
        .receipt = static_cast<std::uint32_t>(receipt[0] << 24 | receipt[1] << 16 |
                                              receipt[2] << 8 | receipt[3]),
        .first_sequence = next_sequence_,
        .opened = now};
    highest_rate_ = std::max(highest_rate_, controller_->rate());
}

// What may have been sent by now in all; see the top of bulk_sender.hpp.
std::uint64_t BulkSender::credit_bytes(MonoTime now) const {
    const double elapsed = to_seconds(now - running_since_);
    if (unpaced() && now - running_since_ <= dead_man) return UINT64_MAX;
    // Of the highest rate so far: what was sent while it held stays allowed when the rate falls,
    // else a search that overshot would fall silent for seconds.
    const double sent = static_cast<double>(next_sequence_ * order_.datagram_bytes);
    const double highest = unpaced() ? sent / elapsed : highest_rate_.as_double() / 8;
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
    const std::uint64_t sent = next_sequence_ * order_.datagram_bytes;
    const std::uint64_t credit = credit_bytes(now);
    std::uint64_t left = credit > sent ? credit - sent : 0;
    if (left / order_.datagram_bytes < datagrams) note_limit(wire::LimitedBy::breaker);
    if (order_.volume_bytes != 0) {
        const std::uint64_t volume = order_.volume_bytes > sent ? order_.volume_bytes - sent : 0;
        if (volume < order_.datagram_bytes) {
            note_limit(wire::LimitedBy::volume);
            end(wire::End::volume_used);
            return 0;
        }
        left = std::min(left, volume);
    }
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(datagrams, left / order_.datagram_bytes));
}

BulkTrain BulkSender::next_train(MonoTime now) {
    if (ended()) return {};
    if (!running()) {
        if (now < next_primer_ || primed_bytes_ + order_.datagram_bytes > unproven_bytes) return {};
        return build(now, 1);
    }
    const MonoTime planned = pacer_.due();
    const MonoTime horizon = std::min(now + lookahead(), running_since_ + order_.duration - 1ns);
    const std::uint32_t due =
        std::min(pacer_.due_now(now, std::max(now, horizon)), slab_.most_datagrams());
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
    const double rate = controller_->rate().as_double();
    if (!departure_times_ || pacer_.unpaced() || rate > highest_kernel_paced_rate) return 0ns;
    return std::min(longest_lookahead, from_seconds(lookahead_bytes * 8 / rate));
}

// `time` is when they leave.
BulkTrain BulkSender::build(MonoTime time, std::uint32_t datagrams) {
    const StepSent& step = steps_[step_ % steps_remembered];
    train_count_ = datagrams;
    return slab_.build({.length = order_.datagram_bytes,
                        .test = static_cast<std::uint16_t>(order_.test),
                        .sequence = running() ? next_sequence_ : 0,
                        .sent_ns = to_ns(time),
                        .step = step.id,
                        .receipt = step.receipt},
                       datagrams);
}

void BulkSender::on_sent(MonoTime now, const dgram::SendOutcome& outcome) {
    if (!running()) {
        next_primer_ = now + primer_interval;
        primed_bytes_ += outcome.segments * order_.datagram_bytes;
        return;
    }
    if (outcome.segments > 0) {
        if (next_sequence_ == 0) first_sent_ = train_time_;
        last_sent_ = train_time_;
        next_sequence_ += outcome.segments;
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
    const StepSent& step = steps_[feedback.newest_step % steps_remembered];
    if (step.id != feedback.newest_step || step.receipt != feedback.newest_receipt) return false;
    if (feedback.newest_step == 0) return feedback.totals.packets == 0;
    // A receipt proves datagrams of its own step, not what came after it.
    const StepSent& next = steps_[(feedback.newest_step + 1) % steps_remembered];
    if (feedback.newest_step < step_ && arrived - next.opened > receipt_life) return false;
    const std::uint64_t step_end =
        feedback.newest_step < step_ ? next.first_sequence : next_sequence_;
    if (feedback.newest_sequence < step.first_sequence || feedback.newest_sequence >= step_end ||
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
    silent_periods_ = 0;
    if (running_since_ == never && !ended()) start_running(arrived);

    const Duration rtt = arrived - mono_from_ns(feedback.newest_sent_ns) -
                         Duration{static_cast<Duration::rep>(feedback.held_ns)};
    if (rtt >= Duration::zero() && rtt < 60s) {
        since_adjustment_.rtt = rtt;
        lowest_rtt_ = std::min(lowest_rtt_, rtt);
    }
    if (feedback.newest_step == 0) return true;
    far_ = feedback.totals;
    far_newest_ = feedback.newest_sequence;
    far_heard_ = true;
    news_to_judge_ = true;
    return true;
}

void BulkSender::start_running(MonoTime now) {
    running_since_ = now;
    next_adjustment_ = now + terms_.adjustment_delay;
    ++step_;
    open_step(now);
    pacer_.set_rate(now, controller_->rate(), order_.datagram_bytes);
}

void BulkSender::adjust(MonoTime now) {
    next_adjustment_ = now + terms_.adjustment_delay;
    if (news_to_judge_) {
        const std::uint64_t lost = far_newest_ + 1 - far_.packets;
        since_adjustment_.received = far_.packets - judged_.packets;
        since_adjustment_.lost = lost > judged_lost_ ? lost - judged_lost_ : 0;
        since_adjustment_.reordered = far_.reordered - std::min(judged_.reordered, far_.reordered);
        since_adjustment_.duplicates =
            far_.duplicates - std::min(judged_.duplicates, far_.duplicates);
        since_adjustment_.lowest_rtt = lowest_rtt_;
        controller_->adjust(since_adjustment_);
        judged_ = far_;
        judged_lost_ = lost;
        news_to_judge_ = false;
    } else if (now - last_feedback_ >
               first_silence + (2 + silent_periods_) * terms_.adjustment_delay) {
        controller_->on_silence(++silent_periods_);
    }
    const bool wants_more = order_.rate.bps() == 0 || order_.rate > order_.granted;
    if (order_.granted.bps() != 0 && wants_more && controller_->rate() >= order_.granted)
        note_limit(wire::LimitedBy::grant);
    ++step_;
    open_step(now);
    pacer_.set_rate(now, controller_->rate(), order_.datagram_bytes);
}

void BulkSender::on_timer(MonoTime now) {
    if (ended()) return;
    if (running_since_ == never) {
        // A path with a round trip of seconds is slow, not dead: the idle time is the limit.
        if (now - began_ >= terms_.idle_timeout) end(wire::End::no_feedback);
        return;
    }
    if (now - running_since_ >= order_.duration) {
        pacer_.stop(running_since_ + order_.duration);
        return end(wire::End::completed);
    }
    if (now - last_feedback_ >= dead_man) return end(wire::End::no_feedback);
    if (now >= next_adjustment_) adjust(now);
}

void BulkSender::end(wire::End why) {
    if (ended()) return;
    if (running() && !controller_->met_limit()) note_limit(wire::LimitedBy::time);
    const std::uint64_t offered = next_sequence_ + refused_;
    if (unpaced() || pacer_.skipped() > offered / 100) note_limit(wire::LimitedBy::host);
    // A grant that the host came nowhere near to did not hold it back.
    const bool far_below = pacer_.skipped() > offered / 10;
    if (far_below && limited_by_ == wire::LimitedBy::grant) limited_by_ = wire::LimitedBy::host;
    end_ = why;
}

MonoTime BulkSender::train_due() const {
    if (!running()) return never;
    const MonoTime due = pacer_.due();
    if (due >= running_since_ + order_.duration) return never;
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
        const bool exhausted = primed_bytes_ + order_.datagram_bytes > unproven_bytes;
        const MonoTime give_up = began_ + terms_.idle_timeout;
        return exhausted ? give_up : std::min(next_primer_, give_up);
    }
    return std::min({train_due(), next_adjustment_, running_since_ + order_.duration,
                     last_feedback_ + dead_man});
}

wire::SendLateness BulkSender::lateness() const {
    const auto quantile = [this](double q) {
        return lateness_.enough_for(q) ? lateness_.quantile(q) : std::nullopt;
    };
    return {.p50 = quantile(0.5), .p99 = quantile(0.99), .max = lateness_.max()};
}

wire::SenderRecord BulkSender::record() const {
    return {.packets_accepted = next_sequence_,
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
