// Something that adds up over the time of a test, in at most 256 bins however long it takes.
#pragma once

#include "base/check.hpp"
#include "clock/time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace wyn::stats {

// When a test outgrows the bins, neighbours are merged in pairs and every bin becomes twice as
// long: nothing is lost but detail. `Bin` is a value with += and ==; Bin{} is an empty one.
template <typename Bin>
class TimeBins {
public:
    static constexpr std::size_t most_bins = 256;

    // The length of a bin at the beginning, positive.
    explicit TimeBins(Duration bin_length) : length_{bin_length} {
        WYN_CHECK(bin_length > Duration::zero());
    }

    // The first call is where bin 0 begins; a time before it counts into bin 0.
    void add(MonoTime time, const Bin& bin) noexcept;
    // As if all of `other` had been added here, each of its bins at its beginning.
    void merge(const TimeBins& other) noexcept;

    // Up to the last one to which something was added; bins before it may be empty.
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

template <typename Bin>
void TimeBins<Bin>::add(MonoTime time, const Bin& bin) noexcept {
    if (used_ == 0) start_ = time;
    const Duration since = std::max(time - start_, Duration::zero());
    while (since / length_ >= static_cast<Duration::rep>(most_bins))
        halve();
    const auto index = static_cast<std::size_t>(since / length_);
    used_ = std::max(used_, index + 1);
    bins_[index] += bin;
}

template <typename Bin>
void TimeBins<Bin>::merge(const TimeBins& other) noexcept {
    if (other.used_ == 0) return;
    if (used_ == 0) {
        *this = other;
        return;
    }
    const TimeBins later = start_ <= other.start_ ? other : *this;
    if (start_ > other.start_) *this = other;
    MonoTime at = later.start_;
    for (const Bin& bin : later.bins()) {
        if (!(bin == Bin{})) add(at, bin);
        at += later.length_;
    }
}

// Half as many bins, each twice as long.
template <typename Bin>
void TimeBins<Bin>::halve() noexcept {
    for (std::size_t i = 0; i < most_bins / 2; ++i) {
        Bin pair = bins_[2 * i];
        pair += bins_[2 * i + 1];
        bins_[i] = pair;
    }
    std::fill(bins_.begin() + most_bins / 2, bins_.end(), Bin{});
    used_ = (used_ + 1) / 2;
    length_ *= 2;
}

} // namespace wyn::stats
