#include "link/capacity.hpp"

#include <algorithm>
#include <cmath>

namespace wyn::link {

namespace {

// A path that loses everything has no capacity; so much of it keeps the arithmetic finite.
constexpr double least_kept = 1e-9;

std::int64_t millisecond_of(WorldTime time) {
    return time.time_since_epoch() / 1ms;
}

// Of all packets, in the long run.
double lost_in_bursts(const Bursts& bursts) {
    if (bursts.enter <= 0) return 0;
    return bursts.enter / (bursts.enter + bursts.leave) * bursts.loss;
}

} // namespace

void TokenHistory::note(WorldTime now, double level) {
    if (levels_.empty() || millisecond_of(levels_.back().time) != millisecond_of(now))
        levels_.push_back({now, level});
    else
        levels_.back() = {now, level};
}

double TokenHistory::level(WorldTime time, const TokenBucketSpec& spec) const {
    const auto behind =
        std::upper_bound(levels_.begin(), levels_.end(), time,
                         [](WorldTime wanted, const Level& level) { return wanted < level.time; });
    const auto full = static_cast<double>(spec.burst_bytes);
    if (behind == levels_.begin()) return full;
    const Level& level = *std::prev(behind);
    return std::min(level.bytes + spec.rate.as_double() / 8 * to_seconds(time - level.time), full);
}

Capacity::Regime Capacity::regime_of(const LinkSpec& link) {
    Regime regime{.partitioned = link.partitioned,
                  .delay = link.delay,
                  .overhead_bytes = link.overhead_bytes,
                  .buckets = {},
                  .kept_after = 1 - link.loss_after};
    const double kept = std::max((1 - link.loss) * (1 - lost_in_bursts(link.bursts)), least_kept);
    for (const TokenBucketSpec& policer : link.policers)
        regime.buckets.push_back({policer, kept});
    if (link.shaper) regime.buckets.push_back({*link.shaper, 1});
    return regime;
}

void Capacity::note_tokens(std::size_t bucket, WorldTime now, double level) {
    if (tokens_.size() <= bucket) tokens_.resize(bucket + 1);
    tokens_[bucket].note(now, level);
}

void Capacity::note_delivered(WorldTime now, std::uint32_t bytes) {
    const std::int64_t millisecond = millisecond_of(now);
    const std::uint64_t before = delivered_.empty() ? 0 : delivered_.back().bytes;
    if (delivered_.empty() || delivered_.back().millisecond != millisecond)
        delivered_.push_back({millisecond, before});
    delivered_.back().bytes = before + bytes;
}

std::uint64_t Capacity::delivered_before(WorldTime time) const {
    const auto behind = std::lower_bound(delivered_.begin(), delivered_.end(), time,
                                         [](const Delivered& one, WorldTime wanted) {
                                             return WorldTime{one.millisecond * 1ms} < wanted;
                                         });
    return behind == delivered_.begin() ? 0 : std::prev(behind)->bytes;
}

BitRate Capacity::delivered(WorldTime from, WorldTime to) const {
    if (to <= from) return BitRate{0};
    const std::uint64_t bytes = delivered_before(to) - delivered_before(from);
    return BitRate::from_double(static_cast<double>(bytes) * 8 / to_seconds(to - from));
}

// A flood of packets of one size, as a fluid: as much as possible all the time.
struct Capacity::Flood {
    const Capacity& capacity;
    LineRate& line;
    std::uint32_t packet_bytes;
    std::vector<double> tokens; // bits
    double out = 0;             // bits so far

    void fill(WorldTime from, const Regime& regime) {
        for (std::size_t i = 0; i < regime.buckets.size(); ++i) {
            const TokenBucketSpec& spec = regime.buckets[i].spec;
            const double full = 8.0 * static_cast<double>(spec.burst_bytes);
            if (i < tokens.size())
                tokens[i] = std::min(tokens[i], full);
            else
                tokens.push_back(
                    i < capacity.tokens_.size() ? 8 * capacity.tokens_[i].level(from, spec) : full);
        }
        tokens.resize(regime.buckets.size());
    }

    // What no line holds up passes at once, until a bucket is empty.
    void burst(const Regime& regime) {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < tokens.size(); ++i)
            least = std::min(least, tokens[i] * regime.buckets[i].kept);
        for (std::size_t i = 0; i < tokens.size(); ++i)
            tokens[i] -= least / regime.buckets[i].kept;
        out += least * regime.kept_after;
    }

    // Bits per second that leave the line at `now`.
    double rate(WorldTime now, const Regime& regime) {
        if (regime.partitioned) return 0;
        double rate = line.bps(now) * packet_bytes / (packet_bytes + regime.overhead_bytes);
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            const Bucket& bucket = regime.buckets[i];
            if (tokens[i] < 1) rate = std::min(rate, bucket.spec.rate.as_double() * bucket.kept);
        }
        return rate;
    }

    // When the first bucket becomes empty at this rate, if none of them changes.
    WorldTime dry(WorldTime now, const Regime& regime, double rate) const {
        double first = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            const Bucket& bucket = regime.buckets[i];
            const double drain = rate / bucket.kept - bucket.spec.rate.as_double();
            if (tokens[i] >= 1 && drain > 0) first = std::min(first, tokens[i] / drain);
        }
        // Years: no run is as long, and the sum stays within the range of the clock. (What is left
        // of that range would not do: it is too wide for a Duration while `now` is before zero.)
        constexpr double for_ever = 1e9;
        return first > for_ever ? end_of_time : now + from_seconds(first) + 1ns;
    }

    void pass(const Regime& regime, double rate, double seconds) {
        out += rate * seconds * regime.kept_after;
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            const Bucket& bucket = regime.buckets[i];
            const double come = bucket.spec.rate.as_double() - rate / bucket.kept;
            tokens[i] = std::clamp(tokens[i] + come * seconds, 0.0,
                                   8.0 * static_cast<double>(bucket.spec.burst_bytes));
        }
    }
};

BitRate Capacity::possible(LineRate& line, WorldTime from, WorldTime to,
                           std::uint32_t packet_bytes) const {
    if (to <= from) return BitRate{0};
    // What comes out now left the line one delay ago.
    const Duration delay = regimes_.at(from).delay;
    const WorldTime end = to - delay;
    WorldTime now = from - delay;
    Flood flood{*this, line, packet_bytes, {}};
    while (now < end) {
        const Regime& regime = regimes_.at(now);
        flood.fill(now, regime);
        double rate = flood.rate(now, regime);
        if (std::isinf(rate)) {
            if (regime.buckets.empty()) return BitRate::unlimited();
            flood.burst(regime);
            rate = flood.rate(now, regime);
        }
        const WorldTime next = std::min(
            {end, regimes_.end(now), line.steady_until(now), flood.dry(now, regime, rate)});
        flood.pass(regime, rate, to_seconds(next - now));
        now = next;
    }
    return BitRate::from_double(flood.out / to_seconds(to - from));
}

} // namespace wyn::link
