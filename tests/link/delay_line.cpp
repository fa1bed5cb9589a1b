#include "link/delay_line.hpp"

#include <algorithm>

namespace wyn::link {

Duration DelayLine::jitter(WorldTime now, const Record& record, const Jitter& jitter) const {
    const bool for_each = jitter.every == Duration::zero();
    const auto number = for_each
                            ? record.draw()
                            : static_cast<std::uint64_t>(now.time_since_epoch() / jitter.every);
    SeededRandom random = chance_.of(Mechanism::jitter, number);
    const double amount = to_seconds(jitter.amount);
    switch (jitter.shape) {
    case JitterShape::uniform: return from_seconds(amount * random.unit());
    case JitterShape::normal:
        return from_seconds(std::max(amount * (1 + draw_normal(random) / 3), 0.0));
    case JitterShape::exponential: return from_seconds(draw_exponential(random, amount));
    }
    return {};
}

bool DelayLine::holds_back(const Record& record, const Reordering& reordering) const {
    if (reordering.every > 0 && record.number % reordering.every == 0) return true;
    return chance_.strikes(reordering.chance, Mechanism::reordering, record.draw());
}

void DelayLine::enter(WorldTime now, Record record, const LinkSpec& link) {
    coalescing_ = link.coalescing;
    WorldTime due = now + link.delay;
    if (link.jitter.amount > Duration::zero()) {
        record.jittered = true;
        due += jitter(now, record, link.jitter);
    }
    if (link.jitter.keeps_order) due = std::max(due, newest_);
    if (holds_back(record, link.reordering)) {
        record.held_back = true;
        return hold(due, record, link.reordering);
    }
    newest_ = std::max(newest_, due);
    release(due, record);
    was_overtaken(due);
}

void DelayLine::hold(WorldTime due, const Record& record, const Reordering& reordering) {
    if (reordering.packets == 0) return release(due + reordering.time, record);
    held_.push_back({.to_overtake = reordering.packets,
                     .earliest = due,
                     .latest = coalesced(due + reordering.time),
                     .record = record});
}

void DelayLine::was_overtaken(WorldTime by) {
    for (Held& held : held_) {
        if (--held.to_overtake > 0) continue;
        release(std::clamp(by, held.earliest, held.latest), held.record);
    }
    std::erase_if(held_, [](const Held& held) { return held.to_overtake == 0; });
}

WorldTime DelayLine::coalesced(WorldTime due) const {
    if (coalescing_ == Duration::zero()) return due;
    return WorldTime{(due.time_since_epoch() + coalescing_ - 1ns) / coalescing_ * coalescing_};
}

void DelayLine::release(WorldTime due, const Record& record) {
    heap_.push_back({.due = coalesced(due), .order = next_order_++, .record = record});
    std::push_heap(heap_.begin(), heap_.end(), later);
}

WorldTime DelayLine::due() const {
    WorldTime first = heap_.empty() ? end_of_time : heap_.front().due;
    for (const Held& held : held_)
        first = std::min(first, held.latest);
    return first;
}

Record DelayLine::leave() {
    const auto impatient =
        std::min_element(held_.begin(), held_.end(), [](const Held& one, const Held& other) {
            return one.latest < other.latest;
        });
    if (impatient != held_.end() && (heap_.empty() || impatient->latest < heap_.front().due)) {
        Record record = impatient->record;
        record.departed = impatient->latest;
        held_.erase(impatient);
        return record;
    }
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Record record = heap_.back().record;
    record.departed = heap_.back().due;
    heap_.pop_back();
    return record;
}

} // namespace wyn::link
