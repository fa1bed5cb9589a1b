#include "measure/rate_rows.hpp"

#include <algorithm>

namespace wyn::measure {

BitRate rate_of_row(std::uint32_t row) {
    if (row == 0) return BitRate{500'000};
    if (row <= gigabit_row) return BitRate{row * 1'000'000ULL};
    if (row <= 1090) return BitRate{1'000'000'000ULL + (row - gigabit_row) * 100'000'000ULL};
    return BitRate{10'000'000'000ULL + (std::min(row, last_row) - 1090) * 1'000'000'000ULL};
}

} // namespace wyn::measure
