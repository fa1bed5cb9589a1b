#include "rt/timer_queue.hpp"

namespace wyn::rt {

struct Timer::State : Registration<> {
    using Order = TimerQueue::Order;

    State(Function function, std::shared_ptr<Order> queue)
        : Registration{std::move(function)}, order{std::move(queue)} {
        Order maker;
        node = maker.extract(maker.emplace(never, this));
    }

    // Allocates nothing: the timer's node of the map is either here or there. A timer that is put
    // off stays where it is until it would be the first: most are put off again before.
    void arm(MonoTime at) {
        due = at;
        if (at < queued) settle();
    }

    // Moves the node to where it belongs.
    void settle() {
        if (queued != never) node = order->extract(place);
        queued = due;
        if (due == never) return;
        node.key() = due;
        place = order->insert(std::move(node));
    }

    std::shared_ptr<Order> order;
    Order::node_type node;
    Order::iterator place;   // means something while the node is in the map
    MonoTime queued = never; // its key there
    MonoTime due = never;
};

Timer& Timer::operator=(Timer&& other) noexcept {
    if (this != &other) {
        reset();
        state_ = std::move(other.state_);
    }
    return *this;
}

void Timer::arm(MonoTime at) {
    state_->arm(at);
}

MonoTime Timer::due() const noexcept {
    return state_->due;
}

void Timer::reset() noexcept {
    if (!state_) return;
    state_->arm(never);
    state_->settle();
    state_->end();
    state_.reset();
}

Timer TimerQueue::add(Function function) {
    return Timer{std::make_shared<Timer::State>(std::move(function), order_)};
}

MonoTime TimerQueue::due() const {
    while (!order_->empty()) {
        const auto& [queued, first] = *order_->begin();
        if (queued == first->due) return queued;
        first->settle();
    }
    return never;
}

std::size_t TimerQueue::serve(MonoTime now, const bool& stop) {
    // Each kept alive before the first is called: that may end any of the others.
    for (auto next = order_->begin(); next != order_->end() && next->first <= now; ++next)
        if (next->second->due <= now)
            batch_.push_back(
                std::static_pointer_cast<Timer::State>(next->second->shared_from_this()));
    for (const auto& timer : batch_) {
        if (stop) break;
        if (timer->due > now)
            continue;      // armed for later, or disarmed, by one that was called before
        timer->arm(never); // before the call, which may arm it again
        timer->call();
    }
    const std::size_t count = batch_.size();
    batch_.clear();
    return count;
}

} // namespace wyn::rt
