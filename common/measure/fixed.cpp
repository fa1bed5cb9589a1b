#include "measure/rate_controller.hpp"

namespace wyn::measure {

namespace {

class Fixed final : public RateController {
public:
    explicit Fixed(BitRate rate) : rate_{rate} {}
    BitRate rate() const override { return rate_; }
    bool met_limit() const override { return true; } // nobody wants more
    void adjust(const Observation& /*seen*/) override {}
    void on_silence(std::uint32_t /*periods*/) override {}

private:
    BitRate rate_;
};

} // namespace

std::unique_ptr<RateController> make_fixed(BitRate rate) {
    return std::make_unique<Fixed>(rate);
}

} // namespace wyn::measure
