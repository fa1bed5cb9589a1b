// A search of RFC 9097 that is given one trial after the other.
#pragma once

#include "measure/rate_controller.hpp"

namespace wyn::test {

// What the feedback of one trial told.
struct Trial {
    std::uint64_t lost = 0;
    Duration rtt = 20ms;
};

class Trials {
public:
    static constexpr Duration length = 50ms;

    explicit Trials(std::unique_ptr<measure::RateController> controller)
        : controller_{std::move(controller)} {
        begin_step();
    }

    // Feedback comes in the middle of the trial, which is judged at its end.
    void pass(const Trial& trial) {
        lost_ += trial.lost;
        controller_->on_feedback({.now = now_ + length / 2,
                                  .received = ++received_ * 100,
                                  .lost = lost_,
                                  .newest_step = id_,
                                  .rtt = trial.rtt,
                                  .lowest_rtt = 10ms});
        pass_without_feedback();
    }
    void pass_without_feedback() {
        now_ = controller_->step_end();
        begin_step();
    }

    BitRate rate() const { return plan_.rate; }
    std::uint64_t mbits() const { return rate().bps() / 1'000'000; }
    const measure::RateController& controller() const { return *controller_; }
    MonoTime now() const { return now_; }

private:
    void begin_step() { plan_ = controller_->next_step(++id_, now_); }

    std::unique_ptr<measure::RateController> controller_;
    MonoTime now_{1000s};
    std::uint32_t id_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t lost_ = 0;
    measure::StepPlan plan_;
};

inline constexpr Trial good{};
inline constexpr Trial between{.rtt = 70ms};
inline constexpr Trial lossy{.lost = 11};
inline constexpr Trial delayed{.rtt = 101ms};

} // namespace wyn::test
