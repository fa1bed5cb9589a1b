#include "journal/limited_sink.hpp"

#include "journal/own_events.hpp"

namespace wyn::journal {

LimitedSink::~LimitedSink() {
    const MonoTime now = clock_();
    tell_left_out(now);
    tell_lost(now);
}

void LimitedSink::write(const Event& event) {
    if (event.severity > least_) return;
    const MonoTime now = clock_();
    if (now >= limit_.due()) tell_left_out(now);
    if (!limit_.admits(now, event) || put(now, event)) return;
    ++lost_;
    retry_at_ = now + retry_interval;
}

void LimitedSink::on_timer(MonoTime now) {
    if (now >= retry_at_) tell_lost(now);
    if (now >= limit_.due()) tell_left_out(now);
}

void LimitedSink::tell_left_out(MonoTime now) {
    const auto left_out = limit_.left_out();
    if (left_out.empty()) return;
    if (put(now, announce_suppressed(left_out)))
        limit_.told();
    else
        limit_.could_not_tell(now);
}

// True when nothing is left to be told.
bool LimitedSink::tell_lost(MonoTime now) {
    if (lost_ > 0 && !output_->put(announce_lost(lost_))) {
        retry_at_ = now + retry_interval;
        return false;
    }
    lost_ = 0;
    retry_at_ = never;
    return true;
}

// What was lost is told in front of the first event that gets through again.
bool LimitedSink::put(MonoTime now, const Event& event) {
    return tell_lost(now) && output_->put(event);
}

} // namespace wyn::journal
