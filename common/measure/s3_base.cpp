#include "measure/s3_base.hpp"

#include <algorithm>
#include <array>

namespace wyn::measure {

namespace {

// Each in a step of its own, since a step tells its lowest delay only.
constexpr std::uint32_t probes = S3Base::steps - 1;
constexpr Duration probe_gap = 10ms;
constexpr std::uint32_t probe_bytes = 128;
// Short enough not to fill a slow link: 40 ms of 1 Mbit/s.
constexpr std::uint32_t train_packets = 10;
constexpr std::uint32_t train_packet_bytes = 528;
constexpr double train_bps = 1e9; // as one, whatever waits between
// Nothing more comes when nothing came for so long.
constexpr Duration quiet_enough = 30ms;
constexpr Duration longest_wait = 1s;

// Packets smaller than that are all header.
constexpr std::uint32_t smallest_packet = 100;

// Without the first ones while each is lower than the one before: a slow line still had what was
// sent before the search in its queue.
std::span<Duration> after_fall(std::span<Duration> delays) {
    std::size_t first = 0;
    while (first + 1 < delays.size() && delays[first] > delays[first + 1])
        ++first;
    return delays.subspan(first);
}

} // namespace

std::uint32_t S3Packets::fit(double ip_bps, Duration length, double packets) const {
    const double bytes = ip_bps * to_seconds(length) / 8 / packets;
    const std::uint32_t least = std::min(std::max(smallest_packet, header_bytes + 40), largest);
    return static_cast<std::uint32_t>(
        std::clamp(bytes, static_cast<double>(least), static_cast<double>(largest)));
}

Duration PathBase::queue_of(const StepBook::Entry& step, double capacity_bps) const {
    const double more_bits = 8.0 * (static_cast<double>(step.packet_bytes) - packet_bytes);
    const Duration longer = from_seconds(capacity_bps > 0 ? more_bits / capacity_bps : 0);
    return std::max(step.seen.lowest_delay - delay - longer, Duration::zero());
}

Duration PathBase::delay_at_end_of(const StepBook::Entry& step) const {
    const double more_bits = 8.0 * (static_cast<double>(step.packet_bytes) - packet_bytes);
    const Duration longer = from_seconds(std::max(0.0, more_bits) / step.target_bps);
    return (reorders ? step.seen.lowest_delay : step.seen.last_delay) - delay - longer;
}

void PathBase::lower(const StepBook::Entry& step) {
    if (step.seen.received == 0 || step.seen.lowest_delay >= delay) return;
    delay = step.seen.lowest_delay;
    packet_bytes = step.packet_bytes;
}

S3Step S3Base::next(std::uint32_t number, Duration rtt) const {
    const std::uint32_t probe = std::min(probe_bytes, packets_.largest);
    if (number < probes)
        return {.ip_bps = probe * 8 / to_seconds(probe_gap),
                .packet_bytes = probe,
                .most_packets = 1,
                .length = probe_gap};
    return {.ip_bps = train_bps,
            .packet_bytes = std::min(train_packet_bytes, packets_.largest),
            .most_packets = train_packets,
            .length = std::max<Duration>(longest_wait, 2 * rtt)};
}

bool S3Base::over(const StepBook& book, std::uint32_t first, const Observation& seen) const {
    const StepBook::Entry* const train = book.find(first + probes);
    if (train == nullptr) return false;
    const bool all_there = train->seen.sent > 0 && train->lost() == 0;
    return all_there || (seen.newest_step >= train->id && seen.quiet >= quiet_enough);
}

std::optional<PathBase> S3Base::result(const StepBook& book, std::uint32_t first) const {
    std::array<Duration, probes> delays{};
    std::size_t count = 0;
    PathBase base;
    for (std::uint32_t id = first; id < first + probes; ++id) {
        const StepBook::Entry* const probe = book.find(id);
        if (probe == nullptr || probe->seen.received == 0) continue;
        delays[count++] = probe->seen.lowest_delay;
        base.packet_bytes = probe->packet_bytes;
    }
    if (count == 0) return std::nullopt;
    const auto in_order = std::span{delays}.first(count);
    base.delay = std::ranges::min(in_order);
    const auto sorted = after_fall(in_order);
    std::ranges::sort(sorted);
    base.jitter = sorted[(sorted.size() - 1) * 3 / 4] - base.delay;
    if (const auto train = book.arrived_within(first + probes, first + probes))
        base.train_bps = train->bps();
    return base;
}

} // namespace wyn::measure
