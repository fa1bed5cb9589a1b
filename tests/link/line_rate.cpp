#include "link/line_rate.hpp"

#include <cmath>
#include <limits>

namespace wyn::link {

namespace {

// The random factor is constant for this part of its correlation time.
constexpr int slots_per_correlation = 16;

double bps_of(BitRate rate) {
    return rate.bps() == 0 ? std::numeric_limits<double>::infinity() : rate.as_double();
}

Duration slot_of(const Fluctuation& fluctuation) {
    return std::max<Duration>(fluctuation.correlation_time / slots_per_correlation, 1us);
}

} // namespace

LineRate::LineRate(const LinkSpec& link, const Chance& chance)
    : chance_{chance}, base_{bps_of(link.rate)} {
    restart_factor(WorldTime{}, link);
}

void LineRate::change(WorldTime now, const LinkSpec& link) {
    base_.set(now, bps_of(link.rate));
    if (link.fluctuation == fluctuation_ && link.cross_traffic == cross_) return;
    draw_until(now);
    factor_.cut(now);
    restart_factor(now, link);
}

void LineRate::restart_factor(WorldTime now, const LinkSpec& link) {
    fluctuation_ = link.fluctuation;
    cross_ = link.cross_traffic;
    next_slot_ = fluctuation_.sigma > 0 ? now : end_of_time;
    next_phase_ = cross_.share > 0 ? now : end_of_time;
    // It begins anywhere in its cycle.
    const double share_on = to_seconds(cross_.on) / to_seconds(cross_.on + cross_.off);
    others_send_ = !chance_.strikes(share_on, Mechanism::cross_traffic, 2 * ++phases_);
    drawn_until_ = now;
    if (next_slot_ != now && next_phase_ != now) {
        drawn_until_ = end_of_time;
        factor_.set(now, 1);
    }
}

double LineRate::factor() const {
    double factor = 1;
    if (next_slot_ != end_of_time) {
        // The exponential of a normal variable with this variance has mean 1 and the wanted sigma.
        const double variance = std::log(1 + fluctuation_.sigma * fluctuation_.sigma);
        factor = std::exp(std::sqrt(variance) * walk_ - variance / 2);
    }
    if (next_phase_ != end_of_time && others_send_) factor *= 1 - cross_.share;
    return factor;
}

void LineRate::draw_fluctuation() {
    SeededRandom random = chance_.of(Mechanism::fluctuation, slots_);
    const double kept = slots_ == 0 ? 0 : std::exp(-1.0 / slots_per_correlation);
    walk_ = kept * walk_ + std::sqrt(1 - kept * kept) * draw_normal(random);
    next_slot_ += slot_of(fluctuation_);
    ++slots_;
}

void LineRate::draw_phase() {
    others_send_ = !others_send_;
    SeededRandom random = chance_.of(Mechanism::cross_traffic, 2 * ++phases_ + 1);
    const Duration mean = others_send_ ? cross_.on : cross_.off;
    next_phase_ +=
        std::max<Duration>(from_seconds(draw_exponential(random, to_seconds(mean))), 1us);
}

void LineRate::draw_until(WorldTime time) {
    while (drawn_until_ <= time && drawn_until_ != end_of_time) {
        if (next_slot_ == drawn_until_) draw_fluctuation();
        if (next_phase_ == drawn_until_) draw_phase();
        factor_.set(drawn_until_, factor());
        drawn_until_ = std::min(next_slot_, next_phase_);
    }
}

double LineRate::bps(WorldTime time) {
    draw_until(time);
    return base_.at(time) * factor_.at(time);
}

WorldTime LineRate::steady_until(WorldTime time) {
    draw_until(time);
    return std::min({base_.end(time), factor_.end(time), drawn_until_});
}

double LineRate::bits(WorldTime from, WorldTime to) {
    double sum = 0;
    while (from < to) {
        const WorldTime end = std::min(to, steady_until(from));
        sum += bps(from) * to_seconds(end - from);
        from = end;
    }
    return sum;
}

WorldTime LineRate::when_sent(WorldTime from, double bits) {
    while (bits > 0) {
        const double rate = bps(from);
        const WorldTime end = steady_until(from);
        const double possible = end == end_of_time && rate > 0
                                    ? std::numeric_limits<double>::infinity()
                                    : rate * to_seconds(end - from);
        if (bits <= possible) {
            // Less than the error of the division is no reason to take a whole nanosecond more.
            const double ns = std::max(std::ceil(bits / rate * 1e9 - 1e-6), 0.0);
            return from + Duration{static_cast<Duration::rep>(ns)};
        }
        if (end == end_of_time) return end_of_time;
        bits -= possible;
        from = end;
    }
    return from;
}

} // namespace wyn::link
