// The load-rate adjustment that TR-471 calls type C: the rate doubles with every second good trial
// until congestion is confirmed, then goes one row at a time around the edge, and now and then
// tries to double again.
#include "measure/row_search.hpp"

#include <algorithm>

namespace wyn::measure {

namespace {

// Slow trials before the fast phase is tried again: 5, then 5 more each time.
constexpr std::uint32_t patience_step = 5;

class TypeC final : public RowSearch {
public:
    using RowSearch::RowSearch;

private:
    void good() override {
        if (row_ < gigabit_row && !congested()) return go_fast();
        if (row_ < last_row) {
            ++row_;
            ++slow_trials_;
        }
        if (slow_trials_ < patience_) return;
        bad_trials_ = slow_trials_ = 0;
        patience_ += patience_step;
    }
    void bad() override {
        if (!step_back()) return;
        ++slow_trials_;
        if (slow_trials_ >= patience_) bad_trials_ = slow_trials_ = 0;
    }

    void go_fast() {
        row_ = std::max(row_, 1U);
        if (2 * row_ > gigabit_row) {
            row_ = gigabit_row;
        } else {
            if (second_) row_ *= 2;
            second_ = !second_;
        }
        bad_trials_ = 0;
    }

    bool second_ = false;
    std::uint32_t slow_trials_ = 0;
    std::uint32_t patience_ = patience_step;
};

} // namespace

std::unique_ptr<RateController> make_type_c(const Load& load) {
    return std::make_unique<TypeC>(load);
}

} // namespace wyn::measure
