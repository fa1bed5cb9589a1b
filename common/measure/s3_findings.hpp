// What S3 has found, and the record of it that both ends of a test get to see.
#pragma once

#include "measure/s3_estimator.hpp"
#include "wire/message.hpp"

namespace wyn::measure {

struct S3Findings {
    wire::CapacityVerdict verdict = wire::CapacityVerdict::none;
    std::optional<Mean> mean;  // of the steps that the verdict is about
    double through_bps = 0;    // without a mean: what got through for sure
    std::optional<Mean> burst; // the higher rate before it
    double bucket_bits = 0;    // that made the burst possible
    double queue_seconds = 0;
    Duration base_rtt{};
    double loaded_rtt_seconds = 0; // 0: not known
    double excess_loss = 0;        // shares of datagrams
    double loss_floor = 0;
    std::uint32_t datagram_bytes = 0;
};

wire::CapacityRecord record_of(const S3Findings& found);

} // namespace wyn::measure
