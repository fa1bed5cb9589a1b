#include "session/load_watch.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

constexpr Duration reading_interval = 25ms;
// Over less than this the clock of a thread's time is too coarse: its tick may be 10 ms.
constexpr Duration shortest_span = 100ms;

} // namespace

void LoadWatch::begin(std::uint32_t test) {
    test_ = test;
    record_.reset();
    next_reading_ = MonoTime{};
    packets_ = 0;
    first_.reset();
    last_.reset();
    gauge_.begin();
}

void LoadWatch::on_turn(MonoTime now, std::uint64_t packets) {
    if (now < next_reading_ || packets == packets_) return;
    const auto thread = gauge_.thread_times();
    if (!thread) return;
    packets_ = packets;
    next_reading_ = now + reading_interval;
    last_ = Reading{.at = now, .thread = *thread};
    if (!first_) first_ = last_;
}

void LoadWatch::put_thread(wire::HostRecord& record) const {
    if (!first_ || last_->at - first_->at < shortest_span) return;
    const double all = to_seconds(last_->at - first_->at);
    const ThreadTimes& before = first_->thread;
    const ThreadTimes& after = last_->thread;
    record.thread_busy = wire::Share::of(to_seconds(after.running - before.running), all);
    if (before.waiting && after.waiting)
        record.thread_kept_waiting =
            wire::Share::of(to_seconds(*after.waiting - *before.waiting), all);
}

void LoadWatch::complete(TestEnded& ended, wire::Role role) {
    if (ended.test != test_) return;
    if (!record_) {
        record_ = gauge_.changes(role);
        put_thread(*record_);
        next_reading_ = never;
    }
    (role == wire::Role::sender ? ended.sent.host : ended.received.host) = *record_;
}

} // namespace wyn::session
