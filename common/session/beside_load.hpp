// What our own latency flow and messages took of a path beside a load. They go through the same
// bottleneck, so they belong to its capacity: 50 kbit/s, which is 0.5 % of 10 Mbit/s.
#pragma once

#include "session/port_link.hpp"

namespace wyn::session {

class BesideLoad {
public:
    void begin() { *this = {}; }
    // A snapshot of the control port while the load runs.
    void note(MonoTime now, const PortSnapshot& control, std::uint32_t header_bytes);
    // IP bits per second that it received (down) or sent since the first snapshot; 0: not known.
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

} // namespace wyn::session
