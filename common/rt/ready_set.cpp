#include "rt/ready_set.hpp"

#include "base/check.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>

namespace wyn::rt {

namespace {

// As many are served before timers and signals get their turn.
constexpr int longest_batch = 32;

} // namespace

struct Io::State : Registration<std::uint32_t> {
    State(Function function, std::shared_ptr<net::Fd> set, int descriptor)
        : Registration{std::move(function)}, epoll{std::move(set)}, fd{descriptor} {}

    // The errno of epoll_ctl(), 0: done.
    int control(int operation, std::uint32_t wanted) {
        epoll_event event{.events = wanted, .data = {.ptr = this}};
        if (::epoll_ctl(epoll->get(), operation, fd, &event) < 0) return errno;
        events = wanted;
        return 0;
    }

    std::shared_ptr<net::Fd> epoll;
    int fd;
    std::uint32_t events = 0; // 0: not in the set
};

Io& Io::operator=(Io&& other) noexcept {
    if (this != &other) {
        reset();
        state_ = std::move(other.state_);
    }
    return *this;
}

void Io::watch(std::uint32_t events) {
    if (events == state_->events) return;
    const int operation = events == 0           ? EPOLL_CTL_DEL
                          : state_->events == 0 ? EPOLL_CTL_ADD
                                                : EPOLL_CTL_MOD;
    WYN_CHECK(state_->control(operation, events) == 0);
}

void Io::reset() noexcept {
    if (!state_) return;
    watch(0);
    state_->end();
    state_.reset();
}

Result<std::unique_ptr<ReadySet>> ReadySet::create() {
    auto epoll = net::Fd::from_call(::epoll_create1(EPOLL_CLOEXEC), "make a set of descriptors");
    if (!epoll) return pass_on(epoll);
    return std::unique_ptr<ReadySet>{new ReadySet{std::move(*epoll)}};
}

Result<Io> ReadySet::add(int fd, std::uint32_t events, Function function) {
    auto state = std::make_shared<Io::State>(std::move(function), epoll_, fd);
    // Also what starts paused must be possible to watch.
    if (const int error = state->control(EPOLL_CTL_ADD, events))
        return fail_errno(error, "watch a descriptor");
    if (events == 0) WYN_CHECK(state->control(EPOLL_CTL_DEL, 0) == 0);
    return Io{std::move(state)};
}

std::size_t ReadySet::serve(const bool& stop) {
    std::array<epoll_event, longest_batch> events;
    const int count = ::epoll_wait(fd(), events.data(), longest_batch, 0);
    if (count < 0) return 0; // interrupted: they are still ready
    // Each kept alive before the first is called: that may end any of the others.
    for (int i = 0; i < count; ++i) {
        auto* const state = static_cast<Io::State*>(events[static_cast<std::size_t>(i)].data.ptr);
        batch_.push_back({std::static_pointer_cast<Io::State>(state->shared_from_this()),
                          events[static_cast<std::size_t>(i)].events});
    }
    for (const Ready& ready : batch_) {
        if (stop) break;
        // One that was served before may have paused this one, or asked less of it.
        const std::uint32_t wanted = ready.who->events | EPOLLERR | EPOLLHUP;
        if (ready.who->events != 0 && (ready.events & wanted) != 0)
            ready.who->call(ready.events & wanted);
    }
    batch_.clear();
    return static_cast<std::size_t>(count);
}

} // namespace wyn::rt
