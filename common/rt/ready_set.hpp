// Descriptors that are watched, and whose turn it is: one epoll set below the loop.
//
// sd-event asks the kernel about every ready descriptor again before each single function that it
// calls. With hundreds of sessions that is all that a loop does: 300 of them kept a quarter of a
// core busy, 1,000 never got to speak (Linux 6.18, systemd 252). Here one question answers for a
// whole batch, which is then served in the order in which the descriptors became ready.
#pragma once

#include "base/error.hpp"
#include "net/fd.hpp"
#include "rt/registration.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace wyn::rt {

class ReadySet;

// A descriptor that is watched. The handle must go before the descriptor is closed; it may outlive
// the loop.
class Io {
public:
    Io() noexcept = default;
    Io(Io&& other) noexcept = default;
    Io& operator=(Io&& other) noexcept;
    ~Io() { reset(); }

    // Waits for `events` from now on, EPOLLIN and EPOLLOUT; 0 pauses, errors and hang-ups included.
    void watch(std::uint32_t events);
    // The function is not called again; its captures go now, or when it returns if it is running.
    void reset() noexcept;
    explicit operator bool() const noexcept { return state_ != nullptr; }

private:
    friend class ReadySet;
    struct State;
    explicit Io(std::shared_ptr<State> state) noexcept : state_{std::move(state)} {}

    std::shared_ptr<State> state_;
};

class ReadySet {
public:
    using Function = Registration<std::uint32_t>::Function;

    // Fails when the process is out of descriptors.
    static Result<std::unique_ptr<ReadySet>> create();

    // Readable when any of the watched descriptors is ready.
    int fd() const noexcept { return epoll_->get(); }

    // Errors: a descriptor that cannot be watched (EPERM: a regular file) or is watched already
    // (EEXIST), and exhausted resources.
    Result<Io> add(int fd, std::uint32_t events, Function function);

    // Asks once who is ready, and calls them one after the other until all were or `stop` is true.
    // Returns how many were ready.
    std::size_t serve(const bool& stop);

private:
    struct Ready {
        std::shared_ptr<Io::State> who;
        std::uint32_t events;
    };
    explicit ReadySet(net::Fd epoll) : epoll_{std::make_shared<net::Fd>(std::move(epoll))} {}

    std::shared_ptr<net::Fd> epoll_; // handles that outlive this still switch themselves off
    std::vector<Ready> batch_;
};

} // namespace wyn::rt
