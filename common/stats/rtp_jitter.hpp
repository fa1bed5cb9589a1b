// Interarrival jitter of RFC 3550 section 6.4.1: a moving average over the differences between
// neighbours. For comparison with other tools only: it depends on the sending pattern and forgets
// all but the last few dozen datagrams.
#pragma once

#include "clock/time.hpp"

#include <cstdint>
#include <optional>

namespace wyn::stats {

class RtpJitter {
public:
    // The next one-way delay, by whatever clocks: only differences matter.
    void record(Duration delay) noexcept;
    // Nothing below two delays.
    std::optional<Duration> value() const noexcept;

private:
    std::uint64_t count_ = 0;
    Duration previous_{};
    double jitter_ns_ = 0;
};

} // namespace wyn::stats
