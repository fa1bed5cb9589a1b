// Kernel receive stamps are wall-clock times; everything we compute is monotonic. The map turns one
// into the other and refuses to guess when the wall clock was stepped in between.
#pragma once

#include "clock/stamp.hpp"

namespace wyn {

class StampMap {
public:
    // Both clocks, read one right after the other, once per batch of stamps.
    void observe(MonoTime mono, WallTime wall) noexcept;

    // The monotonic time of a kernel stamp taken before the last observe(). Falls back to the time
    // of that observation (origin `user`) when the stamp cannot be placed: it lies in the future,
    // more than a second back, or the wall clock was stepped since the previous batch.
    Stamp place(WallTime kernel_stamp) const noexcept;

    // The stamp for a datagram that carried none.
    Stamp missing() const noexcept { return {mono_, StampOrigin::user}; }

private:
    MonoTime mono_{};
    Duration wall_minus_mono_{};
    bool observed_ = false;
    bool stepped_ = false;
};

} // namespace wyn
