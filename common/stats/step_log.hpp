// What the receiver saw of each step of the load.
//
// A step is a short run of datagrams that the sender marks with one id, rising by one from 0. The
// rate search judges whole steps: nothing then depends on synchronised clocks, on a feedback
// message arriving, or on when it arrives. The log keeps the newest 64 steps, and every feedback
// repeats those that changed lately, so a lost feedback costs nothing.
#pragma once

#include "clock/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

namespace wyn::stats {

// One step, cumulative. A delay is arrival minus send time as the two unrelated clocks say: it may
// have any sign and means something only next to another one.
struct StepRecord {
    std::uint32_t id = 0;
    std::uint64_t packets = 0; // 0: none came yet; then the delays mean nothing
    std::uint64_t bytes = 0;   // payload
    // Of a step of which nothing came: when a datagram of a later step passed it over. The first
    // arrival of the next step thus ends this one's time even when nothing of the next one came. It
    // can lie before this one's, when the whole step was overtaken.
    MonoTime first_arrival{};
    MonoTime last_arrival{};
    Duration lowest_delay{};
    Duration last_delay{};         // of the datagram that arrived last
    bool receiver_dropped = false; // our own socket lost datagrams while this was the newest step

    bool operator==(const StepRecord&) const = default;
};

class StepLog {
public:
    static constexpr std::uint32_t steps_kept = 64;

    // Datagrams of one send time arrived together, first copies only. Steps that `step` skips
    // become empty records; datagrams may come out of order, within a step and between steps. Costs
    // O(1), a jump at most 64 records. Ids do not wrap within a test: a peer that goes on past 2^32
    // - 1 is out of protocol, and its datagrams are counted as forgotten.
    void on_datagrams(std::uint32_t step, MonoTime arrival, Duration delay, std::uint64_t packets,
                      std::uint64_t payload_bytes) noexcept;

    // Our own socket has dropped datagrams since the last call: the newest step cannot be trusted.
    // Does nothing before the first datagram.
    void mark_receiver_drop() noexcept;

    // The highest id seen; nothing before the first datagram.
    std::optional<std::uint32_t> newest() const noexcept;
    // The lowest delay ever seen, that of forgotten datagrams included: the base against which
    // queueing is judged. Nothing before the first datagram.
    std::optional<Duration> lowest_delay() const noexcept { return lowest_delay_; }
    // Datagrams that came after their step had left the log.
    std::uint64_t forgotten() const noexcept { return forgotten_; }

    // Copies, oldest first, the records from the first one with last_arrival >= changed_since up to
    // the newest, without a hole; MonoTime::min() asks for all. When `out` is too small the newest
    // ones win. Returns how many were copied.
    std::size_t copy(std::span<StepRecord> out, MonoTime changed_since) const noexcept;

private:
    void advance(std::uint32_t step, MonoTime arrival) noexcept;
    const StepRecord& record_of(std::uint32_t step) const noexcept {
        return ring_[step % steps_kept];
    }

    std::array<StepRecord, steps_kept> ring_{}; // step s has place s % 64
    std::uint32_t newest_ = 0;                  // means something once lowest_delay_ is there
    std::optional<Duration> lowest_delay_;
    std::uint64_t forgotten_ = 0;
};
static_assert(std::is_trivially_copyable_v<StepLog>);

} // namespace wyn::stats
