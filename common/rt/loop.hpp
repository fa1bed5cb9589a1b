// The event loop: wake me when this descriptor, that time, this signal. sd-event (libsystemd 252)
// behind handles that unregister themselves.
//
// A source calls its function until its handle goes. Handles may go at any moment, also inside
// their own function, and may outlive the loop. A loop and its handles belong to one thread; every
// thread can make its own.
//
// One turn of the loop calls one function: of the sources that are ready, the one that has waited
// longest. There are no priorities on purpose: a flood, or a port that spins, would starve whatever
// came behind it, and then a client gets no answer, or the operator.
#pragma once

#include "base/error.hpp"
#include "clock/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

struct sd_event;
struct sd_event_source;

namespace wyn::rt {

// What all handles share: sole ownership of a registration. Empty when default-made or moved from.
class Source {
public:
    Source() noexcept = default;
    Source(Source&& other) noexcept : raw_{std::exchange(other.raw_, nullptr)} {}
    Source& operator=(Source&& other) noexcept;
    ~Source() { reset(); }

    // The function is not called again; its captures go now, or when it returns if it is running.
    void reset() noexcept;
    explicit operator bool() const noexcept { return raw_ != nullptr; }

protected:
    explicit Source(sd_event_source* raw) noexcept : raw_{raw} {}
    sd_event_source* raw() const noexcept { return raw_; }

private:
    sd_event_source* raw_ = nullptr;
};

// A descriptor that is watched. The handle must go before the descriptor is closed.
class Io : public Source {
public:
    Io() noexcept = default;
    // Waits for `events` from now on, EPOLLIN and EPOLLOUT; 0 pauses, errors and hang-ups included.
    void watch(std::uint32_t events);

private:
    friend class Loop;
    using Source::Source;
};

// Fires once per arm(), never early; the loop adds at most a microsecond to the kernel's lateness.
class Timer : public Source {
public:
    Timer() noexcept = default;
    // Replaces the time that was set before; `never` disarms. The same time again costs nothing. A
    // time that has passed fires in the next turn.
    void arm(MonoTime at);
    void disarm() { arm(never); }
    // When it will fire; `never` when it is not armed.
    MonoTime due() const noexcept;

private:
    friend class Loop;
    struct State;
    Timer(sd_event_source* raw, State* state) noexcept : Source{raw}, state_{state} {}

    State* state_ = nullptr; // owned by the registration
};

// Calls its function again and again while it is switched on; others get their turns in between. A
// timer that is armed with the present time does that too, but lets the kernel program the clock
// each time, which costs some 40 us on a virtual machine.
class Spin : public Source {
public:
    Spin() noexcept = default;
    void on(bool wanted);

private:
    friend class Loop;
    using Source::Source;
};

// Something to do before anything else, as soon as the running function has returned. It is no way
// to spin, because nobody else would get a turn.
class Defer : public Source {
public:
    Defer() noexcept = default;
    // Calls the function once, also when this is said twice before.
    void soon();

private:
    friend class Loop;
    using Source::Source;
};

// A signal that is received as an event.
class Signal : public Source {
public:
    Signal() noexcept = default;

private:
    friend class Loop;
    using Source::Source;
};

class Loop {
public:
    // Fails when the process is out of descriptors or memory.
    static Result<std::unique_ptr<Loop>> create();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    // Functions must not throw: one that does ends the program, since there is C in between.
    using IoFunction = std::move_only_function<void(std::uint32_t events)>;
    using Function = std::move_only_function<void()>;

    // Errors: a descriptor that cannot be watched (EPERM: a regular file) or is watched already
    // (EEXIST), and exhausted resources.
    Result<Io> add_io(int fd, std::uint32_t events, IoFunction function);
    Result<Timer> add_timer(Function function);
    // Blocks the signal in this thread, and leaves it blocked. Threads started later inherit that;
    // one started earlier would still be interrupted by the signal.
    Result<Signal> add_signal(int number, Function function);
    Defer add_defer(Function function);
    // Switched off at first. Fails when the process is out of descriptors.
    Result<Spin> add_spin(Function function);

    // Turns until exit() is called, and returns its code.
    Result<int> run();
    // One turn: waits at most `timeout` for something to happen (Duration::max(): for ever) and
    // handles it. False when nothing did, or when exit() was called.
    Result<bool> run_once(Duration timeout);
    // Makes run() return after the function that is running; `code` from 0 to 255. A loop that has
    // left does not turn again: its timers can be armed without effect.
    void exit(int code);

    // Feeds the service manager's watchdog (WatchdogSec=) from now on, when there is one. For the
    // main thread's loop.
    Result<void> feed_watchdog();

private:
    explicit Loop(sd_event* raw) noexcept : raw_{raw} {}

    sd_event* raw_;
};

} // namespace wyn::rt
