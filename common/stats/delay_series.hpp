// Delays over the whole of a test, as a curve to draw: of each bin the highest, since that is what
// somebody on the path had to bear.
#pragma once

#include "stats/time_bins.hpp"

#include <cstdint>
#include <type_traits>

namespace wyn::stats {

struct HighestDelay {
    std::uint64_t count = 0; // 0: no delay fell into this bin, and `delay` means nothing
    Duration delay{};

    HighestDelay& operator+=(const HighestDelay& other) noexcept {
        delay = count == 0 ? other.delay : other.count == 0 ? delay : std::max(delay, other.delay);
        count += other.count;
        return *this;
    }
    bool operator==(const HighestDelay&) const = default;
};

class DelaySeries : public TimeBins<HighestDelay> {
public:
    using Bin = HighestDelay;
    using TimeBins::TimeBins;

    // One that was measured at `time`.
    void add(MonoTime time, Duration delay) noexcept {
        TimeBins::add(time, {.count = 1, .delay = delay});
    }
};
static_assert(std::is_trivially_copyable_v<DelaySeries>);

} // namespace wyn::stats
