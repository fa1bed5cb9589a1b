// The event loop: wake me when this descriptor, that time, this signal. sd-event (libsystemd 252)
// behind handles that unregister themselves.
//
// A source calls its function until its handle goes. Handles may go at any moment, also inside
// their own function, and may outlive the loop. A loop and its handles belong to one thread; every
// thread can make its own.
//
// A turn of the loop serves the descriptors that are ready (32 at most, in the order in which they
// became so), or the timers that are due, or one signal, whichever has waited longest. There are no
// priorities on purpose: a flood, or a port that spins, would starve whatever came behind it, and
// then a client gets no answer, or the operator.
#pragma once

#include "base/error.hpp"
#include "clock/time.hpp"
#include "net/fd.hpp"
#include "rt/nap_policy.hpp"
#include "rt/ready_set.hpp"
#include "rt/timer_queue.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

struct sd_event;
struct sd_event_source;

namespace wyn::rt {

// Sole ownership of a registration with sd-event. Empty when default-made or moved from.
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
    friend class Loop;
    explicit Source(sd_event_source* raw) noexcept : raw_{raw} {}
    sd_event_source* raw() const noexcept { return raw_; }

private:
    sd_event_source* raw_ = nullptr;
};

// How much of a hurry its owner is in: the loop naps (rt/nap_policy.hpp) no longer than the most
// hurried of all can bear.
class Urgency {
public:
    Urgency() noexcept = default;
    Urgency(Urgency&& other) noexcept { *this = std::move(other); }
    Urgency& operator=(Urgency&& other) noexcept;
    ~Urgency() { set(Haste::none); }
    void set(Haste haste) noexcept;

private:
    friend class Loop;
    using Counts = std::array<int, 3>; // by haste, but for `none`
    explicit Urgency(std::shared_ptr<Counts> counts) noexcept : counts_{std::move(counts)} {}

    std::shared_ptr<Counts> counts_; // of the loop
    Haste haste_ = Haste::none;
};

// Calls its function again and again while it is switched on; others get their turns in between. A
// timer that is armed with the present time does that too, but lets the kernel program the clock
// each time, which costs some 40 us on a virtual machine.
class Spin {
public:
    Spin() noexcept = default;
    Spin(Spin&& other) noexcept = default;
    Spin& operator=(Spin&& other) noexcept;
    void on(bool wanted);
    void reset() noexcept;

private:
    friend class Loop;
    Spin(net::Fd ready, Io io, Urgency urgency) noexcept
        : ready_{std::move(ready)}, io_{std::move(io)}, urgency_{std::move(urgency)} {}

    net::Fd ready_; // an event counter that is never read, so it is ready always
    Io io_;
    Urgency urgency_;
};

// Something to do before anything else, as soon as the running turn is over. It is no way to spin,
// because nobody else would get a turn.
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
    using IoFunction = ReadySet::Function;
    using Function = std::move_only_function<void()>;

    // Errors: a descriptor that cannot be watched (EPERM: a regular file) or is watched already
    // (EEXIST), and exhausted resources.
    Result<Io> add_io(int fd, std::uint32_t events, IoFunction function);
    Timer add_timer(Function function);
    // Blocks the signal in this thread, and leaves it blocked. Threads started later inherit that;
    // one started earlier would still be interrupted by the signal.
    Result<Signal> add_signal(int number, Function function);
    Defer add_defer(Function function);
    // Switched off at first. Fails when the process is out of descriptors.
    Result<Spin> add_spin(Function function);
    // Of no haste at first.
    Urgency urgency();

    // Turns until exit() is called, and returns its code.
    Result<int> run();
    // One turn: waits at most `timeout` for something to happen (Duration::max(): for ever) and
    // handles it. False when nothing did, or when exit() was called.
    Result<bool> run_once(Duration timeout);
    // Makes run() return after the function that is running; `code` from 0 to 255. A loop that has
    // left does not turn again: its timers can be armed without effect.
    void exit(int code);

    // While the loop is busy its timers may come so much later, for the sake of longer naps. Zero
    // at first.
    void set_timer_slack(Duration slack) noexcept { timer_slack_ = slack; }

    // Naps taken so far.
    std::uint64_t naps() const noexcept { return naps_; }

private:
    explicit Loop(sd_event* raw) noexcept : raw_{raw} {}
    Result<void> begin();
    void serve_ready();
    Haste haste() const noexcept;
    void serve_timers();
    void program_clock();

    sd_event* raw_;
    std::unique_ptr<ReadySet> ready_;
    TimerQueue timers_;
    Source ready_source_;
    Source clock_source_;
    MonoTime programmed_ = never; // what the kernel's clock is set for
    NapPolicy nap_policy_;
    std::shared_ptr<Urgency::Counts> urgent_ = std::make_shared<Urgency::Counts>();
    std::uint64_t naps_ = 0;
    Duration timer_slack_{};
    bool did_nothing_ = false; // in the last turn: a clock that was set for a timer put off since
    bool left_ = false;
};

} // namespace wyn::rt
