// What arrived over the whole of a test, as a curve to draw: at most 256 bins however long it
// takes.
#pragma once

#include "clock/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace wyn::stats {

// When a test outgrows the bins, neighbours are merged in pairs and every bin becomes twice as
// long: nothing is lost but detail. For display; results come from IntervalMeter.
class RateSeries {
public:
    static constexpr std::size_t most_bins = 256;

    struct Bin {
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;

        bool operator==(const Bin&) const = default;
    };

    // The length of a bin at the beginning, positive.
    explicit RateSeries(Duration bin_length);

    // `packets` datagrams with `bytes` of payload arrived; no packets, no effect. The first arrival
    // is where bin 0 begins; one that is stamped before it counts into bin 0.
    void add(MonoTime arrival, std::uint64_t packets, std::uint64_t bytes) noexcept;

    // Up to the last one in which something arrived; bins before it may be empty.
    std::span<const Bin> bins() const noexcept { return std::span{bins_}.first(used_); }
    // Bin i covers [start() + i * bin_length(), start() + (i + 1) * bin_length()).
    Duration bin_length() const noexcept { return length_; }
    // Means something once bins() is not empty.
    MonoTime start() const noexcept { return start_; }

private:
    void halve() noexcept;

    std::array<Bin, most_bins> bins_{};
    std::size_t used_ = 0;
    Duration length_;
    MonoTime start_{};
};
static_assert(std::is_trivially_copyable_v<RateSeries>);

} // namespace wyn::stats
