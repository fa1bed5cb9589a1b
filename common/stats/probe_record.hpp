// One latency probe and what became of it: the four times of its way, and its fate. What the prober
// fills is what all statistics of delay, loss and order are made of.
//
//   client   planned -> handed -> sent (T1)                received (T4) -> read
//   server                        far_received (T2) -> far_sent (T3)
//
// T1 and T4 are on the client's monotonic time line, T2 and T3 on the server's; only differences
// of two times of one line mean something by themselves. A stamp of origin `kernel` was taken where
// the datagram left or entered the host's network stack, one of origin `user` is the fall-back: of
// an arrival it includes the time that the host itself took, of a departure it is an estimate.
#pragma once

#include "clock/stamp.hpp"

#include <cstdint>
#include <type_traits>

namespace wyn::stats {

enum class ProbeFate : std::uint8_t {
    pending,    // neither its echo nor its loss is known yet
    returned,   // all four times are known
    lost_there, // it never reached the server (RFC 7680, up)
    lost_back,  // it reached the server and its echo did not come back (down)
    lost,       // no echo, and nobody can tell any more on which way
};

struct ProbeRecord {
    std::uint32_t number = 0; // from 0, rising by one with every probe that was sent
    ProbeFate fate = ProbeFate::pending;
    std::uint16_t duplicates = 0; // further copies of its echo (RFC 5560)
    MonoTime planned{};           // by the schedule
    MonoTime handed{};            // to the kernel; handed - planned is the schedule's lag
    Stamp sent;                   // T1; T1 - handed is the time in the sender's stack
    // The following mean something when it has returned.
    Stamp far_received;    // T2
    Stamp far_sent;        // T3
    Stamp received;        // T4
    MonoTime read{};       // by us; read - T4 is the time in our stack and the wake-up
    MonoTime far_handed{}; // to the server's stack; T3 - far_handed is the time in it
    // What T1 and T3 are when the kernel has not stamped them (dgram/departure_estimate.hpp).
    MonoTime sent_estimate{};
    MonoTime far_sent_estimate{};

    // Without the time that the server held it; a skew between the clocks cancels but for the
    // tiny part that falls into the round trip itself.
    Duration rtt() const {
        return (received.time - sent.time) - (far_sent.time - far_received.time);
    }
    // One-way times plus the unknown offset between the two clocks, which has opposite signs in the
    // two: their sum is rtt().
    Duration there() const { return far_received.time - sent.time; }
    Duration back() const { return received.time - far_sent.time; }
    // How many of the four times are the kernel's.
    int kernel_stamps() const {
        const auto one = [](const Stamp& stamp) {
            return stamp.origin == StampOrigin::kernel ? 1 : 0;
        };
        return one(sent) + one(far_received) + one(far_sent) + one(received);
    }
};
static_assert(std::is_trivially_copyable_v<ProbeRecord>);

} // namespace wyn::stats
