#include "net/netlink_socket.hpp"

#include "net/fd.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace wyn::net {

namespace {

// A datagram of an answer is never longer, whatever it answers: NLMSG_GOODSIZE is at most 8 KiB,
// and a dump is cut to the reader's buffer, at most 32 KiB.
constexpr std::size_t longest_datagram = 32768;

// Connected to the kernel: nobody else can answer.
Result<Fd> ask(const NetlinkRequest& request) {
    auto fd =
        Fd::from_call(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE),
                      "open a netlink socket");
    if (!fd) return fd;
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (::connect(fd->get(), reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0)
        return fail_errno(errno, "connect a netlink socket");
    const NetlinkBytes bytes = request.bytes();
    if (::send(fd->get(), bytes.data(), bytes.size(), 0) < 0)
        return fail_errno(errno, "send a netlink request");
    return fd;
}

} // namespace

// Nothing is waited for: the kernel answers while it is asked, and goes on with a long answer while
// it is read.
Result<void> ask_netlink(const NetlinkRequest& request,
                         const std::function<Result<void>(const NetlinkMessage&)>& take) {
    auto fd = ask(request);
    if (!fd) return pass_on(fd);
    std::array<std::uint8_t, longest_datagram> buffer;
    for (bool more = true; more;) {
        const ssize_t got = ::recv(fd->get(), buffer.data(), buffer.size(), MSG_TRUNC);
        if (got < 0) return fail_errno(errno, "receive a netlink answer");
        const auto length = static_cast<std::size_t>(got);
        // An empty one would never end.
        if (length == 0 || length > buffer.size())
            return fail_errno(EBADMSG, "receive a netlink answer");
        auto answer = read_answer(NetlinkBytes{buffer}.first(length));
        if (!answer) return pass_on(answer);
        for (const NetlinkMessage& message : answer->messages)
            if (auto taken = take(message); !taken) return taken;
        more = !answer->is_last;
    }
    return {};
}

} // namespace wyn::net
