// The load-rate adjustment of RFC 9097 ("type B"): ten rows up at a time while nothing hurts, until
// congestion has been confirmed once, then one row at a time around the edge.
#include "measure/rate_controller.hpp"

#include <algorithm>

namespace wyn::measure {

namespace {

// Parameters of RFC 9097, section 8.1: their recommended defaults.
constexpr std::uint64_t sequence_errors_tolerated = 10; // per trial
constexpr Duration low_threshold = 30ms;                // delay variation that is harmless
constexpr Duration high_threshold = 90ms;               // delay variation that is congestion
constexpr std::uint32_t fast_rows = 10;
constexpr std::uint32_t fast_end = 1000; // 1 Gbit/s
constexpr std::uint32_t bad_trials_confirm = 3;
constexpr std::uint32_t rows_back = 30;

class TypeB final : public RateController {
public:
    TypeB(BitRate ceiling, double payload_share)
        : ceiling_{ceiling}, payload_share_{payload_share} {}

    BitRate rate() const override {
        return std::min(ceiling_,
                        BitRate::from_double(type_b_rate(row_).as_double() * payload_share_));
    }

    void adjust(const Observation& seen) override {
        const Duration variation = seen.rtt - seen.lowest_rtt;
        if (seen.lost > sequence_errors_tolerated || variation > high_threshold)
            bad();
        else if (variation < low_threshold)
            good();
    }

    bool met_limit() const override {
        return bad_trials_ >= bad_trials_confirm || rate() >= ceiling_;
    }

    void on_silence(std::uint32_t /*periods*/) override { bad(); }

private:
    void good() {
        if (rate() >= ceiling_) return; // there is nothing above that may be tried
        if (row_ < fast_end && bad_trials_ < bad_trials_confirm) {
            row_ = std::min(row_ + fast_rows, fast_end);
            bad_trials_ = 0;
        } else if (row_ < type_b_last_row) {
            ++row_;
        }
    }

    // `bad_trials_` counts since the last fast step and never falls in the slow phase, so the long
    // step back happens once.
    void bad() {
        ++bad_trials_;
        if (row_ < fast_end && bad_trials_ == bad_trials_confirm)
            row_ = row_ > rows_back ? row_ - rows_back : 0;
        else if (row_ > 0)
            --row_;
    }

    BitRate ceiling_;
    double payload_share_;
    std::uint32_t row_ = 0;
    std::uint32_t bad_trials_ = 0;
};

} // namespace

BitRate type_b_rate(std::uint32_t row) {
    if (row == 0) return BitRate{500'000};
    if (row <= 1000) return BitRate{row * 1'000'000ULL};
    if (row <= 1090) return BitRate{1'000'000'000ULL + (row - 1000) * 100'000'000ULL};
    return BitRate{10'000'000'000ULL + (std::min(row, type_b_last_row) - 1090) * 1'000'000'000ULL};
}

std::unique_ptr<RateController> make_type_b(BitRate ceiling, std::uint32_t payload_bytes,
                                            std::uint32_t header_bytes) {
    const double share = static_cast<double>(payload_bytes) / (payload_bytes + header_bytes);
    return std::make_unique<TypeB>(ceiling, share);
}

} // namespace wyn::measure
