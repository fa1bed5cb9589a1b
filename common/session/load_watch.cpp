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
    const auto thread_time = gauge_.thread_time();
    if (!thread_time) return;
    packets_ = packets;
    next_reading_ = now + reading_interval;
    last_ = Reading{.at = now, .thread_time = *thread_time};
    if (!first_) first_ = last_;
}

std::optional<wire::Share> LoadWatch::thread_busy() const {
    if (!first_ || last_->at - first_->at < shortest_span) return std::nullopt;
    return wire::Share::of(to_seconds(last_->thread_time - first_->thread_time),
                           to_seconds(last_->at - first_->at));
}

void LoadWatch::complete(TestEnded& ended, wire::Role role) {
    if (ended.test != test_) return;
    if (!record_) {
        record_ = gauge_.changes(role);
        record_->thread_busy = thread_busy();
        next_reading_ = never;
    }
    (role == wire::Role::sender ? ended.sent.host : ended.received.host) = *record_;
}

} // namespace wyn::session
