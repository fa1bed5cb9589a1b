// A program (or worker) on a simulated host: it is woken by datagrams, messages and its own
// deadline, a little late, and not at all while its host or itself stands still.
#pragma once

#include "base/check.hpp"
#include "sim/network.hpp"

#include <utility>

namespace wyn::sim {

class Actor {
public:
    explicit Actor(SimHost& host) : host_{host}, timer_{host.queue(), [this] { run(); }} {}
    virtual ~Actor() = default;
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;

    // There is something to do.
    void wake() {
        if (!stopped_) timer_.set(std::min(timer_.when(), host_.queue().now() + delay()));
    }
    // SIGSTOP, then SIGCONT.
    void stall(Duration time) { stalled_until_ = host_.queue().now() + time; }
    // SIGKILL: it never runs again.
    void stop() {
        stopped_ = true;
        timer_.set(end_of_time);
    }
    bool stopped() const { return stopped_; }

protected:
    // Does what there is to do; when to be called again without being woken.
    virtual MonoTime turn(MonoTime now) = 0;
    SimHost& host() { return host_; }
    const SimHost& host() const { return host_; }

private:
    Duration delay() { return host_.wake_up_delay(); }

    void run() {
        if (stopped_) return;
        const SimTime runs_again = std::max(stalled_until_, host_.runs_again());
        if (runs_again > host_.queue().now()) return timer_.set(runs_again);
        // A program that never waits would spin for ever here, and burn a core in the world.
        WYN_CHECK(host_.queue().at_this_time() < 100'000);
        const MonoTime due = turn(host_.now());
        if (stopped_ || due == never) return;
        const SimTime when = std::max(host_.when(due), host_.queue().now());
        timer_.set(std::min(timer_.when(), when + (when > host_.queue().now() ? delay() : 0ns)));
    }

    SimHost& host_;
    SimTime stalled_until_{};
    bool stopped_ = false;
    Timer timer_;
};

// What is said to an actor, in order, over a link that takes a moment and can be cut.
template <typename Message>
class Mailbox {
public:
    Mailbox(Actor& owner, SimHost& host, Duration delay)
        : owner_{owner}, host_{host}, state_{std::make_shared<State>()}, delay_{delay} {}

    void post(const Message& message) {
        host_.queue().after(delay_, [weak = std::weak_ptr{state_}, owner = &owner_, message] {
            const auto state = weak.lock();
            if (!state) return;
            state->arrived.push_back(message);
            owner->wake();
        });
    }
    std::optional<Message> take() {
        if (state_->arrived.empty()) return std::nullopt;
        std::optional<Message> message{std::move(state_->arrived.front())};
        state_->arrived.pop_front();
        return message;
    }

private:
    struct State {
        std::deque<Message> arrived;
    };
    Actor& owner_;
    SimHost& host_;
    std::shared_ptr<State> state_; // gone with the owner; messages on their way then go nowhere
    Duration delay_;
};

} // namespace wyn::sim
