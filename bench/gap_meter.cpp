// An observer of a flow's timing that is neither its sender nor its receiver: a packet socket on an
// interface, with the kernel's stamps. It sleeps while the flow runs, because the stamps are the
// kernel's and waking up for every datagram would disturb what it watches.
#include "base/error.hpp"
#include "clock/system_clock.hpp"
#include "net/fd.hpp"
#include "net/socket_options.hpp"
#include "stats/histogram.hpp"

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
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

using namespace wyn;

constexpr std::size_t buffer_bytes = 128 * 1024 * 1024;
constexpr std::size_t kept_bytes = sizeof(iphdr) + 40 + sizeof(udphdr); // 40: longest IP options
constexpr std::size_t batch = 64;
// How a flow begins is not how it goes on: a sender may try the path with a datagram or two first.
constexpr std::int64_t opening_ns = 100'000'000;
constexpr timespec nap{.tv_sec = 0, .tv_nsec = 5'000'000};

struct Watch {
    std::string interface = "lo";
    std::uint16_t first_port = 1; // of the destination
    std::uint16_t last_port = 65535;
    std::uint32_t length = 1200; // payload of a datagram
    double rate = 0;             // of payload, bit/s
    double seconds = 60;         // gives up after them
};

// What left in one piece: a train that the kernel has not cut yet counts as its datagrams.
struct Departure {
    std::int64_t ns = 0;
    std::uint32_t datagrams = 0;
};

volatile std::sig_atomic_t told_to_stop = 0;

// UDP over IPv4 to one of these ports, with a payload of whole datagrams of this length.
Result<void> attach_filter(int socket, const Watch& watch) {
    std::array<sock_filter, 15> program{{
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(iphdr, protocol)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 12),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(iphdr, frag_off)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IP_OFFMASK, 10, 0),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, offsetof(udphdr, dest)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, watch.first_port, 0, 7),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, watch.last_port, 6, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, offsetof(udphdr, len)),
        BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, sizeof(udphdr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, watch.length),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, kept_bytes),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
    const sock_fprog filter{.len = program.size(), .filter = program.data()};
    if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0)
        return fail_errno(errno, "attach the filter");
    return {};
}

// Sees nothing before it is bound, so nothing that the filter would not let through.
Result<net::Fd> open_observer(const Watch& watch) {
    auto socket = net::Fd::from_call(
        ::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "packet socket");
    if (!socket) return socket;
    if (auto attached = attach_filter(socket->get(), watch); !attached) return pass_on(attached);
    // On lo everything would be seen twice.
    const int yes = 1;
    if (::setsockopt(socket->get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) < 0)
        return fail_errno(errno, "set PACKET_IGNORE_OUTGOING");
    if (auto set = net::set_option(socket->get(), net::option::receive_stamps, true); !set)
        return pass_on(set);
    if (auto set = net::ask_receive_buffer(socket->get(), buffer_bytes); !set) return pass_on(set);
    const sockaddr_ll at{.sll_family = AF_PACKET,
                         .sll_protocol = htons(ETH_P_IP),
                         .sll_ifindex =
                             static_cast<int>(::if_nametoindex(watch.interface.c_str()))};
    if (at.sll_ifindex == 0) return fail(fmt::format("there is no device {}", watch.interface));
    if (::bind(socket->get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) < 0)
        return fail_errno(errno, fmt::format("bind to {}", watch.interface));
    return socket;
}

class Observer {
public:
    Observer(net::Fd socket, const Watch& watch) : socket_{std::move(socket)}, watch_{watch} {
        for (std::size_t i = 0; i < batch; ++i) {
            parts_[i] = {.iov_base = packets_[i].data(), .iov_len = packets_[i].size()};
            messages_[i].msg_hdr.msg_iov = &parts_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
        }
    }

    Result<void> run() {
        const MonoTime give_up = mono_now() + from_seconds(watch_.seconds);
        for (bool last_look = false; !last_look;) {
            last_look = told_to_stop != 0 || mono_now() >= give_up;
            for (;;) {
                const auto taken = take_batch();
                if (!taken) return std::unexpected{taken.error()};
                if (*taken < batch) break;
            }
            if (!last_look) ::nanosleep(&nap, nullptr); // a signal ends it
        }
        return {};
    }

    const std::vector<Departure>& departures() const { return departures_; }
    std::uint64_t unstamped() const { return unstamped_; }

    Result<std::uint32_t> dropped() const {
        tpacket_stats counts{};
        socklen_t length = sizeof counts;
        if (::getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &counts, &length) < 0)
            return fail_errno(errno, "read PACKET_STATISTICS");
        return counts.tp_drops;
    }

