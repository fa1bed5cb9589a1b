#include "stats/clock_steps.hpp"

#include "stats/clock_fit.hpp"

#include <algorithm>

namespace wyn::stats {

namespace {

// What one side of a probe looks like. The middle of what a probe says of the offset is half the
// difference of its two one-way times.
struct Side {
    std::array<Duration, ClockStepWatch::neighbours> offsets{};
    std::array<Duration, ClockStepWatch::neighbours> rtts{};
    std::array<Duration, ClockStepWatch::neighbours> there{};
    std::array<Duration, ClockStepWatch::neighbours> back{};

    void set(std::size_t i, const OneWaySample& sample) noexcept {
        offsets[i] = (sample.there - sample.back) / 2;
        rtts[i] = sample.rtt();
        there[i] = sample.there;
        back[i] = sample.back;
    }
};

Duration least(const auto& values) noexcept {
    return *std::ranges::min_element(values);
}
Duration most(const auto& values) noexcept {
    return *std::ranges::max_element(values);
}
Duration median(auto values) noexcept {
    std::ranges::nth_element(values, values.begin() + values.size() / 2);
    return values[values.size() / 2];
}

Duration magnitude(Duration value) noexcept {
    return value < Duration::zero() ? -value : value;
}

// The server's clock is further ahead in `high` than in `low`: by more than it wanders on either
// side, and in no way that the round trip shares.
bool is_step_forward(const Side& low, const Side& high, Duration step, Duration drift) noexcept {
    const Duration clear = least(high.offsets) - most(low.offsets);
    if (clear < step / 2 || clear < drift) return false;
    const Duration rtt_change = magnitude(median(high.rtts) - median(low.rtts));
    // An offset is below every one-way time there and above every negative one back. Where those of
    // the two sides exclude each other the step is proven, whatever the round trip did.
    const bool proven = -most(high.back) - most(low.there) > drift;
    return proven || rtt_change <= step / 10;
}

} // namespace

std::optional<ClockStepWatch::Settled> ClockStepWatch::push(const OneWaySample& sample) noexcept {
    ring_[(first_ + settled_ + waiting_) % kept] = sample;
    ++waiting_;
    if (waiting_ < neighbours) return std::nullopt;
    return pop();
}

std::optional<ClockStepWatch::Settled> ClockStepWatch::pop() noexcept {
    if (waiting_ == 0) return std::nullopt;
    const bool can_tell = settled_ == neighbours && waiting_ == neighbours;
    const Settled out{.sample = at(settled_),
                      .step = can_tell ? step_before_oldest() : Duration::zero()};
    if (out.step != Duration::zero()) { // what lies before it is of another time
        first_ = (first_ + settled_) % kept;
        settled_ = 0;
    }
    ++settled_;
    --waiting_;
    if (settled_ > neighbours) {
        first_ = (first_ + 1) % kept;
        --settled_;
    }
    return out;
}

Duration ClockStepWatch::step_before_oldest() const noexcept {
    Side early;
    Side late;
    for (std::size_t i = 0; i < neighbours; ++i) {
        early.set(i, at(i));
        late.set(i, at(settled_ + i));
    }
    const Duration step = median(late.offsets) - median(early.offsets);
    if (magnitude(step) < smallest_step) return Duration::zero();
    const double apart = static_cast<double>((at(kept - 1).sent - at(0).sent).count());
    const Duration drift{static_cast<Duration::rep>(apart * largest_skew)};
    const bool is_step = step > Duration::zero() ? is_step_forward(early, late, step, drift)
                                                 : is_step_forward(late, early, -step, drift);
    return is_step ? step : Duration::zero();
}

} // namespace wyn::stats
