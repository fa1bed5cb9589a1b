// The load-rate adjustment of RFC 9097 ("type B"): ten rows up at a time while nothing hurts, until
// congestion has been confirmed once, then one row at a time around the edge.
#include "measure/row_search.hpp"

#include <algorithm>

namespace wyn::measure {

namespace {

constexpr std::uint32_t fast_rows = 10;

class TypeB final : public RowSearch {
public:
    using RowSearch::RowSearch;

private:
    void good() override {
        if (row_ < gigabit_row && !congested()) {
            row_ = std::min(row_ + fast_rows, gigabit_row);
            bad_trials_ = 0;
        } else if (row_ < last_row) {
            ++row_;
        }
    }
    void bad() override { static_cast<void>(step_back()); }
};

} // namespace

std::unique_ptr<RateController> make_type_b(const Load& load) {
    return std::make_unique<TypeB>(load);
}

} // namespace wyn::measure
