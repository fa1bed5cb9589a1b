// An observer of questions and answers that is neither of the two who talk: a packet socket on an
// interface, with the kernel's stamps. It says when each datagram of one length to or from a range
// of ports left the interface and came in by it, in their order. It reads them when all is over, so
// that it takes part in nothing but the kernel's copying.
#include "base/error.hpp"
#include "net/control_messages.hpp"
#include "net/fd.hpp"
#include "net/socket_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

using namespace wyn;

constexpr std::size_t buffer_bytes = 64 * 1024 * 1024;
constexpr std::size_t kept_bytes = sizeof(iphdr) + 40 + sizeof(udphdr); // 40: longest IP options

struct Watch {
    std::string interface = "lo";
    std::uint16_t first_port = 1; // of the server
    std::uint16_t last_port = 65535;
    std::uint32_t length = 0; // payload of a datagram
};

// Times in nanoseconds of the wall clock.
struct Seen {
    std::vector<std::int64_t> left;
    std::vector<std::int64_t> arrived;
};

// UDP over IPv4 with a payload of this length.
Result<void> attach_filter(int socket, std::uint32_t length) {
    std::array<sock_filter, 9> program{{
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(iphdr, protocol)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(iphdr, frag_off)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IP_OFFMASK, 4, 0),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, offsetof(udphdr, len)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, length + static_cast<std::uint32_t>(sizeof(udphdr)), 0,
                 1),
        BPF_STMT(BPF_RET | BPF_K, kept_bytes),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
    const sock_fprog filter{.len = program.size(), .filter = program.data()};
    if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0)
        return fail_errno(errno, "attach the filter");
    return {};
}

// Of all protocols: only such a socket sees what leaves. It sees nothing before it is bound.
Result<net::Fd> open_observer(const Watch& watch) {
    auto socket = net::Fd::from_call(
        ::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "packet socket");
    if (!socket) return socket;
    if (auto attached = attach_filter(socket->get(), watch.length); !attached)
        return pass_on(attached);
    if (auto set = net::set_option(socket->get(), net::option::receive_stamps, true); !set)
        return pass_on(set);
    if (auto set = net::ask_receive_buffer(socket->get(), buffer_bytes); !set) return pass_on(set);
    const sockaddr_ll at{.sll_family = AF_PACKET,
                         .sll_protocol = htons(ETH_P_ALL),
                         .sll_ifindex =
                             static_cast<int>(::if_nametoindex(watch.interface.c_str()))};
    if (at.sll_ifindex == 0) return fail(fmt::format("there is no device {}", watch.interface));
    if (::bind(socket->get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) < 0)
        return fail_errno(errno, fmt::format("bind to {}", watch.interface));
    return socket;
}

class Observer {
public:
    Observer(net::Fd socket, const Watch& watch) : socket_{std::move(socket)}, watch_{watch} {}

    // Everything that is there.
    Result<void> read_all() {
        for (;;) {
            std::array<std::uint8_t, kept_bytes> packet{};
            iovec part{packet.data(), packet.size()};
            sockaddr_ll from{};
            msghdr message{};
            message.msg_name = &from;
            message.msg_namelen = sizeof from;
            message.msg_iov = &part;
            message.msg_iovlen = 1;
            net::expect_control(message, control_);
            if (::recvmsg(socket_.get(), &message, MSG_DONTWAIT) < 0) {
                if (errno == EAGAIN) return {};
                if (errno != EINTR) return fail_errno(errno, "recvmsg");
                continue;
            }
            note(packet, from, net::read_control(message));
        }
    }

    Result<nlohmann::ordered_json> report() const {
        tpacket_stats counts{};
        socklen_t length = sizeof counts;
        if (::getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &counts, &length) < 0)
            return fail_errno(errno, "read PACKET_STATISTICS");
        return nlohmann::ordered_json{
            {"to_server", {{"left", to_server_.left}, {"arrived", to_server_.arrived}}},
            {"from_server", {{"left", from_server_.left}, {"arrived", from_server_.arrived}}},
            {"unseen", counts.tp_drops},
            {"unstamped", unstamped_}};
    }

private:
    void note(const std::array<std::uint8_t, kept_bytes>& packet, const sockaddr_ll& from,
              const net::ReceivedControl& control) {
        udphdr udp{};
        std::memcpy(&udp, packet.data() + (packet[0] & 0x0FU) * 4U, sizeof udp);
        const auto is_servers = [this](std::uint16_t port) {
            return ntohs(port) >= watch_.first_port && ntohs(port) <= watch_.last_port;
        };
        if (is_servers(udp.dest) == is_servers(udp.source)) return;
        if (!control.stamp) {
            ++unstamped_;
            return;
        }
        Seen& seen = is_servers(udp.dest) ? to_server_ : from_server_;
        auto& times = from.sll_pkttype == PACKET_OUTGOING ? seen.left : seen.arrived;
        times.push_back(control.stamp->time_since_epoch().count());
    }

    net::Fd socket_;
    Watch watch_;
    net::ControlSpace control_;
    Seen to_server_;
    Seen from_server_;
    std::uint64_t unstamped_ = 0;
};

Result<nlohmann::ordered_json> watch_exchange(const Watch& watch) {
    sigset_t ends;
    ::sigemptyset(&ends);
    ::sigaddset(&ends, SIGINT);
    ::sigaddset(&ends, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr);
    auto socket = open_observer(watch);
    if (!socket) return pass_on(socket);
    Observer observer{std::move(*socket), watch};
    fmt::print("listening on {}\n", watch.interface);
    std::fflush(stdout);
    ::sigwaitinfo(&ends, nullptr);
    if (auto read = observer.read_all(); !read) return pass_on(read);
    return observer.report();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Says when the datagrams of an exchange passed an interface, until SIGINT."};
    Watch watch;
    app.add_option("-i", watch.interface, "network interface (lo)");
    app.add_option("--first-port", watch.first_port, "lowest port of the server (1)");
    app.add_option("--last-port", watch.last_port, "highest port of the server (65535)");
    app.add_option("-l", watch.length, "bytes of payload")->required()->check(CLI::Range(1, 65507));
    CLI11_PARSE(app, argc, argv);
    const auto report = watch_exchange(watch);
    if (!report) {
        fmt::print(stderr, "exchange_meter: {}\n", report.error().what());
        return 1;
    }
    std::puts(report->dump().c_str());
    return 0;
}
