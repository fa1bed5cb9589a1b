#include "net/listening_socket.hpp"

#include "base/check.hpp"
#include "net/control_messages.hpp"
#include "net/socket_address.hpp"
#include "net/socket_options.hpp"

#include <array>
#include <cerrno>
#include <utility>

namespace wyn::net {

// Everything that one recvmmsg() writes into.
struct ListeningSocket::Batch {
    std::array<std::array<std::uint8_t, longest_inquiry>, most_per_turn> bytes;
    std::array<SocketAddress, most_per_turn> from;
    std::array<ControlSpace, most_per_turn> control;
    std::array<iovec, most_per_turn> places;
    std::array<mmsghdr, most_per_turn> messages;
    std::array<Inquiry, most_per_turn> inquiries;

    void make_ready() {
        for (std::size_t i = 0; i < most_per_turn; ++i) {
            places[i] = {bytes[i].data(), bytes[i].size()};
            msghdr& message = messages[i].msg_hdr;
            message = {};
            message.msg_name = from[i].get();
            message.msg_namelen = sizeof from[i].storage;
            message.msg_iov = &places[i];
            message.msg_iovlen = 1;
            expect_control(message, control[i]);
        }
    }
    Inquiry read(std::size_t i) {
        msghdr& message = messages[i].msg_hdr;
        return {.bytes = std::span{bytes[i]}.first(messages[i].msg_len),
                .from = from_kernel(from[i].storage).value_or(dgram::Endpoint{}),
                .local = read_control(message).local.value_or(dgram::Address{}),
                .cut_off = (message.msg_flags & MSG_TRUNC) != 0};
    }
};

ListeningSocket::ListeningSocket(Fd socket)
    : socket_{std::move(socket)}, batch_{std::make_unique<Batch>()} {
    const auto family = get_option(fd(), option::socket_family);
    WYN_CHECK(family); // a socket, or it is our bug
    family_ = *family;
}

ListeningSocket::~ListeningSocket() = default;
ListeningSocket::ListeningSocket(ListeningSocket&&) noexcept = default;
ListeningSocket& ListeningSocket::operator=(ListeningSocket&&) noexcept = default;

Result<std::span<const Inquiry>> ListeningSocket::receive() {
    batch_->make_ready();
    int got = 0;
    do
        got = ::recvmmsg(fd(), batch_->messages.data(), most_per_turn, MSG_DONTWAIT, nullptr);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN) return std::span<const Inquiry>{};
    if (got < 0) return fail_errno(errno, "receive on the listening socket");
    const auto count = static_cast<std::size_t>(got);
    for (std::size_t i = 0; i < count; ++i)
        batch_->inquiries[i] = batch_->read(i);
    return std::span<const Inquiry>{batch_->inquiries}.first(count);
}

dgram::SendOutcome ListeningSocket::send_from(const dgram::Address& local,
                                              const dgram::Endpoint& to,
                                              std::span<const std::uint8_t> bytes) const {
    auto name = to_kernel(to, family_);
    if (!name) return {dgram::SendStatus::refused, 0, EAFNOSUPPORT};
    iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()}; // sending only reads
    ControlSpace control;
    msghdr message{};
    message.msg_name = name->get();
    message.msg_namelen = name->length;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!local.is_unspecified()) put_source(message, control, local, family_);
    ssize_t sent = 0;
    do
        sent = ::sendmsg(fd(), &message, MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0) return {dgram::SendStatus::sent, 1, 0};
    const int error = errno;
    return {error == EAGAIN ? dgram::SendStatus::would_block : dgram::SendStatus::refused, 0,
            error};
}

} // namespace wyn::net
