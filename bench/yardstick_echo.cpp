// The yardstick's echo: as many sockets as there are clients, in one loop, each datagram sent back
// as it came. What a daemon that checks, stamps and seals them costs on top is the difference.
#include "bench/yardstick.hpp"
#include "clock/system_clock.hpp"
#include "net/socket_address.hpp"
#include "net/udp_socket.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <vector>

namespace wyn::bench {

namespace {

// Datagrams of this length, which is that of wyndrvr's probes.
constexpr std::size_t datagram_bytes = 96;
// As the daemon does while it answers probes: it looks for more every millisecond.
constexpr Duration nap = 1ms;

dgram::Endpoint next_port(dgram::Endpoint endpoint, std::size_t count) {
    endpoint.port = static_cast<std::uint16_t>(endpoint.port + count);
    return endpoint;
}

// One socket for each of the `count` ports from `first` on.
Result<std::vector<net::Fd>> open_sockets(const dgram::Endpoint& first, std::size_t count) {
    std::vector<net::Fd> sockets;
    for (std::size_t i = 0; i < count; ++i) {
        auto socket = net::open_udp(next_port(first, i), {});
        if (!socket) return pass_on(socket);
        sockets.push_back(std::move(*socket));
    }
    return sockets;
}

// One call as the daemon makes it: with the sender's address and the kernel's stamp.
bool echo_one(int socket) {
    std::array<std::uint8_t, 2048> buffer;
    alignas(cmsghdr) std::array<std::uint8_t, 256> control;
    net::SocketAddress from;
    iovec into{.iov_base = buffer.data(), .iov_len = buffer.size()};
    msghdr message{.msg_name = from.get(),
                   .msg_namelen = from.length,
                   .msg_iov = &into,
                   .msg_iovlen = 1,
                   .msg_control = control.data(),
                   .msg_controllen = control.size()};
    const ssize_t got = ::recvmsg(socket, &message, MSG_DONTWAIT);
    if (got < 0) return false;
    return ::sendto(socket, buffer.data(), static_cast<std::size_t>(got), MSG_DONTWAIT, from.get(),
                    message.msg_namelen) == got;
}

} // namespace

Result<nlohmann::ordered_json> echo_all(const EchoPlan& plan) {
    auto sockets = open_sockets(plan.at, plan.sockets);
    if (!sockets) return pass_on(sockets);
    auto set = net::Fd::from_call(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    if (!set) return pass_on(set);
    for (const net::Fd& socket : *sockets) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = socket.get()}};
        if (::epoll_ctl(set->get(), EPOLL_CTL_ADD, socket.get(), &event) < 0)
            return fail_errno(errno, "epoll_ctl");
    }
    fmt::print("listening on {}\n", dgram::print(plan.at));
    std::fflush(stdout);
    std::uint64_t echoed = 0;
    for (const MonoTime end = mono_now() + plan.longest; mono_now() < end;) {
        std::array<epoll_event, 32> ready;
        const int count = ::epoll_wait(set->get(), ready.data(), ready.size(), 100);
        for (int i = 0; i < count; ++i)
            echoed += echo_one(ready[static_cast<std::size_t>(i)].data.fd) ? 1U : 0U;
        sleep_for(nap);
    }
    return nlohmann::ordered_json{{"echoed", echoed}};
}

// Every socket asks once per interval; they are spread evenly over it, in groups that leave
// together once per nap.
Result<nlohmann::ordered_json> ask_all(const AskPlan& plan) {
    std::vector<net::Fd> sockets;
    for (std::size_t i = 0; i < plan.sockets; ++i) {
        auto socket = net::open_udp({.address = plan.of.address, .port = 0}, {.stamps = false});
        if (!socket) return pass_on(socket);
        const auto server = net::to_kernel(next_port(plan.of, i), net::family_of(plan.of.address));
        if (!server || ::connect(socket->get(), server->get(), server->length) < 0)
            return fail_errno(errno, "connect");
        sockets.push_back(std::move(*socket));
    }
    const auto groups = static_cast<std::size_t>(plan.interval / nap);
    const std::array<std::uint8_t, datagram_bytes> question{};
    std::array<std::uint8_t, 2048> answer{};
    std::uint64_t asked = 0, answered = 0;
    const auto take_answers = [&answered, &answer](const net::Fd& socket) {
        while (::recv(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT) > 0)
            ++answered;
    };
    const MonoTime began = mono_now();
    for (std::size_t turn = 0; mono_now() < began + plan.duration; ++turn) {
        for (std::size_t i = turn % groups; i < sockets.size(); i += groups) {
            asked += ::send(sockets[i].get(), question.data(), question.size(), 0) > 0 ? 1U : 0U;
            take_answers(sockets[i]);
        }
        sleep_for(began + static_cast<Duration::rep>(turn + 1) * nap - mono_now());
    }
    sleep_for(10 * nap); // the last answers
    std::ranges::for_each(sockets, take_answers);
    return nlohmann::ordered_json{{"asked", asked}, {"answered", answered}};
}

} // namespace wyn::bench
