// The search S3 ("sequential saturated-slope"): finds the capacity of a path in about a second.
//
//   base     ten single datagrams tell the path's delay and jitter, a short train a first rate
//   ramp     chirps, series of steps each √2 faster than the one before, until one fills the path
//   measure  a rate a little above what gets through keeps a small queue in the path: what arrives
//            while it stands is what the path carries, whatever is sent
//
// On a full path arrivals are spaced by the bottleneck, so bytes by time are its capacity. The
// search goes on until a confidence interval is narrow enough, and then ends. It judges whole
// steps: what got through against what was offered, the lowest delay in a step, loss against the
// loss of an empty path. No single datagram, and no absolute number of them, decides.
#pragma once

#include "measure/rate_controller.hpp"

namespace wyn::measure {

struct S3Options {
    // The path is to have been full for so long at least.
    Duration saturated_time{};
    Duration feedback_interval{}; // that is to be expected
};

std::unique_ptr<RateController> make_s3(const Load& load, const S3Options& options);

// How long a path is observed when nobody asks for more.
inline constexpr Duration s3_saturated_time{400ms};

} // namespace wyn::measure
