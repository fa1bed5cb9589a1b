// Goodput per sub-interval of a test, and the best of them: RFC 9097's singletons (section 5.3) and
// their maximum (section 6.3), counted over UDP payload.
//
// Datagrams arrive in trains, so a fixed edge cuts a train's gap somewhere and the bytes over the
// nominal dt are off by up to a train at either end. Counting from the first arrival of one
// interval to the first of the next one takes exactly the bytes that belong to that time. It may do
// no more than that: when an interval starts with a stall longer than dt / 10, its nominal edge
// stands, else the burst that follows a stall would be divided by the little time it took, and the
// maximum over all intervals would pick just that one.
#pragma once

#include "base/units.hpp"
#include "clock/time.hpp"

#include <cstdint>
#include <optional>
#include <type_traits>

namespace wyn::stats {

// A closed interval. `bytes` are those that arrived in `span`, which is within a tenth of dt of dt,
// and dt itself when nothing came in the next interval. Only finish() closes a shorter one.
struct Interval {
    std::uint64_t index = 0; // from 0; interval i starts i * dt after the first arrival
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    Duration span{};

    BitRate goodput() const { return rate_of(bytes, static_cast<std::uint64_t>(span.count())); }

    bool operator==(const Interval&) const = default;
};

struct Totals {
    std::uint64_t packets = 0; // 0: nothing came, and the times mean nothing
    std::uint64_t bytes = 0;
    MonoTime first_arrival{};
    MonoTime last_arrival{};

    bool operator==(const Totals&) const = default;
};

class IntervalMeter {
public:
    // The sub-interval's length, positive; RFC 9097 section 6.3's default is one second.
    explicit IntervalMeter(Duration dt = 1s);

    // A train of `packets` first copies with `bytes` of payload arrived; no packets, no effect.
    // Times rise but for kernel stamps that swapped: an arrival before the open interval counts
    // into the open one.
    void on_datagrams(MonoTime arrival, std::uint64_t packets, std::uint64_t bytes) noexcept;

    // The test is over. The open interval is closed at its last arrival, whose own bytes do not
    // count into the interval (their time would lie behind it), if arrivals cover at least half of
    // dt; otherwise it is dropped, never extrapolated. What arrives later counts in totals() only.
    void finish() noexcept;

    // The closed interval with the most bytes per time, the earliest of equals; nothing while none
    // is closed.
    std::optional<Interval> best() const noexcept { return best_; }
    std::optional<Interval> last_closed() const noexcept { return last_closed_; }
    // Everything that arrived, closed or not.
    const Totals& totals() const noexcept { return totals_; }
    Duration dt() const noexcept { return dt_; }

private:
    void note(MonoTime arrival, std::uint64_t packets, std::uint64_t bytes) noexcept;
    void move_on(MonoTime arrival) noexcept;
    void close(Duration span) noexcept;

    Duration dt_;
    Totals totals_;
    Totals newest_;         // what arrived at the latest arrival time
    Interval open_;         // its span is not known yet
    MonoTime open_from_{};  // where that span will begin
    MonoTime open_until_{}; // the open interval's nominal end
    bool finished_ = false;
    std::optional<Interval> best_;
    std::optional<Interval> last_closed_;
};
static_assert(std::is_trivially_copyable_v<IntervalMeter>);

} // namespace wyn::stats
