#include "measure/pacer.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::measure {

namespace {

constexpr double most_segments = 128; // of one super-packet, as in dgram/datagrams.hpp
constexpr double largest_super_packet = 65507;

// How long a train may last at this rate. Below 200 Mbit/s single datagrams cost less than a tenth
// of a core; above, one wake-up per datagram is what would limit the rate.
double train_ns(BitRate rate) {
    if (rate <= BitRate{200'000'000}) return 0;
    return rate > BitRate{5'000'000'000} ? 250e3 : 100e3;
}

// What may leave in one go after a stall: 2 ms of the rate, but of many datagrams (a server must
// not bank credit, against slow-in, burst-out attacks) no more than 64 or 500 us of the rate. A
// sleeping thread often wakes up 100 us late, so less would skip what nobody had to.
constexpr double allowance_ns = 2e6;
constexpr double few_datagrams = 64;
constexpr double allowance_of_many_ns = 500e3;

double allowance(double gap_ns) {
    const double most = std::max(few_datagrams, allowance_of_many_ns / gap_ns);
    return std::clamp(allowance_ns / gap_ns, 1.0, most);
}

double fits_into_one_send(std::uint32_t datagram_bytes) {
    return std::clamp(std::floor(largest_super_packet / datagram_bytes), 1.0, most_segments);
}

} // namespace

void Pacer::set_rate(MonoTime now, BitRate rate, std::uint32_t datagram_bytes) {
    WYN_CHECK(rate.bps() > 0 && datagram_bytes > 0);
    unpaced_ = rate.is_unlimited();
    if (unpaced_) {
        start_ = now;
        gap_ns_ = 0;
        next_ = 0;
        longest_train_ = static_cast<std::uint32_t>(fits_into_one_send(datagram_bytes));
        return;
    }
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
    longest_train_ = static_cast<std::uint32_t>(
        std::clamp(std::floor(train_ns(rate) / gap), 1.0, fits_into_one_send(datagram_bytes)));
    allowance_ = std::max(static_cast<std::uint32_t>(allowance(gap)), longest_train_);
}

MonoTime Pacer::time_of(std::uint64_t number) const {
    return start_ + Duration{std::llround(static_cast<double>(number) * gap_ns_)};
}

MonoTime Pacer::due() const {
    // A whole train is sent when its first datagram is due.
    return time_of(next_);
}

std::uint32_t Pacer::due_now(MonoTime now, MonoTime horizon) {
    if (unpaced_) return longest_train_;
    if (gap_ns_ == 0 || horizon < time_of(next_)) return 0;
    const double late = std::floor(static_cast<double>((now - time_of(next_)).count()) / gap_ns_);
    if (late >= allowance_) {
        const auto passed_over = static_cast<std::uint64_t>(late) - allowance_ + 1;
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
