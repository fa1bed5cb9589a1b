// Reads this host's clocks once a second, for who watches them for steps.
#pragma once

#include "clock/system_clock.hpp"

#include <optional>

namespace wyn::ctl {

class ClockReadings {
public:
    MonoTime due() const { return next_; }
    // Nothing before it is due.
    std::optional<ClockReading> take(MonoTime now) {
        if (now < next_) return std::nullopt;
        next_ = now + interval;
        return read_clocks();
    }

private:
    static constexpr Duration interval = 1s;

    MonoTime next_{}; // the first at once
};

} // namespace wyn::ctl
