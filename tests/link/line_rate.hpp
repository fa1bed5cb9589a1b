// How fast the line sends at each time: its rate, times what chance and others leave of it. A
// function of time alone, so that the truth about any moment can be asked for afterwards.
#pragma once

#include "link/chance.hpp"
#include "link/link_spec.hpp"
#include "link/step_function.hpp"

namespace wyn::link {

class LineRate {
public:
    LineRate(const LinkSpec& link, const Chance& chance);

    // From `now` on.
    void change(WorldTime now, const LinkSpec& link);

    // Bits per second, infinite without a limit.
    double bps(WorldTime time);
    // What the line can send between the two, infinite without a limit.
    double bits(WorldTime from, WorldTime to);
    // When it has sent so many, to the nanosecond, rounded up.
    WorldTime when_sent(WorldTime from, double bits);
    // The end of the time around `time` in which the rate stays what it is.
    WorldTime steady_until(WorldTime time);

private:
    void restart_factor(WorldTime now, const LinkSpec& link);
    void draw_until(WorldTime time);
    void draw_fluctuation();
    void draw_phase();
    double factor() const;

    Chance chance_;
    StepFunction<double> base_;
    Fluctuation fluctuation_;
    CrossTraffic cross_;
    // Base times this, drawn up to `drawn_until_`.
    StepFunction<double> factor_{1};
    WorldTime drawn_until_{};

    double walk_ = 0; // standard normal
    WorldTime next_slot_ = end_of_time;
    std::uint64_t slots_ = 0;
    bool others_send_ = false;
    WorldTime next_phase_ = end_of_time;
    std::uint64_t phases_ = 0;
};

} // namespace wyn::link
