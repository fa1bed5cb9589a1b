#include "session/beats.hpp"

#include "crypto/primitives.hpp"

namespace wyn::session {

namespace {

Duration held(Stamp arrived, MonoTime now) {
    return std::max(now - arrived.time, Duration::zero());
}

// The round trip without the time that the other side held the message; nothing when the claims do
// not add up.
std::optional<Duration> round_trip(MonoTime sent, Stamp arrived, std::uint64_t held_ns) {
    const Duration total = arrived.time - sent;
    if (total < Duration::zero() || held_ns > static_cast<std::uint64_t>(total.count()))
        return std::nullopt;
    return total - Duration{static_cast<Duration::rep>(held_ns)};
}

} // namespace

BeatOutcome BeatAnswerer::on_beat0(Stamp arrived, MonoTime now, const dgram::Endpoint& from,
                                   const wire::Beat& beat) {
    Challenge& challenge = challenges_[beat.number % challenges_.size()];
    challenge = {
        .number = beat.number, .nonce = random_.bytes<16>(), .to = from, .sent = now, .open = true};
    return {.answer =
                wire::Beat{.step = 1,
                           .number = beat.number,
                           .confirmed = proven_.has_value(),
                           .challenge = challenge.nonce,
                           .echo = beat.challenge,
                           .time_ns = to_ns(now),
                           .held_ns = static_cast<std::uint64_t>(held(arrived, now).count())}};
}

BeatOutcome BeatAnswerer::on_beat2(Stamp arrived, const dgram::Endpoint& from,
                                   const wire::Beat& beat) {
    Challenge& challenge = challenges_[beat.number % challenges_.size()];
    if (!challenge.open || challenge.number != beat.number ||
        !crypto::same(challenge.nonce, beat.echo))
        return {.drop = wire::Drop::unexpected};
    if (challenge.to != from) return {.drop = wire::Drop::source};
    challenge.open = false;
    const bool first = !proven_.has_value();
    proven_ = from;
    return {.rtt = round_trip(challenge.sent, arrived, beat.held_ns), .confirmed = first};
}

void BeatAsker::set_interval(MonoTime now, Duration interval) {
    if (interval == interval_) return;
    interval_ = interval;
    if (!confirmed_ || next_number_ == 0) return;
    const Question& newest = questions_[(next_number_ - 1) % questions_.size()];
    due_ = std::max(now, newest.sent + wait());
}

// A lost beat may be the last for a long time that keeps a session alive. Two round trips are
// enough to know that one is lost.
Duration BeatAsker::wait() const {
    if (!confirmed_) return until_confirmed_;
    const Question& newest = questions_[(next_number_ - 1) % questions_.size()];
    if (!newest.open) return interval_;
    return std::min(interval_, std::max(unanswered_interval_, 2 * newest_rtt_));
}

std::optional<wire::Beat> BeatAsker::on_timer(MonoTime now) {
    if (now < due_) return std::nullopt;
    Question& question = questions_[next_number_ % questions_.size()];
    question = {.number = next_number_++, .nonce = random_.bytes<16>(), .sent = now, .open = true};
    due_ = now + wait();
    return wire::Beat{
        .step = 0, .number = question.number, .challenge = question.nonce, .time_ns = to_ns(now)};
}

BeatOutcome BeatAsker::on_beat1(Stamp arrived, MonoTime now, const wire::Beat& beat) {
    Question& question = questions_[beat.number % questions_.size()];
    if (!question.open || question.number != beat.number ||
        !crypto::same(question.nonce, beat.echo))
        return {.drop = wire::Drop::unexpected};
    question.open = false;
    const bool first = !answered_;
    answered_ = true;
    confirmed_ = confirmed_ || beat.confirmed;
    const auto rtt = round_trip(question.sent, arrived, beat.held_ns);
    newest_rtt_ = rtt.value_or(newest_rtt_);
    if (beat.number + 1 == next_number_) due_ = question.sent + wait();
    // The answer of the next beat confirms, if the echo arrives: one round trip, not the interval.
    if (first && !confirmed_) due_ = now;
    return {.answer = wire::Beat{.step = 2,
                                 .number = beat.number,
                                 .echo = beat.challenge,
                                 .time_ns = to_ns(now),
                                 .held_ns = static_cast<std::uint64_t>(held(arrived, now).count())},
            .rtt = rtt,
            .confirmed = first};
}

} // namespace wyn::session
