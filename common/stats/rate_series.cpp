#include "stats/rate_series.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace wyn::stats {

RateSeries::RateSeries(Duration bin_length) : length_{bin_length} {
    WYN_CHECK(bin_length > Duration::zero());
}

void RateSeries::add(MonoTime arrival, std::uint64_t packets, std::uint64_t bytes) noexcept {
    if (packets == 0) return;
    if (used_ == 0) start_ = arrival;
    const Duration since = std::max(arrival - start_, Duration::zero());
    while (since / length_ >= static_cast<Duration::rep>(most_bins))
        halve();
    const auto index = static_cast<std::size_t>(since / length_);
    used_ = std::max(used_, index + 1);
    bins_[index].packets += packets;
    bins_[index].bytes += bytes;
}

// Half as many bins, each twice as long.
void RateSeries::halve() noexcept {
    for (std::size_t i = 0; i < most_bins / 2; ++i)
        bins_[i] = {.packets = bins_[2 * i].packets + bins_[2 * i + 1].packets,
                    .bytes = bins_[2 * i].bytes + bins_[2 * i + 1].bytes};
    std::fill(bins_.begin() + most_bins / 2, bins_.end(), Bin{});
    used_ = (used_ + 1) / 2;
    length_ *= 2;
}

} // namespace wyn::stats
