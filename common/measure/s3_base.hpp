// The first phase of S3: what the path does to datagrams while it is empty.
#pragma once

#include "measure/step_book.hpp"

namespace wyn::measure {

// What a phase of S3 wants sent next. Rates are of the IP layer, packets with their headers.
struct S3Step {
    double ip_bps = 0; // 0: silence
    std::uint32_t packet_bytes = 0;
    std::uint32_t most_packets = 0;    // 0: no limit
    Duration length = Duration::max(); // how long it lasts, if feedback does not end it
};

// The packets that a load may have.
struct S3Packets {
    std::uint32_t largest = 0; // with headers
    std::uint32_t header_bytes = 0;

    // As large as they may be so that a step of this rate and length has so many of them.
    std::uint32_t fit(double ip_bps, Duration length, double packets) const;
};

// An empty path.
struct PathBase {
    Duration delay{};               // the lowest; the receiver's clock less ours
    std::uint32_t packet_bytes = 0; // of the packets that had it
    Duration jitter{};              // of three quarters of the delays above the lowest, at most
    double train_bps = 0;           // rate at which a short train arrived; 0: it did not
    bool reorders = false;          // the last datagram to arrive may have been held back

    // A step whose lowest delay is that much above the base has met a queue.
    Duration queue_threshold() const { return std::max<Duration>(3ms, 2 * jitter + 1ms); }
    // The queue that is to be kept.
    Duration queue_target() const { return queue_threshold() + 12ms; }
    // Of the last datagram, or where that may mislead, of the quickest: above the base, and above
    // what a larger packet takes where the path is just as fast as the step. Any sign.
    Duration delay_at_end_of(const StepBook::Entry& step) const;
    // The path may be better than it seemed: a lower delay is the base from now on.
    void lower(const StepBook::Entry& step);

    // How long the quickest of a step's packets stood in a queue. A larger packet takes longer on
    // an empty path, too, about as long as the bottleneck needs for the difference.
    Duration queue_of(const StepBook::Entry& step, double capacity_bps) const;
};

class S3Base {
public:
    explicit S3Base(const S3Packets& packets) : packets_{packets} {}

    // Its step of that number, from 0. The last one lasts until over(), or as long as it is worth
    // waiting on a path with this round trip.
    S3Step next(std::uint32_t number, Duration rtt) const;
    static constexpr std::uint32_t steps = 11;
    // Whether everything has come back that will. Its steps are those from `first` on.
    bool over(const StepBook& book, std::uint32_t first, const Observation& seen) const;
    // Nothing when nothing has arrived.
    std::optional<PathBase> result(const StepBook& book, std::uint32_t first) const;

private:
    S3Packets packets_;
};

} // namespace wyn::measure
