// What all sessions together carry, from the counters that they report, and what the service
// manager shows of it. Pure.
#pragma once

#include "base/units.hpp"
#include "clock/time.hpp"
#include "wire/message.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace wyn::daemon {

// Payload that arrived, up and down from the clients' view, all sessions together.
struct Traffic {
    std::uint64_t up_bytes = 0;
    std::uint64_t down_bytes = 0;

    void add(wire::Direction direction, std::uint64_t bytes) {
        (direction == wire::Direction::up ? up_bytes : down_bytes) += bytes;
    }
};

struct Rates {
    BitRate up{0};
    BitRate down{0};
};

// Their mean rates between two readings.
class TrafficMeter {
public:
    explicit TrafficMeter(MonoTime now) : since_{now} {}
    // The rates since the last reading; the first one counts from the beginning.
    Rates read(MonoTime now, const Traffic& total);

private:
    MonoTime since_;
    Traffic seen_;
};

enum class Phase : std::uint8_t { serving, draining, stopping };

// One line: "3 sessions; up 940 Mbit/s, down 0 bit/s".
std::string status_line(Phase phase, std::size_t sessions, const Rates& rates);

} // namespace wyn::daemon
