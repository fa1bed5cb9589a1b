#include "stats/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace wyn::stats {

namespace {

constexpr std::uint64_t fullest = std::numeric_limits<std::uint32_t>::max();

// (high * 2^64 + low) / divisor, rounded to the nearest, by long division: there is no portable
// 128-bit type. `high` must be below the divisor and that below 2^63, as in a mean of 63-bit
// values.
std::uint64_t divide(std::uint64_t high, std::uint64_t low, std::uint64_t divisor) noexcept {
    std::uint64_t quotient = 0;
    std::uint64_t rest = high;
    for (int bit = 63; bit >= 0; --bit) {
        rest = (rest << 1) | ((low >> bit) & 1);
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            ++quotient;
        }
    }
    return quotient + (rest >= divisor - rest ? 1 : 0);
}

} // namespace

std::uint64_t nearest_rank(double q, std::uint64_t n) noexcept {
    const double all = static_cast<double>(n);
    const double exact = q * all;
    // q and the product are each off by at most half a unit in the last place.
    const double rank = std::ceil(exact - exact * 4 * std::numeric_limits<double>::epsilon());
    if (!(rank > 1)) return 1;
    return rank < all ? static_cast<std::uint64_t>(rank) : n;
}

bool enough_values_for(double q, std::uint64_t n) noexcept {
    if (!(q >= 0 && q < 1)) return false;
    // 1 - q carries the rounding of q: 100 values are enough for 0.9 although 1 - 0.9 < 0.1.
    return static_cast<double>(n) * (1 - q) >= 10 - 1e-6;
}

// The bits below the leading seven are cut off: `shift` is how many those are.
std::size_t Histogram::bucket_of(std::uint64_t ns) noexcept {
    constexpr std::uint64_t largest = (std::uint64_t{1} << range_bits) - 1;
    constexpr std::uint64_t finest = std::uint64_t{1} << sub_bits;
    ns = std::min(ns, largest);
    const auto shift = static_cast<unsigned>(std::bit_width(ns | finest)) - sub_bits - 1;
    return static_cast<std::size_t>((std::uint64_t{shift} << sub_bits) + (ns >> shift));
}

std::uint64_t Histogram::middle_of(std::size_t bucket) noexcept {
    const std::size_t shift = std::max<std::size_t>(bucket >> sub_bits, 1) - 1;
    const std::uint64_t leading = bucket - (shift << sub_bits);
    const std::uint64_t width = std::uint64_t{1} << shift;
    return (leading << shift) + (width - 1) / 2;
}

void Histogram::record(Duration value) noexcept {
    value = std::max(value, Duration::zero());
    const auto ns = static_cast<std::uint64_t>(value.count());
    std::uint32_t& counter = counters_[bucket_of(ns)];
    if (counter < fullest)
        ++counter;
    else
        ++unranked_;
    ++count_;
    sum_low_ns_ += ns;
    sum_high_ns_ += sum_low_ns_ < ns ? 1 : 0;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) noexcept {
    std::uint64_t left_over = other.unranked_;
    for (std::size_t i = 0; i < buckets; ++i) {
        const std::uint64_t both = std::uint64_t{counters_[i]} + other.counters_[i];
        counters_[i] = static_cast<std::uint32_t>(std::min(both, fullest));
        left_over += both - counters_[i];
    }
    unranked_ += left_over;
    count_ += other.count_;
    const std::uint64_t low = sum_low_ns_ + other.sum_low_ns_;
    sum_high_ns_ += other.sum_high_ns_ + (low < sum_low_ns_ ? 1 : 0);
    sum_low_ns_ = low;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
}

std::optional<Duration> Histogram::min() const noexcept {
    return count_ == 0 ? std::nullopt : std::optional{min_};
}

std::optional<Duration> Histogram::max() const noexcept {
    return count_ == 0 ? std::nullopt : std::optional{max_};
}

std::optional<Duration> Histogram::mean() const noexcept {
    if (count_ == 0) return std::nullopt;
    return Duration{static_cast<Duration::rep>(divide(sum_high_ns_, sum_low_ns_, count_))};
}

std::optional<Duration> Histogram::quantile(double q) const noexcept {
    if (count_ == 0) return std::nullopt;
    return at_rank(nearest_rank(q, ranked()));
}

std::optional<Duration> Histogram::at_rank(std::uint64_t rank) const noexcept {
    if (count_ == 0) return std::nullopt;
    if (rank <= 1) return min_;
    if (rank >= ranked()) return max_;
    std::uint64_t passed = 0;
    std::size_t bucket = 0;
    for (; bucket < buckets - 1; ++bucket) {
        passed += counters_[bucket];
        if (passed >= rank) break;
    }
    return std::clamp(Duration{static_cast<Duration::rep>(middle_of(bucket))}, min_, max_);
}

std::uint64_t Histogram::below(Duration value) const noexcept {
    if (value <= Duration::zero()) return 0;
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < bucket_of(static_cast<std::uint64_t>(value.count())); ++i)
        passed += counters_[i];
    return passed;
}

} // namespace wyn::stats
