// The timers of a loop, in the order of their times. The loop needs to program the kernel for the
// first of them only, and once for all that have become due: each programming costs a virtual
// machine some 40 us.
#pragma once

#include "clock/time.hpp"
#include "rt/registration.hpp"

#include <map>
#include <memory>
#include <vector>

namespace wyn::rt {

class TimerQueue;

// Fires once per arm(), never early; the loop adds at most a microsecond to the kernel's lateness.
class Timer {
public:
    Timer() noexcept = default;
    Timer(Timer&& other) noexcept = default;
    Timer& operator=(Timer&& other) noexcept;
    ~Timer() { reset(); }

    // Replaces the time that was set before; `never` disarms. The same time again costs nothing. A
    // time that has passed fires in the next turn.
    void arm(MonoTime at);
    void disarm() { arm(never); }
    // When it will fire; `never` when it is not armed.
    MonoTime due() const noexcept;

    // The function is not called again; its captures go now, or when it returns if it is running.
    void reset() noexcept;
    explicit operator bool() const noexcept { return state_ != nullptr; }

private:
    friend class TimerQueue;
    struct State;
    explicit Timer(std::shared_ptr<State> state) noexcept : state_{std::move(state)} {}

    std::shared_ptr<State> state_;
};

class TimerQueue {
public:
    using Function = Registration<>::Function;

    TimerQueue() : order_{std::make_shared<Order>()} {}

    Timer add(Function function);
    // The time of the first timer; `never` when none is armed.
    MonoTime due() const;
    // Calls those that are due at `now`, one after the other, until `stop` is true. What they arm
    // anew waits for the next call. Returns how many were due.
    std::size_t serve(MonoTime now, const bool& stop);

private:
    friend struct Timer::State;
    using Order = std::multimap<MonoTime, Timer::State*>;

    std::shared_ptr<Order> order_; // handles that outlive this still take themselves out
    std::vector<std::shared_ptr<Timer::State>> batch_;
};

} // namespace wyn::rt
