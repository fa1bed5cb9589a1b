#include "link/red.hpp"

#include <cmath>

namespace wyn::link {

// The paper's q_time: an empty queue counts as if so many small packets had passed it.
void Red::average(WorldTime now, const Record& record) {
    const double weight = spec().red.weight;
    if (empty_since_ && line().bps() > 0) {
        const double each = 8.0 * record.packet.bytes / line().as_double();
        average_ *= std::pow(1 - weight, to_seconds(now - *empty_since_) / each);
    }
    empty_since_.reset();
    average_ += weight * (static_cast<double>(bytes()) - average_);
}

// For a packet by itself, before those since the last one are counted.
double Red::chance() const {
    const RedSpec& red = spec().red;
    const auto low = static_cast<double>(red.min_bytes);
    const auto high = static_cast<double>(red.max_bytes);
    if (average_ < low) return 0;
    if (average_ < high) return red.max_chance * (average_ - low) / (high - low);
    if (average_ < 2 * high) return red.max_chance + (1 - red.max_chance) * (average_ / high - 1);
    return 1;
}

TailDrop::Verdict Red::judge(WorldTime now, const Record& record) {
    average(now, record);
    const double alone = chance();
    if (alone <= 0) {
        since_last_ = -1;
        return Verdict::take;
    }
    // Evenly spread, not in bursts: the paper's p_a = p_b / (1 - count p_b).
    ++since_last_;
    const double left = 1 - since_last_ * alone;
    const double spread = left > 0 ? alone / left : 1;
    if (!chance_.strikes(spread, Mechanism::queue, record.draw())) return Verdict::take;
    since_last_ = 0;
    // Above the upper threshold marks are not enough (RFC 3168, section 7).
    const bool drops = !spec().ecn || average_ >= static_cast<double>(spec().red.max_bytes);
    return drops ? Verdict::drop : Verdict::mark;
}

std::optional<Record> Red::dequeue(WorldTime now, std::vector<Record>& ended) {
    std::optional<Record> next = TailDrop::dequeue(now, ended);
    if (packets() == 0 && !empty_since_) empty_since_ = now;
    return next;
}

} // namespace wyn::link
