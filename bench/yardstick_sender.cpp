// The yardstick's sender: one clock read and one system call per train, 16 bytes written per
// datagram.
#include "bench/yardstick.hpp"
#include "clock/system_clock.hpp"
#include "net/socket_address.hpp"
#include "net/socket_options.hpp"
#include "net/udp_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace wyn::bench {

namespace {

// What one send() takes: an IPv4 packet, and the kernel's limit on segments (Linux 6.9; 64 before).
constexpr std::size_t most_payload = 65507;
constexpr std::size_t most_segments = 128;
// How long before its time a precise sender stops trusting the kernel's timers.
constexpr Duration turning_time = 200us;
// The end is said more than once, because it may be lost too.
constexpr int farewells = 5;
constexpr Duration between_farewells = 20ms;

void sleep_until(MonoTime due) {
    const auto ns = due.time_since_epoch().count();
    const timespec at{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
    }
}

void wait_until(MonoTime due, Pacing pacing) {
    const Duration ahead = pacing == Pacing::precise ? turning_time : Duration::zero();
    if (mono_now() < due - ahead) sleep_until(due - ahead);
    while (mono_now() < due) {
    }
}

class Flow {
public:
    Flow(int socket, const SendPlan& plan)
        : socket_{socket}, plan_{plan},
          count_{plan.segmentation && plan.rate.bps() == 0
                     ? std::min(most_segments, most_payload / plan.datagram_bytes)
                     : 1},
          train_(count_ * plan.datagram_bytes) {}

    Result<void> run() {
        if (count_ > 1)
            if (auto set = net::set_option(socket_, net::option::segment_size,
                                           static_cast<int>(plan_.datagram_bytes));
                !set)
                return pass_on(set);
        began_ = mono_now();
        const MonoTime end = began_ + plan_.duration;
        for (now_ = began_; now_ < end; now_ = mono_now()) {
            if (plan_.rate.bps() != 0) {
                if (due() >= end) break;
                wait_until(due(), plan_.pacing);
                now_ = mono_now();
            }
            if (auto sent = send_train(); !sent) return sent;
        }
        ended_ = now_;
        return say_end();
    }

    nlohmann::ordered_json report() const {
        return {{"sent", sequence_},
                {"refused", refused_},
                {"datagrams_per_call", count_},
                {"seconds", to_seconds(ended_ - began_)}};
    }

private:
    MonoTime due() const {
        const double gap_ns =
            static_cast<double>(plan_.datagram_bytes) * 8e9 / plan_.rate.as_double();
        return began_ + Duration{static_cast<Duration::rep>(
                            static_cast<double>(sequence_ + refused_) * gap_ns)};
    }

    Result<void> send_train() {
        YardstickHeader header{.sequence = sequence_, .sent_ns = to_ns(now_)};
        for (std::size_t at = 0; at < train_.size(); at += plan_.datagram_bytes) {
            std::memcpy(train_.data() + at, &header, sizeof header);
            ++header.sequence;
        }
        if (::send(socket_, train_.data(), train_.size(), 0) >= 0) {
            sequence_ += count_;
            return {};
        }
        if (errno != EAGAIN && errno != ENOBUFS) return fail_errno(errno, "send");
        refused_ += count_;
        pollfd wait{.fd = socket_, .events = POLLOUT};
        ::poll(&wait, 1, 1);
        return {};
    }

    Result<void> say_end() {
        const YardstickHeader header{.sequence = end_of_flow};
        for (int i = 0; i < farewells; ++i) {
            sleep_until(mono_now() + between_farewells);
            // Whoever has heard the first one is gone and refuses the others.
            if (::send(socket_, &header, sizeof header, 0) < 0 && errno != ECONNREFUSED)
                return fail_errno(errno, "send the end of the flow");
        }
        return {};
    }

    int socket_;
    const SendPlan& plan_;
    std::size_t count_; // datagrams in a train
    std::vector<std::uint8_t> train_;
    std::uint64_t sequence_ = 0;
    std::uint64_t refused_ = 0; // by this host's stack; their numbers are used again
    MonoTime began_{};
    MonoTime now_{};
    MonoTime ended_{};
};

} // namespace

Result<nlohmann::ordered_json> send_flow(const SendPlan& plan) {
    auto socket = net::open_udp(
        {.address = plan.to.address.is_v4() ? dgram::Address::v4(0, 0, 0, 0) : dgram::Address{},
         .port = 0},
        {.stamps = false});
    if (!socket) return pass_on(socket);
    const auto peer = net::to_kernel(plan.to, net::family_of(plan.to.address));
    if (!peer || ::connect(socket->get(), peer->get(), peer->length) < 0)
        return fail_errno(errno, "connect");
    Flow flow{socket->get(), plan};
    if (auto run = flow.run(); !run) return pass_on(run);
    return flow.report();
}

} // namespace wyn::bench
