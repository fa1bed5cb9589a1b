#include "measure/rate_controller.hpp"

namespace wyn::measure {

namespace {

class Fixed final : public RateController {
public:
    explicit Fixed(const Load& load) : load_{load} {}

    StepPlan next_step(std::uint32_t /*id*/, MonoTime now) override {
        step_end_ = now + load_.adjustment_delay;
        return {.rate = load_.ceiling, .datagram_bytes = load_.datagram_bytes};
    }
    MonoTime step_end() const override { return step_end_; }
    void on_feedback(const Observation& /*seen*/) override {}
    bool met_limit() const override { return true; } // nobody wants more

private:
    Load load_;
    MonoTime step_end_{};
};

} // namespace

std::unique_ptr<RateController> make_fixed(const Load& load) {
    return std::make_unique<Fixed>(load);
}

} // namespace wyn::measure
