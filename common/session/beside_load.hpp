// What our own latency flow and messages took of a path beside a load. They go through the same
// bottleneck, so they belong to its capacity: up to 65 kbit/s, which is 0.65 % of 10 Mbit/s.
#pragma once

#include "session/port_link.hpp"

#include <span>

namespace wyn::session {

class BesideLoad {
public:
    void begin() { *this = {}; }
    // The newest snapshots of all ports, while the load runs.
    void note(MonoTime now, std::span<const PortSnapshot> ports, std::uint32_t header_bytes);
    // IP bits per second that they received (down) or sent since the first ones, without bulk; 0:
    // not known.
    double down_bps() const { return rate(in_); }
    double up_bps() const { return rate(out_); }

private:
    struct Counter {
        std::uint64_t first = 0;
        std::uint64_t newest = 0;
    };
    double rate(const Counter& counter) const;

    bool begun_ = false;
    MonoTime first_at_{};
    MonoTime newest_at_{};
    Counter in_;
    Counter out_;
};

// What of `bps` gets through a full path together with a load of which 10^6 bits got through for
// each `offered_ppm` (0: not known) that were offered. A queue lets through both in the proportion
// in which they come: while it grows, less of either than was offered, and while it empties, more.
double through_full_path(double bps, std::uint32_t offered_ppm);

} // namespace wyn::session
