#include "stats/interval_meter.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace wyn::stats {

namespace {

// How much of an interval may pass before its first arrival without counting as a stall.
constexpr Duration::rep edge_share = 10;

double bytes_per_ns(const Interval& interval) noexcept {
    return static_cast<double>(interval.bytes) / static_cast<double>(interval.span.count());
}

} // namespace

IntervalMeter::IntervalMeter(Duration dt) : dt_{dt} {
    WYN_CHECK(dt > Duration::zero());
}

void IntervalMeter::on_datagrams(MonoTime arrival, std::uint64_t packets,
                                 std::uint64_t bytes) noexcept {
    if (packets == 0) return;
    if (totals_.packets == 0) {
        totals_.first_arrival = arrival;
        totals_.last_arrival = arrival;
        open_from_ = arrival;
        open_until_ = saturating_add(arrival, dt_);
    }
    if (arrival >= open_until_ && !finished_) move_on(arrival);
    open_.packets += packets;
    open_.bytes += bytes;
    note(arrival, packets, bytes);
}

void IntervalMeter::finish() noexcept {
    if (finished_) return;
    finished_ = true;
    const Duration covered = totals_.last_arrival - open_from_;
    if (totals_.packets == 0 || covered < dt_ - covered) return;
    open_.packets -= newest_.packets;
    open_.bytes -= newest_.bytes;
    close(covered);
}

// Keeps the totals, and apart from them what arrived last: finish() needs to take it off again.
void IntervalMeter::note(MonoTime arrival, std::uint64_t packets, std::uint64_t bytes) noexcept {
    totals_.packets += packets;
    totals_.bytes += bytes;
    totals_.first_arrival = std::min(totals_.first_arrival, arrival);
    if (arrival < totals_.last_arrival) return;
    if (arrival > totals_.last_arrival) newest_ = {};
    totals_.last_arrival = arrival;
    newest_.packets += packets;
    newest_.bytes += bytes;
}

// `arrival` is the first one behind the open interval: that one is closed, and another opened.
void IntervalMeter::move_on(MonoTime arrival) noexcept {
    const Duration::rep skipped = (arrival - open_until_) / dt_;
    const MonoTime nominal = open_until_ + skipped * dt_;
    const MonoTime from = arrival - nominal <= dt_ / edge_share ? arrival : nominal;
    close(skipped == 0 ? from - open_from_ : dt_);
    open_ = {.index = open_.index + static_cast<std::uint64_t>(skipped) + 1};
    open_from_ = from;
    open_until_ = saturating_add(nominal, dt_);
}

void IntervalMeter::close(Duration span) noexcept {
    open_.span = span;
    last_closed_ = open_;
    if (!best_ || bytes_per_ns(open_) > bytes_per_ns(*best_)) best_ = open_;
}

} // namespace wyn::stats
