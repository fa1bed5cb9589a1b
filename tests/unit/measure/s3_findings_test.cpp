// The record that S3 leaves.
#include "check.hpp"
#include "measure/s3_findings.hpp"

using namespace wyn;
using namespace wyn::measure;
using wire::CapacityVerdict;

namespace {

constexpr Mean mean{
    .bps = 93.4e6, .half_width_bps = 0.1e6, .seconds = 0.5, .bits = 46.7e6, .offered_bps = 98.07e6};

} // namespace

TEST_CASE("a full path's capacity has an interval, a time and its bytes", "[measure]") {
    const auto record = record_of({.verdict = CapacityVerdict::ok,
                                   .mean = mean,
                                   .queue_seconds = 0.015,
                                   .base_rtt = 20ms,
                                   .loaded_rtt_seconds = 0.036,
                                   .loss_floor = 0.01,
                                   .datagram_bytes = 1472});
    CHECK(record.ip_bps == 93'400'000);
    CHECK(record.half_width_bps == 100'000);
    CHECK(record.saturated_ns == 500'000'000);
    CHECK(record.saturated_bytes == 46'700'000 / 8);
    CHECK(record.offered_ppm == 1'050'000);
    CHECK(record.queue_ns == 15'000'000);
    CHECK(record.base_rtt_ns == 20'000'000);
    CHECK(record.loaded_rtt_ns == 36'000'000);
    CHECK(record.loss_floor_ppb == 10'000'000);
    CHECK(record.burst_bps == 0);
    CHECK(record.bucket_bytes == 0);
    CHECK(record.datagram_bytes == 1472);
}

TEST_CASE("a lower bound has no interval", "[measure]") {
    for (const auto verdict : {CapacityVerdict::lower_bound, CapacityVerdict::sender_limited,
                               CapacityVerdict::receiver_limited}) {
        CHECK_FALSE(wire::is_of_a_full_path(verdict));
        const auto record = record_of({.verdict = verdict, .mean = mean});
        CHECK(record.ip_bps == 93'400'000);
        CHECK(record.half_width_bps == 0);
    }
}

TEST_CASE("a bucket's rates have both their times", "[measure]") {
    const auto record =
        record_of({.verdict = CapacityVerdict::two_rate,
                   .mean = mean,
                   .burst = Mean{.bps = 200e6, .half_width_bps = 1e6, .seconds = 1, .bits = 200e6},
                   .bucket_bits = 80e6});
    CHECK(record.burst_bps == 200'000'000);
    CHECK(record.burst_half_width_bps == 1'000'000);
    CHECK(record.bucket_bytes == 10'000'000);
    CHECK(record.saturated_ns == 1'500'000'000);
}

TEST_CASE("without a mean what got through is all that is known", "[measure]") {
    const auto record = record_of({.verdict = CapacityVerdict::lower_bound, .through_bps = 12e6});
    CHECK(record.ip_bps == 12'000'000);
    CHECK(record.saturated_ns == 0);
    CHECK(record.offered_ppm == 0);
    // Less loss than the floor is none in excess, and chance never makes it more than all.
    CHECK(record_of({.excess_loss = -0.1, .loss_floor = 2}).excess_loss_ppb == 0);
    CHECK(record_of({.excess_loss = -0.1, .loss_floor = 2}).loss_floor_ppb == 1'000'000'000);
}
