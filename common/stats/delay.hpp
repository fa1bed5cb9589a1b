// Variation of a one-way delay between two clocks that nobody synchronised.
//
// A delay here is arrival minus send time, each as its own host's clock says: the constant offset
// between the clocks is in it and drops out of every difference. RFC 5481 section 4.2 wants the
// packet delay variation D(i) - D(min), but the lowest delay is known only when all have arrived,
// and a histogram cannot be shifted afterwards. So the delays are counted around a reference that
// stays: the lowest of the first 64, which are kept as they are until then. Delays at or above it
// go into one log-linear histogram, those below it into a mirrored one, both by their exact
// distance from the reference. The order of all delays is thus known, and any quantile minus the
// exact lowest delay is the variation. Nothing is underestimated because it came before the lowest
// one, and the error is known:
//   - of a delay at or above the reference, at most 1 % of its variation (its distance from the
//     reference is no more than that);
//   - of a delay below it, at most 1 % of the distance from the reference to the lowest.
#pragma once

#include "clock/time.hpp"
#include "stats/histogram.hpp"
#include "stats/rtp_jitter.hpp"
#include "stats/signed_histogram.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace wyn::stats {

class DelayVariation {
public:
    // One received datagram, in the order of arrival; reordered ones belong here, duplicates do not
    // (RFC 5481). Any value is taken, so hostile send times do no harm beyond their own session.
    void record(Duration delay) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    // Exact, on the clocks' unknown common offset; nothing when empty.
    std::optional<Duration> lowest() const noexcept;
    std::optional<Duration> highest() const noexcept;

    // The variation above the lowest delay that a share q (0 to 1, clamped) of the datagrams did
    // not exceed, by nearest rank; 1 gives the exact largest. Nothing when empty. Says nothing
    // about whether the datagrams were many enough: ask enough_for(). A variation beyond
    // Histogram::range (68 s) is a lower bound.
    std::optional<Duration> quantile(double q) const noexcept;
    bool enough_for(double q) const noexcept { return enough_values_for(q, count_); }

    // See RtpJitter. Nothing below two datagrams.
    std::optional<Duration> rtp_jitter() const noexcept { return jitter_.value(); }

private:
    static constexpr std::size_t first_few = 64;

    void settle_reference() noexcept;
    Duration at_rank(std::uint64_t rank) const noexcept;
    std::uint64_t ranked() const noexcept;

    std::array<Duration, first_few> first_{}; // in use until there are that many
    Duration reference_{};                    // from then on
    SignedHistogram around_;                  // delay - reference
    std::uint64_t count_ = 0;
    Duration lowest_ = Duration::max();
    Duration highest_ = Duration::min();
    RtpJitter jitter_;
};
static_assert(std::is_trivially_copyable_v<DelayVariation>);

} // namespace wyn::stats
