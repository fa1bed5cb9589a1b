// The daemon's first-contact socket: single datagrams of strangers, and answers that leave from the
// very address that was asked.
#pragma once

#include "dgram/datagrams.hpp"
#include "net/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace wyn::net {

// One datagram; `bytes` is valid until the next receive().
struct Inquiry {
    std::span<const std::uint8_t> bytes;
    dgram::Endpoint from;
    dgram::Address local; // the address of ours that was asked; may be a broadcast or multicast one
    bool cut_off = false; // it was longer than ListeningSocket::longest_inquiry
};

class ListeningSocket {
public:
    // A turn of the loop handles at most this many, so that a flood cannot hold it.
    static constexpr std::size_t most_per_turn = 32;
    // Four times the longest first-contact message.
    static constexpr std::size_t longest_inquiry = 2048;

    // `socket` comes from open_udp() or prepare_udp() with packet_info.
    explicit ListeningSocket(Fd socket);
    ~ListeningSocket();
    ListeningSocket(ListeningSocket&&) noexcept;
    ListeningSocket& operator=(ListeningSocket&&) noexcept;

    int fd() const noexcept { return socket_.get(); }

    // Takes up to most_per_turn datagrams off the queue; none: nothing there now.
    Result<std::span<const Inquiry>> receive();

    // Answers `to` from `local`; an unspecified `local` leaves the choice to the kernel.
    dgram::SendOutcome send_from(const dgram::Address& local, const dgram::Endpoint& to,
                                 std::span<const std::uint8_t> bytes) const;

private:
    struct Batch;

    Fd socket_;
    int family_ = 0;
    std::unique_ptr<Batch> batch_;
};

} // namespace wyn::net