private:
    Result<std::size_t> take_batch() {
        for (std::size_t i = 0; i < batch; ++i) {
            messages_[i].msg_hdr.msg_control = controls_[i].bytes.data();
            messages_[i].msg_hdr.msg_controllen = controls_[i].bytes.size();
        }
        const int got = ::recvmmsg(socket_.get(), messages_.data(), batch, 0, nullptr);
        if (got < 0) {
            if (errno == EAGAIN || errno == EINTR) return 0;
            return fail_errno(errno, "recvmmsg");
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i)
            note(i);
        return static_cast<std::size_t>(got);
    }

    void note(std::size_t index) {
        const std::size_t header = (packets_[index][0] & 0x0FU) * 4U;
        udphdr udp{};
        std::memcpy(&udp, packets_[index].data() + header, sizeof udp);
        const std::uint32_t payload = ntohs(udp.len) - static_cast<std::uint32_t>(sizeof udp);
        msghdr& message = messages_[index].msg_hdr;
        const cmsghdr* const stamp = CMSG_FIRSTHDR(&message);
        if (stamp == nullptr || stamp->cmsg_type != SO_TIMESTAMPNS) {
            ++unstamped_;
            return;
        }
        timespec at{};
        std::memcpy(&at, CMSG_DATA(stamp), sizeof at);
        departures_.push_back(
            {.ns = at.tv_sec * 1'000'000'000 + at.tv_nsec, .datagrams = payload / watch_.length});
    }

    struct Control {
        alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(timespec))> bytes{};
    };

    net::Fd socket_;
    Watch watch_;
    std::array<std::array<std::uint8_t, kept_bytes>, batch> packets_{};
    std::array<Control, batch> controls_{};
    std::array<iovec, batch> parts_{};
    std::array<mmsghdr, batch> messages_{};
    std::vector<Departure> departures_;
    std::uint64_t unstamped_ = 0;
};

double percentile(const std::vector<double>& sorted, double q) {
    return sorted[stats::nearest_rank(q, sorted.size()) - 1];
}

// The most datagrams in a row that left less than a tenth of the nominal gap after one another.
std::uint64_t longest_run(const std::vector<Departure>& flow, double gap_ns) {
    std::uint64_t run = flow.front().datagrams;
    std::uint64_t longest = run;
    for (std::size_t i = 1; i < flow.size(); ++i) {
        const auto passed = static_cast<double>(flow[i].ns - flow[i - 1].ns);
        run = (passed < gap_ns / 10 ? run : 0) + flow[i].datagrams;
        longest = std::max(longest, run);
    }
    return longest;
}

std::vector<Departure> without_opening(const std::vector<Departure>& flow) {
    const auto begins = std::ranges::find_if(flow, [&](const Departure& departure) {
        return departure.ns >= flow.front().ns + opening_ns;
    });
    return {begins, flow.end()};
}

// A train of n is followed by the next one n gaps later, so single datagrams are a train of one.
nlohmann::ordered_json describe(const std::vector<Departure>& flow, const Watch& watch) {
    const double gap_ns = watch.length * 8e9 / watch.rate;
    std::vector<double> errors_us;
    std::uint64_t datagrams = flow.back().datagrams;
    for (std::size_t i = 1; i < flow.size(); ++i) {
        const auto passed = static_cast<double>(flow[i].ns - flow[i - 1].ns);
        errors_us.push_back(std::abs(passed - flow[i - 1].datagrams * gap_ns) / 1e3);
        datagrams += flow[i - 1].datagrams;
    }
    std::ranges::sort(errors_us);
    const auto between = static_cast<double>(flow.back().ns - flow.front().ns);
    const auto counted = static_cast<double>(datagrams - flow.back().datagrams);
    const double rate = counted * watch.length * 8e9 / between;
    return {{"datagrams", datagrams},
            {"departures", flow.size()},
            {"seconds", between / 1e9},
            {"rate_bps", rate},
            {"rate_error_percent", 100 * (rate / watch.rate - 1)},
            {"gap_error_us",
             {{"p50", percentile(errors_us, 0.5)},
              {"p99", percentile(errors_us, 0.99)},
              {"max", errors_us.back()}}},
            {"longest_run", longest_run(flow, gap_ns)}};
}

Result<nlohmann::ordered_json> watch_flow(const Watch& watch) {
    auto socket = open_observer(watch);
    if (!socket) return pass_on(socket);
    Observer observer{std::move(*socket), watch};
    fmt::print("listening on {}\n", watch.interface);
    std::fflush(stdout);
    if (auto run = observer.run(); !run) return pass_on(run);
    const std::vector<Departure> flow = without_opening(observer.departures());
    if (flow.size() < 3) return fail("there was no such flow");
    auto dropped = observer.dropped();
    if (!dropped) return pass_on(dropped);
    auto report = describe(flow, watch);
    report["unseen"] = *dropped;
    report["unstamped"] = observer.unstamped();
    return report;
}

void declare(CLI::App& app, Watch& watch) {
    app.add_option("-i", watch.interface, "network interface (lo)");
    app.add_option("--first-port", watch.first_port, "lowest destination port (1)");
    app.add_option("--last-port", watch.last_port, "highest destination port (65535)");
    app.add_option("-l", watch.length, "bytes of payload (1200)")->check(CLI::Range(1, 65507));
    app.add_option("-b", watch.rate, "the rate that it should have, in bit/s")->required();
    app.add_option("-t", watch.seconds, "ends after so many seconds (60), or on SIGINT");
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Watches the timing of a flow of UDP datagrams from outside."};
    Watch watch;
    declare(app, watch);
    CLI11_PARSE(app, argc, argv);
    for (const int number : {SIGINT, SIGTERM})
        std::signal(number, [](int) { told_to_stop = 1; });
    const auto report = watch_flow(watch);
    if (!report) {
        fmt::print(stderr, "gap_meter: {}\n", report.error().what());
        return 1;
    }
    std::puts(report->dump().c_str());
    return 0;
}
