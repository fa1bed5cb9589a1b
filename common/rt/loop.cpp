#include "rt/loop.hpp"

#include "base/check.hpp"
#include "net/fd.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <systemd/sd-event.h>
#include <time.h>

#include <cerrno>

namespace wyn::rt {

struct Timer::State {
    Loop::Function function;
    MonoTime due = never;
};

namespace {

// sd-event may delay a timer by its accuracy to serve several at once; 0 would mean 250 ms.
constexpr std::uint64_t timer_accuracy_us = 1;

constexpr std::uint64_t for_ever = UINT64_MAX; // USEC_INFINITY of sd-event

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

int on_io(sd_event_source*, int, std::uint32_t events, void* state) noexcept {
    (*static_cast<Loop::IoFunction*>(state))(events);
    return 0;
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

void Io::watch(std::uint32_t events) {
    if (events != 0) must(sd_event_source_set_io_events(raw(), events));
    must(sd_event_source_set_enabled(raw(), events != 0 ? SD_EVENT_ON : SD_EVENT_OFF));
}

void Timer::arm(MonoTime at) {
    if (at == state_->due) return;
    if (at != never) must(sd_event_source_set_time(raw(), ceil_us(at.time_since_epoch())));
    if (at == never || state_->due == never)
        must(sd_event_source_set_enabled(raw(), at == never ? SD_EVENT_OFF : SD_EVENT_ONESHOT));
    state_->due = at;
}

MonoTime Timer::due() const noexcept {
    return state_->due;
}

void Spin::on(bool wanted) {
    must(sd_event_source_set_enabled(raw(), wanted ? SD_EVENT_ON : SD_EVENT_OFF));
}

// For sd-event a deferred source is the one that has waited longest, always.
void Defer::soon() {
    must(sd_event_source_set_enabled(raw(), SD_EVENT_ONESHOT));
}

Result<std::unique_ptr<Loop>> Loop::create() {
    sd_event* raw = nullptr;
    // Not sd_event_default(): that one is shared by whoever asks for it in this thread.
    if (const int r = sd_event_new(&raw); r < 0) return fail_errno(-r, "make an event loop");
    return std::unique_ptr<Loop>{new Loop{raw}};
}

Loop::~Loop() {
    sd_event_unref(raw_);
}

Result<Io> Loop::add_io(int fd, std::uint32_t events, IoFunction function) {
    auto state = std::make_unique<IoFunction>(std::move(function));
    sd_event_source* source = nullptr;
    const int r = sd_event_add_io(raw_, &source, fd, events, on_io, state.get());
    if (r < 0) return fail_errno(-r, "watch a descriptor");
    give_to(source, std::move(state));
    Io handle{source};
    if (events == 0) handle.watch(0);
    return handle;
}

Result<Timer> Loop::add_timer(Function function) {
    auto state = std::make_unique<Timer::State>(std::move(function));
    Timer::State* const raw_state = state.get();
    const auto on_time = [](sd_event_source*, std::uint64_t, void* fired) noexcept {
        auto* const timer = static_cast<Timer::State*>(fired);
        timer->due = never; // before the call, which may arm it again
        timer->function();
        return 0;
    };
    sd_event_source* source = nullptr;
    const int r = sd_event_add_time(raw_, &source, CLOCK_MONOTONIC, for_ever, timer_accuracy_us,
                                    on_time, raw_state);
    if (r < 0) return fail_errno(-r, "make a timer");
    must(sd_event_source_set_enabled(source, SD_EVENT_OFF));
    give_to(source, std::move(state));
    return Timer{source, raw_state};
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

// An event counter that is never read is always ready, and epoll reports it to each round.
Result<Spin> Loop::add_spin(Function function) {
    struct State {
        Function function;
        net::Fd ready;
    };
    auto ready =
        net::Fd::from_call(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK), "make an event counter");
    if (!ready) return pass_on(ready);
    auto state = std::make_unique<State>(std::move(function), std::move(*ready));
    const auto on_round = [](sd_event_source*, int, std::uint32_t, void* spun) noexcept {
        static_cast<State*>(spun)->function();
        return 0;
    };
    sd_event_source* source = nullptr;
    const int r =
        sd_event_add_io(raw_, &source, state->ready.get(), EPOLLIN, on_round, state.get());
    if (r < 0) return fail_errno(-r, "watch an event counter");
    must(sd_event_source_set_enabled(source, SD_EVENT_OFF));
    give_to(source, std::move(state));
    return Spin{source};
}

Result<int> Loop::run() {
    const int code = sd_event_loop(raw_);
    if (code < 0) return fail_errno(-code, "run the event loop");
    return code;
}

Result<bool> Loop::run_once(Duration timeout) {
    if (sd_event_get_state(raw_) == SD_EVENT_FINISHED) return false;
    const int handled =
        sd_event_run(raw_, timeout == Duration::max() ? for_ever : ceil_us(timeout));
    if (handled < 0) return fail_errno(-handled, "run the event loop");
    return handled > 0 && sd_event_get_state(raw_) != SD_EVENT_FINISHED;
}

void Loop::exit(int code) {
    WYN_CHECK(code >= 0 && code <= 255);
    must(sd_event_exit(raw_, code));
}

Result<void> Loop::feed_watchdog() {
    const int r = sd_event_set_watchdog(raw_, 1);
    if (r < 0) return fail_errno(-r, "feed the watchdog");
    return {};
}

} // namespace wyn::rt
