#include "rt/placed_worker.hpp"

#include "clock/system_clock.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>

namespace wyn::rt {

namespace {

// How long the owner waits for a thread whose link it has closed.
constexpr Duration thread_patience = 1s;

// Signals are the main thread's business: a thread inherits the mask that its starter has.
std::thread start_thread(Link theirs, const std::string& program) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread{run_worker, std::move(theirs), program};
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

// True when the other end of the link has been closed before the patience was over.
bool wait_for_end(const Link& link, Duration patience) {
    const MonoTime until = mono_now() + patience;
    while (mono_now() < until) {
        pollfd poll{.fd = link.fd(), .events = POLLRDHUP, .revents = 0};
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - mono_now()).count();
        if (::poll(&poll, 1, static_cast<int>(left) + 1) > 0 &&
            (poll.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0)
            return true;
    }
    return false;
}

} // namespace

Result<std::unique_ptr<PlacedWorker>>
PlacedWorker::place(Placement where, Loop& here, const std::string& program, Function on_readable) {
    auto pair = Link::pair();
    if (!pair) return pass_on(pair);
    std::unique_ptr<PlacedWorker> placed{new PlacedWorker{where}};
    placed->link_ = std::move(pair->first);
    placed->last_heard_ = mono_now();
    placed->on_readable_ = std::move(on_readable);
    auto watch = here.add_io(placed->link_.fd(), EPOLLIN,
                             [self = placed.get()](std::uint32_t) { self->on_readable_(); });
    if (!watch) return pass_on(watch);
    placed->watch_ = std::move(*watch);
    if (auto started = placed->start(here, program, std::move(pair->second)); !started)
        return pass_on(started);
    return placed;
}

// The one switch.
Result<void> PlacedWorker::start(Loop& here, const std::string& program, Link theirs) {
    switch (where_) {
    case Placement::single: {
        auto worker = Worker::create(here, std::move(theirs), program, [] {});
        if (!worker) return pass_on(worker);
        runs_ = std::move(*worker);
        return {};
    }
    case Placement::thread: try { runs_ = start_thread(std::move(theirs), program);
        } catch (const std::system_error& error) {
            return fail_errno(error.code().value(), "starting a thread");
        }
        return {};
    case Placement::process: {
        auto child = Child::spawn_worker(program, std::move(theirs));
        if (!child) return pass_on(child);
        runs_ = std::move(*child);
        return {};
    }
    }
    return fail("unknown placement");
}

PlacedWorker::~PlacedWorker() {
    watch_.reset();
    if (auto* const thread = std::get_if<std::thread>(&runs_)) leave(*thread);
    link_.close(); // end of file: stop
}

void PlacedWorker::leave(std::thread& thread) {
    link_.shut_down(); // end of file for the thread, while we can still see its end close
    if (!hangs_ && wait_for_end(link_, thread_patience))
        thread.join();
    else
        thread.detach(); // it hangs; its session is over, its memory is lost
}

bool PlacedWorker::send(const WorkerOrder& order, std::span<const int> fds) {
    return link_.send(order, fds) == LinkSent::sent;
}

std::optional<std::string> PlacedWorker::how_it_ended() {
    auto* const child = std::get_if<Child>(&runs_);
    return child == nullptr ? std::nullopt : child->reap();
}

bool PlacedWorker::hangs(MonoTime now, Duration patience, bool excused) {
    if (where_ == Placement::single) return false; // it lives and dies with its owner's loop
    if (excused) last_heard_ = now;
    hangs_ = now - last_heard_ >= patience;
    return hangs_;
}

void HangCheck::begin(MonoTime now, Duration patience) {
    was_away_ = now - last_round_ > patience / 2;
    last_round_ = now;
    patience_ = patience;
}

} // namespace wyn::rt
