#include "sim/event_queue.hpp"

#include "base/check.hpp"
#include "sim/hash.hpp"

#include <algorithm>

namespace wyn::sim {

SeededRandom random_for(std::uint64_t seed, std::string_view part) {
    return SeededRandom{fnv1a(part) ^ (seed * 0x9e3779b97f4a7c15)};
}

void EventQueue::at(SimTime when, Action action) {
    WYN_CHECK(when >= now_);
    heap_.push_back({.when = when, .number = next_number_++, .action = std::move(action)});
    std::push_heap(heap_.begin(), heap_.end(), later);
}

bool EventQueue::step(SimTime until) {
    if (heap_.empty() || heap_.front().when > until) {
        now_ = std::max(now_, until);
        return false;
    }
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Event event = std::move(heap_.back());
    heap_.pop_back();
    at_this_time_ = event.when == now_ ? at_this_time_ + 1 : 0;
    now_ = event.when;
    ++happened_;
    event.action();
    return true;
}

Timer::Timer(EventQueue& queue, EventQueue::Action action)
    : queue_{queue}, state_{std::make_shared<State>()} {
    state_->action = std::move(action);
}

void Timer::set(SimTime when) {
    if (when != end_of_time) when = std::max(when, queue_.now());
    if (when == state_->when) return;
    state_->when = when;
    const std::uint64_t number = ++state_->set_count;
    if (when == end_of_time) return;
    queue_.at(when, [weak = std::weak_ptr{state_}, number] {
        const auto state = weak.lock();
        if (!state || state->set_count != number) return;
        state->when = end_of_time;
        state->action();
    });
}

} // namespace wyn::sim
