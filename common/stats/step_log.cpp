#include "stats/step_log.hpp"

#include <algorithm>

namespace wyn::stats {

namespace {

// The lowest id that is kept beside `newest`.
constexpr std::uint32_t oldest_beside(std::uint32_t newest) noexcept {
    return newest - std::min(newest, StepLog::steps_kept - 1);
}

// Kernel stamps of neighbouring datagrams can swap: the extremes of the times stay extremes.
void add(StepRecord& record, MonoTime arrival, Duration delay, std::uint64_t packets,
         std::uint64_t payload_bytes) noexcept {
    const bool first = record.packets == 0;
    record.first_arrival = first ? arrival : std::min(record.first_arrival, arrival);
    record.lowest_delay = first ? delay : std::min(record.lowest_delay, delay);
    if (first || arrival >= record.last_arrival) {
        record.last_arrival = arrival;
        record.last_delay = delay;
    }
    record.packets += packets;
    record.bytes += payload_bytes;
}

} // namespace

void StepLog::on_datagrams(std::uint32_t step, MonoTime arrival, Duration delay,
                           std::uint64_t packets, std::uint64_t payload_bytes) noexcept {
    if (!lowest_delay_ || step > newest_) advance(step, arrival);
    lowest_delay_ = std::min(lowest_delay_.value_or(delay), delay);
    if (step < oldest_beside(newest_))
        forgotten_ += packets;
    else
        add(ring_[step % steps_kept], arrival, delay, packets, payload_bytes);
}

void StepLog::mark_receiver_drop() noexcept {
    if (lowest_delay_) ring_[newest_ % steps_kept].receiver_dropped = true;
}

std::optional<std::uint32_t> StepLog::newest() const noexcept {
    return lowest_delay_ ? std::optional{newest_} : std::nullopt;
}

std::size_t StepLog::copy(std::span<StepRecord> out, MonoTime changed_since) const noexcept {
    if (!lowest_delay_) return 0;
    std::size_t wanted = newest_ - oldest_beside(newest_) + 1;
    while (wanted > 0 &&
           record_of(newest_ - static_cast<std::uint32_t>(wanted - 1)).last_arrival < changed_since)
        --wanted;
    wanted = std::min(wanted, out.size());
    for (std::size_t i = 0; i < wanted; ++i)
        out[i] = record_of(newest_ - static_cast<std::uint32_t>(wanted - 1 - i));
    return wanted;
}

// Makes `step` the newest; it and the steps that were skipped start as empty records.
void StepLog::advance(std::uint32_t step, MonoTime arrival) noexcept {
    const std::uint32_t oldest = oldest_beside(step);
    const std::uint32_t first_new = lowest_delay_ ? std::max(oldest, newest_ + 1) : oldest;
    for (std::uint64_t id = first_new; id <= step; ++id)
        ring_[id % steps_kept] = {.id = static_cast<std::uint32_t>(id),
                                  .first_arrival = arrival,
                                  .last_arrival = arrival};
    newest_ = step;
}

} // namespace wyn::stats
