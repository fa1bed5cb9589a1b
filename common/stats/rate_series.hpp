// What arrived over the whole of a test, as a curve to draw. Results come from IntervalMeter.
#pragma once

#include "stats/time_bins.hpp"

#include <cstdint>
#include <type_traits>

namespace wyn::stats {

struct Arrivals {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    Arrivals& operator+=(const Arrivals& other) noexcept {
        packets += other.packets;
        bytes += other.bytes;
        return *this;
    }
    bool operator==(const Arrivals&) const = default;
};

class RateSeries : public TimeBins<Arrivals> {
public:
    using Bin = Arrivals;
    using TimeBins::TimeBins;

    // `packets` datagrams with `bytes` of payload arrived; no packets, no effect.
    void add(MonoTime arrival, std::uint64_t packets, std::uint64_t bytes) noexcept {
        if (packets > 0) TimeBins::add(arrival, {.packets = packets, .bytes = bytes});
    }
};
static_assert(std::is_trivially_copyable_v<RateSeries>);

} // namespace wyn::stats
