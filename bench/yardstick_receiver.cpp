// The yardstick's receiver: takes what there is, then naps. A receiver that the kernel has to wake
// for every train makes the sender pay for the waking.
#include "bench/yardstick.hpp"
#include "clock/system_clock.hpp"
#include "net/socket_options.hpp"
#include "net/udp_socket.hpp"

#include <fmt/format.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace wyn::bench {

namespace {

constexpr std::size_t buffer_bytes = 16 * 1024 * 1024; // holds what comes during a nap
constexpr Duration nap = 50us;
// After so many naps in vain the flow is a slow one, or not there: then to be woken costs less.
constexpr int naps_in_vain = 4;
// A flow that has begun and is silent for so long is over, though nobody said so.
constexpr Duration silence = 500ms;

void take_nap() {
    const timespec length{.tv_sec = 0, .tv_nsec = nap.count()};
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &length, nullptr);
}

// One call's worth: datagrams of `segment` bytes, the last one perhaps shorter.
struct Train {
    std::size_t bytes = 0;
    std::size_t segment = 0;
};

class Flow {
public:
    explicit Flow(int socket) : socket_{socket} {}

    Result<void> run(MonoTime give_up) {
        int vain = 0;
        while (!ended_) {
            const auto train = receive();
            if (!train) return std::unexpected{train.error()};
            if (train->bytes > 0) {
                take(*train, mono_now());
                vain = 0;
            } else if (++vain <= naps_in_vain && packets_ > 0) {
                take_nap();
            } else if (const auto waited = wait(give_up); !waited || !*waited) {
                return waited ? Result<void>{} : std::unexpected{waited.error()};
            }
        }
        return {};
    }

    nlohmann::ordered_json report() const {
        return {{"received", packets_},
                {"payload_bytes", bytes_},
                {"reordered", reordered_},
                {"seconds", to_seconds(last_ - first_)},
                {"mean_delay_us",
                 packets_ == 0 ? 0 : to_seconds(delay_) * 1e6 / static_cast<double>(packets_)}};
    }

private:
    // Nothing in it when nothing is there.
    Result<Train> receive() {
        iovec into{.iov_base = buffer_.data(), .iov_len = buffer_.size()};
        msghdr message{.msg_iov = &into,
                       .msg_iovlen = 1,
                       .msg_control = control_.data(),
                       .msg_controllen = control_.size()};
        const ssize_t got = ::recvmsg(socket_, &message, 0);
        if (got < 0) {
            if (errno == EAGAIN) return Train{};
            return fail_errno(errno, "recvmsg");
        }
        const auto bytes = static_cast<std::size_t>(got);
        Train train{.bytes = bytes, .segment = bytes};
        for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
             part = CMSG_NXTHDR(&message, part)) {
            if (part->cmsg_level != SOL_UDP || part->cmsg_type != UDP_GRO) continue;
            int segment = 0;
            std::memcpy(&segment, CMSG_DATA(part), sizeof segment);
            train.segment = static_cast<std::size_t>(segment);
        }
        return train;
    }

    void take(const Train& train, MonoTime now) {
        for (std::size_t at = 0; at + sizeof(YardstickHeader) <= train.bytes; at += train.segment) {
            YardstickHeader header;
            std::memcpy(&header, buffer_.data() + at, sizeof header);
            if (header.sequence == end_of_flow) {
                ended_ = true;
                return;
            }
            if (packets_++ == 0) first_ = now;
            bytes_ += std::min(train.segment, train.bytes - at);
            reordered_ += header.sequence < next_ ? 1 : 0;
            next_ = std::max(next_, header.sequence + 1);
            delay_ += now - mono_from_ns(header.sent_ns);
        }
        last_ = now;
    }

    // False when nothing will come any more.
    Result<bool> wait(MonoTime give_up) {
        const Duration left = give_up - mono_now();
        const Duration patience = packets_ > 0 ? std::min<Duration>(silence, left) : left;
        if (patience <= Duration::zero()) return false;
        pollfd wait{.fd = socket_, .events = POLLIN};
        const int ready = ::poll(&wait, 1, static_cast<int>(patience / 1ms));
        if (ready < 0) return fail_errno(errno, "poll");
        return ready > 0;
    }

    int socket_;
    std::array<std::uint8_t, 65536> buffer_{};
    // Room for the segment size, and for the drop count that the socket adds once it has dropped.
    alignas(cmsghdr) std::array<std::uint8_t, 2 * CMSG_SPACE(sizeof(int))> control_{};
    bool ended_ = false;
    std::uint64_t packets_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t reordered_ = 0;
    std::uint64_t next_ = 0;
    MonoTime first_{};
    MonoTime last_{};
    Duration delay_{};
};

} // namespace

Result<nlohmann::ordered_json> receive_flow(const ReceivePlan& plan) {
    auto socket = net::open_udp(plan.at, {.stamps = false, .receive_buffer_bytes = buffer_bytes});
    if (!socket) return pass_on(socket);
    if (auto set = net::set_option(socket->get(), net::option::coalescing, plan.coalescing); !set)
        return pass_on(set);
    fmt::print("listening on {}\n", dgram::print(plan.at));
    std::fflush(stdout);
    Flow flow{socket->get()};
    if (auto run = flow.run(mono_now() + plan.longest); !run) return pass_on(run);
    return flow.report();
}

} // namespace wyn::bench
