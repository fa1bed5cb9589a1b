#include "stats/mark_meter.hpp"

#include <algorithm>

namespace wyn::stats {

namespace {

// The ECN field, and in it "congestion experienced" (RFC 3168, section 5).
constexpr std::uint8_t ecn_mask = 0x03, ecn_congested = 0x03;

} // namespace

void MarkMeter::on_datagrams(std::uint64_t count, std::optional<std::uint8_t> traffic_class,
                             std::optional<std::uint8_t> ttl) {
    if (ttl) {
        lowest_ttl_ = std::min(lowest_ttl_.value_or(*ttl), *ttl);
        highest_ttl_ = std::max(highest_ttl_.value_or(*ttl), *ttl);
    }
    if (!traffic_class) return;
    if ((*traffic_class & ecn_mask) == ecn_congested) congested_ += count;
    auto* const end = classes_.begin() + used_;
    auto* const known = std::find_if(classes_.begin(), end, [&](const Counted& one) {
        return one.traffic_class == *traffic_class;
    });
    if (known != end) {
        known->count += count;
    } else if (used_ < most_classes) {
        classes_[used_++] = {.traffic_class = *traffic_class, .count = count};
    } else {
        others_ += count;
    }
}

} // namespace wyn::stats
