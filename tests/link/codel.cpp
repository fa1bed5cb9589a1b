#include "link/codel.hpp"

#include <cmath>

namespace wyn::link {

WorldTime CodelLaw::control_law(WorldTime from, const QueueSpec& spec) const {
    return from + from_seconds(to_seconds(spec.interval) / std::sqrt(count_));
}

CodelLaw::Next CodelLaw::take(WorldTime now, Fifo& queue, const QueueSpec& spec) {
    Next next{queue.pop()};
    if (!next.record || now - next.record->arrived < spec.target || queue.bytes() <= largest_)
        first_above_.reset();
    else if (!first_above_)
        first_above_ = now + spec.interval;
    else
        next.too_late = now >= *first_above_;
    return next;
}

std::optional<Record> CodelLaw::dequeue(WorldTime now, Fifo& queue, const QueueSpec& spec,
                                        std::vector<Record>& ended) {
    Next next = take(now, queue, spec);
    if (dropping_)
        keep_dropping(now, next, queue, spec, ended);
    else if (next.too_late)
        begin_dropping(now, next, queue, spec, ended);
    return next.record;
}

void CodelLaw::keep_dropping(WorldTime now, Next& next, Fifo& queue, const QueueSpec& spec,
                             std::vector<Record>& ended) {
    dropping_ = next.too_late;
    while (dropping_ && now >= drop_next_) {
        ++count_;
        if (spec.ecn && mark_ce(*next.record)) {
            drop_next_ = control_law(drop_next_, spec);
            return;
        }
        end(now, *next.record, Fate::aqm_dropped, ended);
        next = take(now, queue, spec);
        dropping_ = next.too_late;
        if (dropping_) drop_next_ = control_law(drop_next_, spec);
    }
}

void CodelLaw::begin_dropping(WorldTime now, Next& next, Fifo& queue, const QueueSpec& spec,
                              std::vector<Record>& ended) {
    if (!spec.ecn || !mark_ce(*next.record)) {
        end(now, *next.record, Fate::aqm_dropped, ended);
        next = take(now, queue, spec);
    }
    dropping_ = true;
    // Soon after the last time the rate of drops begins near the one that was needed then.
    const std::uint32_t drops = count_ - last_count_;
    count_ = drops > 1 && now - drop_next_ < 16 * spec.interval ? drops : 1;
    drop_next_ = control_law(now, spec);
    last_count_ = count_;
}

} // namespace wyn::link
