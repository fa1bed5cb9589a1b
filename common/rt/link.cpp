#include "rt/link.hpp"

#include "net/socket_options.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace wyn::rt {

namespace {

constexpr std::size_t room_bytes = std::size_t{1} << 20;

struct DescriptorSpace {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(int) * Link::most_fds)> bytes;
};

void put_descriptors(msghdr& message, DescriptorSpace& space, std::span<const int> fds) {
    message.msg_control = space.bytes.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* const control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(control), fds.data(), fds.size_bytes());
}

std::vector<net::Fd> take_descriptors(msghdr& message) {
    std::vector<net::Fd> taken;
    for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
         control = CMSG_NXTHDR(&message, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(control) + i * sizeof fd, sizeof fd);
            taken.emplace_back(fd);
        }
    }
    return taken;
}

} // namespace

Result<std::pair<Link, Link>> Link::pair() {
    std::array<int, 2> raw{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, raw.data()) < 0)
        return fail_errno(errno, "make a link");
    std::pair ends{Link{net::Fd{raw[0]}}, Link{net::Fd{raw[1]}}};
    for (const int fd : raw) // what is queued counts against its sender's buffer only
        if (auto room = net::ask_send_buffer(fd, room_bytes); !room)
            return pass_on(room, "make a link");
    return ends;
}

Result<Link> Link::adopt(int inherited) {
    const auto type = net::get_option(inherited, net::option::socket_type);
    const auto family = net::get_option(inherited, net::option::socket_family);
    if (!type || *type != SOCK_SEQPACKET || !family || *family != AF_UNIX)
        return fail("this program is started as a worker by another one, never by hand");
    if (::fcntl(inherited, F_SETFD, FD_CLOEXEC) < 0 || ::fcntl(inherited, F_SETFL, O_NONBLOCK) < 0)
        return fail_errno(errno, "adopt the link");
    return Link{net::Fd{inherited}};
}

void Link::shut_down() noexcept {
    ::shutdown(socket_.get(), SHUT_WR); // fails only when the other end has closed already
}

LinkSent Link::send_bytes(std::span<const std::uint8_t> message, std::span<const int> fds) const {
    WYN_CHECK(!message.empty()); // an empty one would look like the end of file
    WYN_CHECK(fds.size() <= most_fds);
    if (!is_open()) return LinkSent::closed;
    iovec part{const_cast<std::uint8_t*>(message.data()), message.size()}; // sending only reads
    DescriptorSpace space;
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (!fds.empty()) put_descriptors(header, space, fds);
    ssize_t sent = 0;
    do
        sent = ::sendmsg(fd(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0) return LinkSent::sent;
    // A bad descriptor or a message beyond all buffers would be a bug of ours.
    WYN_CHECK(errno != EBADF && errno != EMSGSIZE && errno != EINVAL);
    const bool gone = errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN;
    return gone ? LinkSent::closed : LinkSent::full; // full: EAGAIN, ENOBUFS, ENOMEM, ETOOMANYREFS
}

LinkReceived Link::receive_bytes(std::span<std::uint8_t> buffer) const {
    if (!is_open()) return {.state = LinkState::closed};
    for (;;) {
        iovec part{buffer.data(), buffer.size()};
        DescriptorSpace space;
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = space.bytes.data();
        header.msg_controllen = space.bytes.size();
        const ssize_t got = ::recvmsg(fd(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EAGAIN) return {.state = LinkState::empty};
        // ECONNRESET is told once, when the other end closed before it had read all of ours. Its
        // own last words are still in the queue behind it, and then the end of file.
        if (got < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
        if (got <= 0) return {.state = LinkState::closed};
        std::vector<net::Fd> fds = take_descriptors(header); // owned first, so that none leaks
        if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return {.state = LinkState::closed};
        return {LinkState::message, buffer.first(static_cast<std::size_t>(got)), std::move(fds)};
    }
}

} // namespace wyn::rt
