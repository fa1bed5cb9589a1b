// When a socket's datagrams departed: left the stack for the queue of a device, out of the socket's
// error queue.
//
// A datagram that asks for it is stamped where it enters the queue of its device
// (__dev_queue_xmit()), inside of the system call that sends it; the stamp comes without the
// datagram (OPT_TSONLY) under an id. Since Linux 6.13 we choose the id, before that it is a count.
// Whoever waits for one must give up by himself: it is dropped when the error queue is full.
//
// Not where the driver takes it over (TX_SOFTWARE): a full queue of this host would lie before that
// moment, and whoever else sends waits in it like in any other of the path. Measured: behind a tbf
// of 20 Mbit/s with 48 ms of its own queue such probes told of 0.006 ms.
//
// The queue costs a system call to look at, so it is looked at only right after a datagram that
// asked was sent, or when epoll has told of an error. An entry that nobody takes would be told of
// again and again.
#pragma once

#include "net/control_messages.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace wyn::net {

class DepartureQueue {
public:
    // Switches the stamps on, once. False: this kernel has none.
    bool begin(int fd);
    bool is_on() const noexcept { return state_ == State::chosen || state_ == State::counted; }

    // Makes a datagram ask for its departure under `id`.
    void put_request(msghdr& message, ControlSpace& space, std::uint32_t id) const;
    // It was taken by the stack.
    void on_sent(std::uint32_t id) noexcept;
    // It was not. True: it asked in a way that this kernel does not know, and is to be made and
    // sent again.
    bool on_refused(int fd, int error);

    // epoll has told of an error.
    void expect() noexcept { may_hold_ = until_empty_ = true; }
    // False: there can be nothing.
    bool may_hold() const noexcept { return may_hold_; }

    // One entry of the queue: a departure, or the errno of an error that the network or this host
    // has reported (for sockets of IP_RECVERR), or neither.
    struct Entry {
        std::optional<std::uint32_t> id;
        WallTime time{};
        int error = 0;
    };
    // Nothing: the queue is empty.
    std::optional<Entry> read(int fd);

private:
    enum class State : std::uint8_t { untried, chosen, counted, absent };
    // A count is known for so many requests.
    static constexpr std::size_t remembered = 1024;

    std::optional<std::uint32_t> id_of(std::uint32_t number) const noexcept;

    State state_ = State::untried;
    bool may_hold_ = false;
    bool until_empty_ = false;       // nobody knows how many there are
    std::uint32_t newest_ = 0;       // id
    std::uint32_t asked_ = 0;        // as the kernel counts
    std::vector<std::uint32_t> ids_; // by count; empty where we choose them
    ControlSpace control_;
};

} // namespace wyn::net
