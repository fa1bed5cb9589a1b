#include "measure/pacer.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::measure {

namespace {

constexpr std::uint32_t most_segments = 128; // of one super-packet, as in dgram/datagrams.hpp
constexpr double largest_super_packet = 65507;

// How long a train may last at this rate. Below 200 Mbit/s single datagrams cost less than a tenth
// of a core; above, one wake-up per datagram is what would limit the rate.
double train_ns(BitRate rate) {
    if (rate <= BitRate{200'000'000}) return 0;
    return rate > BitRate{5'000'000'000} ? 250e3 : 100e3;
}

// What may leave in one go after a stall: 2 ms of the rate, at least one datagram, at most 64
// (against slow-in, burst-out attacks a server must not bank credit).
constexpr double allowance_ns = 2e6;
constexpr double largest_allowance = 64;

} // namespace

void Pacer::set_rate(MonoTime now, BitRate rate, std::uint32_t datagram_bytes) {
    WYN_CHECK(rate.bps() > 0 && datagram_bytes > 0);
    const double gap = datagram_bytes * 8e9 / rate.as_double();
    if (gap == gap_ns_) return; // the schedule goes on, and with it what is due already
    // Keep the share of the gap that has already been waited for.
    const double until_next =
        gap_ns_ == 0
            ? 0
            : std::clamp(static_cast<double>((time_of(next_) - now).count()) / gap_ns_, 0.0, 1.0);
    gap_ns_ = gap;
    start_ = now + Duration{static_cast<Duration::rep>(until_next * gap)};
    next_ = 0;
    const double fits = std::min<double>(most_segments, largest_super_packet / datagram_bytes);
    longest_train_ = static_cast<std::uint32_t>(
        std::clamp(std::floor(train_ns(rate) / gap), 1.0, std::max(1.0, std::floor(fits))));
    allowance_ = static_cast<std::uint32_t>(
        std::max<double>(std::clamp(allowance_ns / gap, 1.0, largest_allowance), longest_train_));
}

MonoTime Pacer::time_of(std::uint64_t number) const {
    return start_ + Duration{std::llround(static_cast<double>(number) * gap_ns_)};
}

MonoTime Pacer::due() const {
    // A whole train is sent when its first datagram is due.
    return time_of(next_);
}

std::uint32_t Pacer::due_now(MonoTime now) {
    if (gap_ns_ == 0 || now < time_of(next_)) return 0;
    const auto late = static_cast<std::uint64_t>(
        std::floor(static_cast<double>((now - time_of(next_)).count()) / gap_ns_));
    if (late >= allowance_) {
        const std::uint64_t passed_over = late - allowance_ + 1;
        next_ += passed_over;
        skipped_ += passed_over;
    }
    return longest_train_;
}

void Pacer::on_sent(std::uint32_t count) {
    next_ += count;
}

void Pacer::stop(MonoTime end) {
    if (gap_ns_ == 0) return;
    for (; time_of(next_) < end; ++next_)
        ++skipped_;
}

} // namespace wyn::measure
