#include "verdict/share.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::verdict {

Interval interval_of(const Share& share) {
    if (share.trials == 0) return {};
    const auto n = static_cast<double>(share.trials);
    if (share.hits == 0) return {.low = 0, .high = std::min(1.0, 3 / n)};
    constexpr double z = 1.959964; // of the normal distribution, 97.5 %
    const double p = share.ratio();
    const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return {.low = std::clamp(middle - half, 0.0, 1.0),
            .high = std::clamp(middle + half, 0.0, 1.0)};
}

} // namespace wyn::verdict
