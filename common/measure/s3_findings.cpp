#include "measure/s3_findings.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::measure {

namespace {

std::uint64_t whole(double value) {
    return static_cast<std::uint64_t>(std::max(0.0, std::round(value)));
}

std::uint64_t in_ns(double seconds) {
    return whole(seconds * 1e9);
}

std::uint32_t in_ppb(double share) {
    return static_cast<std::uint32_t>(whole(std::clamp(share, 0.0, 1.0) * 1e9));
}

// What was offered for what got through; 0: not known.
std::uint32_t offered_ppm(const Mean& mean) {
    if (mean.bps <= 0) return 0;
    const double most = wire::most_offered_ppm;
    return static_cast<std::uint32_t>(whole(std::min(mean.offered_bps / mean.bps * 1e6, most)));
}

} // namespace

wire::CapacityRecord record_of(const S3Findings& found) {
    const Mean mean = found.mean.value_or(Mean{.bps = found.through_bps});
    const Mean burst = found.burst.value_or(Mean{});
    const bool sure = wire::is_of_a_full_path(found.verdict);
    return {.verdict = found.verdict,
            .ip_bps = whole(mean.bps),
            .half_width_bps = sure ? whole(mean.half_width_bps) : 0,
            .burst_bps = whole(burst.bps),
            .burst_half_width_bps = whole(burst.half_width_bps),
            .bucket_bytes = found.burst ? whole(found.bucket_bits / 8) : 0,
            .saturated_ns = found.mean ? in_ns(mean.seconds + burst.seconds) : 0,
            .saturated_bytes = found.mean ? whole((mean.bits + burst.bits) / 8) : 0,
            .offered_ppm = offered_ppm(mean),
            .queue_ns = in_ns(found.queue_seconds),
            .base_rtt_ns =
                static_cast<std::uint64_t>(std::max<Duration::rep>(0, found.base_rtt.count())),
            .loaded_rtt_ns = in_ns(found.loaded_rtt_seconds),
            .excess_loss_ppb = in_ppb(found.excess_loss),
            .loss_floor_ppb = in_ppb(found.loss_floor),
            .datagram_bytes = static_cast<std::uint16_t>(found.datagram_bytes)};
}

} // namespace wyn::measure
