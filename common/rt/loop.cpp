#include "rt/loop.hpp"

#include "base/check.hpp"
#include "clock/system_clock.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <systemd/sd-event.h>

#include <cerrno>

namespace wyn::rt {

namespace {

// sd-event may delay a timer by its accuracy to serve several at once; 0 would mean 250 ms.
constexpr std::uint64_t timer_accuracy_us = 1;

constexpr std::uint64_t for_ever = UINT64_MAX; // USEC_INFINITY of sd-event

// How long a busy loop goes on by itself before sd-event gets to look at signals.
constexpr Duration longest_rounds = 2ms;

// Rounded up: a timer must never fire early.
std::uint64_t ceil_us(Duration duration) {
    if (duration <= Duration::zero()) return 0;
    return (static_cast<std::uint64_t>(duration.count()) + 999) / 1000;
}

// What only a bug of ours can make fail. ESTALE is none: the loop has left already and nothing that
// we switch matters any more.
void must(int returned) {
    WYN_CHECK(returned >= 0 || returned == -ESTALE);
}

// The function and its captures live as long as sd-event may call them, which is longer than the
// handle when that goes inside its own function.
template <typename State>
void give_to(sd_event_source* source, std::unique_ptr<State> state) {
    must(sd_event_source_set_destroy_callback(
        source, [](void* owned) { delete static_cast<State*>(owned); }));
    static_cast<void>(state.release()); // also its userdata, given when it was added
}

int on_signal(sd_event_source*, const signalfd_siginfo*, void* state) noexcept {
    (*static_cast<Loop::Function*>(state))();
    return 0;
}

int on_defer(sd_event_source*, void* state) noexcept {
    (*static_cast<Loop::Function*>(state))();
    return 0;
}

} // namespace

Source& Source::operator=(Source&& other) noexcept {
    if (this != &other) {
        reset();
        raw_ = std::exchange(other.raw_, nullptr);
    }
    return *this;
}

void Source::reset() noexcept {
    sd_event_source_disable_unref(std::exchange(raw_, nullptr));
}

Urgency& Urgency::operator=(Urgency&& other) noexcept {
    set(Haste::none);
    counts_ = std::move(other.counts_);
    haste_ = std::exchange(other.haste_, Haste::none);
    return *this;
}

void Urgency::set(Haste haste) noexcept {
    if (haste == haste_) return;
    if (haste_ != Haste::none) --(*counts_)[static_cast<std::size_t>(haste_)];
    if (haste != Haste::none) ++(*counts_)[static_cast<std::size_t>(haste)];
    haste_ = haste;
}

Spin& Spin::operator=(Spin&& other) noexcept {
    io_ = std::move(other.io_); // first: what is watched may not be closed
    ready_ = std::move(other.ready_);
    urgency_ = std::move(other.urgency_);
    return *this;
}

void Spin::reset() noexcept {
    urgency_.set(Haste::none);
    io_.reset();
}

void Spin::on(bool wanted) {
    urgency_.set(wanted ? Haste::utmost : Haste::none);
    io_.watch(wanted ? std::uint32_t{EPOLLIN} : 0);
}

// For sd-event a deferred source is the one that has waited longest, always.
void Defer::soon() {
    must(sd_event_source_set_enabled(raw(), SD_EVENT_ONESHOT));
}

Result<std::unique_ptr<Loop>> Loop::create() {
    // Sleeping ends when it is told to, not up to 50 us later.
    static_cast<void>(::prctl(PR_SET_TIMERSLACK, 1));
    sd_event* raw = nullptr;
    // Not sd_event_default(): that one is shared by whoever asks for it in this thread.
    if (const int r = sd_event_new(&raw); r < 0) return fail_errno(-r, "make an event loop");
    std::unique_ptr<Loop> loop{new Loop{raw}};
    if (auto begun = loop->begin(); !begun) return pass_on(begun);
    return loop;
}

Loop::~Loop() {
    sd_event_unref(raw_);
}

Result<void> Loop::begin() {
    auto ready = ReadySet::create();
    if (!ready) return pass_on(ready);
    ready_ = std::move(*ready);
    sd_event_source* source = nullptr;
    const auto on_ready = [](sd_event_source*, int, std::uint32_t, void* loop) noexcept {
        static_cast<Loop*>(loop)->serve_ready();
        return 0;
    };
    int r = sd_event_add_io(raw_, &source, ready_->fd(), EPOLLIN, on_ready, this);
    if (r < 0) return fail_errno(-r, "watch a set of descriptors");
    ready_source_ = Source{source};
    // Called before each wait.
    must(sd_event_source_set_prepare(source, [](sd_event_source*, void* loop) noexcept {
        static_cast<Loop*>(loop)->program_clock();
        return 0;
    }));
    const auto on_time = [](sd_event_source*, std::uint64_t, void* loop) noexcept {
        static_cast<Loop*>(loop)->serve_timers();
        return 0;
    };
    r = sd_event_add_time(raw_, &source, CLOCK_MONOTONIC, for_ever, timer_accuracy_us, on_time,
                          this);
    if (r < 0) return fail_errno(-r, "make a timer");
    must(sd_event_source_set_enabled(source, SD_EVENT_OFF));
    clock_source_ = Source{source};
    return {};
}

// Rounds of its own while the loop is busy, so that sd-event and its questions to the kernel cost
// something only once in a while.
void Loop::serve_ready() {
    MonoTime began = mono_now();
    const MonoTime until = began + longest_rounds;
    std::size_t served = 0;
    while (began < until) {
        const std::size_t ready = ready_->serve(left_);
        served += ready;
        const MonoTime ended = mono_now();
        const MonoTime due = saturating_add(timers_.due(), timer_slack_);
        const Duration nap = nap_policy_.on_round(began, ended, ready, haste(), due);
        if (nap <= Duration::zero() || left_) break;
        sleep_for(nap);
        ++naps_;
        began = mono_now();
        nap_policy_.woke(began);
    }
    did_nothing_ = served == 0;
}

Haste Loop::haste() const noexcept {
    for (const Haste haste : {Haste::utmost, Haste::some})
        if ((*urgent_)[static_cast<std::size_t>(haste)] > 0) return haste;
    return Haste::none;
}

void Loop::serve_timers() {
    programmed_ = never;
    did_nothing_ = timers_.serve(mono_now(), left_) == 0;
}

// When the first timer was put off since, the old time stays and finds nothing to do: that is
// cheaper than to program the clock for each time that somebody is heard of.
void Loop::program_clock() {
    const MonoTime due = timers_.due();
    if (due >= programmed_) return;
    must(sd_event_source_set_time(clock_source_.raw(), ceil_us(due.time_since_epoch())));
    must(sd_event_source_set_enabled(clock_source_.raw(), SD_EVENT_ONESHOT));
    programmed_ = due;
}

Result<Io> Loop::add_io(int fd, std::uint32_t events, IoFunction function) {
    return ready_->add(fd, events, std::move(function));
}

Timer Loop::add_timer(Function function) {
    return timers_.add(std::move(function));
}

Result<Signal> Loop::add_signal(int number, Function function) {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, number);
    WYN_CHECK(::pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
    auto state = std::make_unique<Function>(std::move(function));
    sd_event_source* source = nullptr;
    const int r = sd_event_add_signal(raw_, &source, number, on_signal, state.get());
    if (r < 0) return fail_errno(-r, "watch a signal");
    give_to(source, std::move(state));
    return Signal{source};
}

Defer Loop::add_defer(Function function) {
    auto state = std::make_unique<Function>(std::move(function));
    sd_event_source* source = nullptr;
    const int r = sd_event_add_defer(raw_, &source, on_defer, state.get());
    WYN_CHECK(r >= 0 && source != nullptr); // it needs nothing but memory
    must(sd_event_source_set_enabled(source, SD_EVENT_OFF));
    give_to(source, std::move(state));
    return Defer{source};
}

Urgency Loop::urgency() {
    return Urgency{urgent_};
}

Result<Spin> Loop::add_spin(Function function) {
    auto ready =
        net::Fd::from_call(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK), "make an event counter");
    if (!ready) return pass_on(ready);
    auto io =
        add_io(ready->get(), 0, [spun = std::move(function)](std::uint32_t) mutable { spun(); });
    if (!io) return pass_on(io);
    return Spin{std::move(*ready), std::move(*io), urgency()};
}

Result<int> Loop::run() {
    const int code = sd_event_loop(raw_);
    if (code < 0) return fail_errno(-code, "run the event loop");
    return code;
}

Result<bool> Loop::run_once(Duration timeout) {
    const MonoTime until = saturating_add(mono_now(), timeout);
    for (;;) {
        if (sd_event_get_state(raw_) == SD_EVENT_FINISHED) return false;
        did_nothing_ = false;
        const Duration left = until == never ? Duration::max() : until - mono_now();
        const int handled = sd_event_run(raw_, left == Duration::max() ? for_ever : ceil_us(left));
        if (handled < 0) return fail_errno(-handled, "run the event loop");
        const bool served = handled > 0 && !did_nothing_;
        if (served) return sd_event_get_state(raw_) != SD_EVENT_FINISHED;
        if (handled == 0) return false;
    }
}

void Loop::exit(int code) {
    WYN_CHECK(code >= 0 && code <= 255);
    left_ = true;
    must(sd_event_exit(raw_, code));
}

} // namespace wyn::rt
