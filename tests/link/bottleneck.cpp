#include "link/bottleneck.hpp"

#include <algorithm>

namespace wyn::link {

namespace {

WorldTime next_multiple(WorldTime after, Duration of) {
    return WorldTime{(after.time_since_epoch() / of + 1) * of};
}

} // namespace

Bottleneck::Bottleneck(const LinkSpec& link, const Chance& chance)
    : link_{link}, line_{link, chance}, queue_{make_queue(link.queue, link.rate, chance)} {
    if (link.shaper) shaper_.emplace(*link.shaper);
}

void Bottleneck::enter(WorldTime now, const Record& record) {
    queue_->enqueue(now, record, ended_);
    if (sending_ || due_ != end_of_time) return;
    if (link_.batch > Duration::zero()) {
        if (queue_->packets() > 0) due_ = next_multiple(now, link_.batch);
    } else if (take_next(now)) {
        plan(now);
    }
}

bool Bottleneck::take_next(WorldTime now) {
    std::optional<Record> next = queue_->dequeue(now, ended_);
    if (!next) return false;
    next->waited = now - next->arrived;
    const double bits = 8.0 * (next->packet.bytes + link_.overhead_bytes);
    sending_ = Sending{*next, bits};
    return true;
}

// When the packet will have been sent, if nothing changes.
void Bottleneck::plan(WorldTime from) {
    since_ = from;
    due_ = line_.when_sent(from, sending_->bits);
    if (shaper_ && due_ != end_of_time)
        due_ = std::max(due_, shaper_->ready(from, sending_->record.packet.bytes));
}

std::optional<Record> Bottleneck::leave() {
    if (link_.batch > Duration::zero()) return leave_batch();
    const WorldTime now = due_;
    std::optional<Record> sent{sending_->record};
    // Due times are whole nanoseconds: what the line did beyond the packet is for the next one,
    // or else a fast link would lose up to a tenth of a percent.
    const double rate = line_.bps(now);
    const double beyond = line_.bits(since_, now) - sending_->bits;
    if (shaper_) shaper_->charge(now, sent->packet.bytes);
    sending_.reset();
    due_ = end_of_time;
    if (!take_next(now)) return sent;
    if (beyond > 0 && beyond <= rate * 2e-9) sending_->bits -= beyond;
    plan(now);
    return sent;
}

// At the end of a batch, what the line could have sent in it leaves, one packet for each call.
std::optional<Record> Bottleneck::leave_batch() {
    const WorldTime now = due_;
    if (!in_batch_) {
        credit_ += line_.bits(now - link_.batch, now);
        in_batch_ = true;
    }
    if (sending_ || take_next(now)) {
        const std::uint32_t bytes = sending_->record.packet.bytes;
        const bool has_tokens = !shaper_ || shaper_->ready(now, bytes) == now;
        if (sending_->bits <= credit_ && has_tokens) {
            std::optional<Record> sent{sending_->record};
            credit_ -= sending_->bits;
            if (shaper_) shaper_->charge(now, bytes);
            sending_.reset();
            return sent;
        }
        // The line goes on with this one, unless it is tokens that are missing.
        credit_ = has_tokens ? credit_ : 0;
        due_ = now + link_.batch;
    } else {
        credit_ = 0;
        due_ = end_of_time;
    }
    in_batch_ = false;
    return std::nullopt;
}

// Books what the line has done of the packet that is being sent.
void Bottleneck::send_until(WorldTime now) {
    if (!sending_) return;
    sending_->bits = std::max(sending_->bits - line_.bits(since_, now), 0.0);
    since_ = now;
}

void Bottleneck::change(WorldTime now, const LinkSpec& link) {
    if (link_.batch == Duration::zero()) send_until(now);
    link_ = link;
    line_.change(now, link);
    queue_->change(link.queue, link.rate);
    if (!link.shaper)
        shaper_.reset();
    else if (shaper_)
        shaper_->change(now, *link.shaper);
    else
        shaper_.emplace(*link.shaper);
    credit_ = 0;
    in_batch_ = false;
    due_ = end_of_time;
    if (link.batch > Duration::zero()) {
        if (sending_ || queue_->packets() > 0) due_ = next_multiple(now, link.batch);
    } else if (sending_ || take_next(now)) {
        plan(now);
    }
}

std::optional<double> Bottleneck::tokens(WorldTime now) const {
    if (!shaper_) return std::nullopt;
    return shaper_->level(now);
}

} // namespace wyn::link
