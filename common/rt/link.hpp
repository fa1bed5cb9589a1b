// Messages between neighbours: a worker and whoever placed it, in the same thread, another thread
// or another process.
//
// A link is one end of a SOCK_SEQPACKET pair: messages arrive whole, in order, and can carry
// descriptors. End of file is the stop signal: closing one end stops whatever lives at the other,
// and a neighbour that dies closes its end.
#pragma once

#include "base/check.hpp"
#include "net/fd.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace wyn::rt {

enum class LinkSent : std::uint8_t {
    sent,
    full,   // the other end has not read enough yet; nothing was sent
    closed, // the other end is gone
};

enum class LinkState : std::uint8_t {
    message,
    empty,  // nothing there now
    closed, // the other end is gone, or sent what cannot be received
};

// What one receive call found; `bytes` and `fds` are for a message only.
struct LinkReceived {
    LinkState state = LinkState::empty;
    std::span<std::uint8_t> bytes; // the filled part of the caller's buffer
    std::vector<net::Fd> fds;      // in the order in which they were sent
};

template <typename T>
struct LinkMessage {
    LinkState state = LinkState::empty;
    std::optional<T> message;
    std::vector<net::Fd> fds;
};

// What may travel as a typed message: both ends are the same image, so the memory is the format.
template <typename T>
concept LinkRecord = std::is_trivially_copyable_v<T> && std::is_class_v<T>;

class Link {
public:
    // The most descriptors in one message.
    static constexpr std::size_t most_fds = 8;

    // A closed link.
    Link() noexcept = default;
    // Two connected ends, non-blocking and closed on exec, with about 1 MiB of room in either
    // direction where the system allows it.
    static Result<std::pair<Link, Link>> pair();
    // The end that a process was born with, as descriptor `inherited`. From now on it is closed on
    // exec. An error when that is no such socket: the program was not started as a worker.
    static Result<Link> adopt(int inherited);

    // For a loop; the link keeps it.
    int fd() const noexcept { return socket_.get(); }
    bool is_open() const noexcept { return socket_.is_open(); }
    // Stops the other end, once it has read what was sent before.
    void close() noexcept { socket_ = net::Fd{}; }

    // Like close() for the other end, but here it can still be seen when that one closes, too.
    void shut_down() noexcept;

    // Sends one message, not empty, with copies of at most most_fds descriptors; ours stay open.
    LinkSent send_bytes(std::span<const std::uint8_t> message, std::span<const int> fds = {}) const;
    // Takes the next message. One that is longer than `buffer` or brings more than most_fds
    // descriptors does not come from a neighbour of ours, and one whose descriptors we have no room
    // for cannot be acted on: the link counts as closed.
    LinkReceived receive_bytes(std::span<std::uint8_t> buffer) const;

    template <LinkRecord T>
    LinkSent send(const T& message, std::span<const int> fds = {}) const {
        const auto bytes = std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(message);
        return send_bytes(bytes, fds);
    }
    // A message of any other length than T's closes the link, as above.
    template <LinkRecord T>
    LinkMessage<T> receive() const {
        std::array<std::uint8_t, sizeof(T)> buffer;
        LinkReceived got = receive_bytes(buffer);
        if (got.state != LinkState::message) return {got.state, std::nullopt, {}};
        if (got.bytes.size() != sizeof(T)) return {LinkState::closed, std::nullopt, {}};
        return {got.state, std::bit_cast<T>(buffer), std::move(got.fds)};
    }

private:
    explicit Link(net::Fd socket) noexcept : socket_{std::move(socket)} {}

    net::Fd socket_;
};

} // namespace wyn::rt
