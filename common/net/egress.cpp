#include "net/egress.hpp"

#include "net/fd.hpp"
#include "net/route.hpp"
#include "net/socket_address.hpp"
#include "net/socket_options.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace wyn::net {

namespace {

// A datagram of an answer is never longer, whatever it answers: NLMSG_GOODSIZE is at most 8 KiB,
// and a dump is cut to the reader's buffer, at most 32 KiB.
constexpr std::size_t longest_datagram = 32768;

// A question of its own socket, so that no answer can be mistaken for another's. Connected to the
// kernel: nobody else can answer.
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

// Calls `take` with each message of the answer. Nothing is waited for: the kernel answers while it
// is asked, and goes on with a long answer while it is read.
template <typename Take>
Result<void> read_all(int fd, Take take) {
    std::array<std::uint8_t, longest_datagram> buffer;
    for (bool more = true; more;) {
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), MSG_TRUNC);
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

Result<RouteQuestion> question_of(int fd) {
    auto local = local_endpoint(fd);
    if (!local) return pass_on(local);
    auto peer = peer_endpoint(fd);
    if (!peer) return pass_on(peer);
    auto device = get_option(fd, option::bound_device);
    if (!device) return pass_on(device);
    return RouteQuestion{*local, *peer, *device};
}

} // namespace

Result<int> egress_device(int fd) {
    auto question = question_of(fd);
    if (!question) return pass_on(question, "find a socket's device");
    int device = 0;
    auto asked = ask(route_request(*question));
    if (!asked) return pass_on(asked, "find a socket's device");
    auto read = read_all(asked->get(), [&](const NetlinkMessage& message) -> Result<void> {
        auto found = read_route(message);
        if (!found) return pass_on(found);
        device = *found;
        return {};
    });
    if (!read) return pass_on(read, "find a socket's device");
    if (device == 0) return fail_errno(EBADMSG, "find a socket's device");
    return device;
}

Result<std::vector<Qdisc>> egress_qdiscs(int fd) {
    auto device = egress_device(fd);
    if (!device) return pass_on(device);
    auto asked = ask(qdiscs_request());
    if (!asked) return pass_on(asked, "list queueing disciplines");
    std::vector<Qdisc> qdiscs;
    auto read = read_all(asked->get(), [&](const NetlinkMessage& message) -> Result<void> {
        auto qdisc = read_qdisc(message);
        if (!qdisc) return pass_on(qdisc);
        if (qdisc->device == *device) qdiscs.push_back(*std::move(qdisc));
        return {};
    });
    if (!read) return pass_on(read, "list queueing disciplines");
    return qdiscs;
}

} // namespace wyn::net
