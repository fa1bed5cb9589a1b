#include "link/pie.hpp"

#include <algorithm>

namespace wyn::link {

namespace {

// RFC 8033, section 4 and appendix A.
constexpr Duration update_interval = 15ms; // T_UPDATE
constexpr Duration largest_burst = 150ms;  // MAX_BURST
constexpr double alpha = 0.125;
constexpr double beta = 1.25;
constexpr double most_marked = 0.1; // above it ECT is dropped as well
constexpr std::uint64_t mean_packet = 1024;

// Small chances are changed in small steps (section 4.2).
double scale_of(double drop_chance) {
    if (drop_chance < 0.000001) return 1.0 / 2048;
    if (drop_chance < 0.00001) return 1.0 / 512;
    if (drop_chance < 0.0001) return 1.0 / 128;
    if (drop_chance < 0.001) return 1.0 / 32;
    if (drop_chance < 0.01) return 1.0 / 8;
    if (drop_chance < 0.1) return 1.0 / 2;
    return 1;
}

} // namespace

void Pie::update() {
    const double late = to_seconds(delay_ - spec().target);
    const double growth = to_seconds(delay_ - old_delay_);
    double step = (alpha * late + beta * growth) * scale_of(drop_chance_);
    if (drop_chance_ >= 0.1) step = std::min(step, 0.02);
    drop_chance_ += step;
    if (delay_ == Duration::zero() && old_delay_ == Duration::zero()) drop_chance_ *= 1 - 1.0 / 64;
    drop_chance_ = std::clamp(drop_chance_, 0.0, 1.0);
    burst_allowance_ = std::max<Duration>(burst_allowance_ - update_interval, 0ns);
    if (drop_chance_ == 0 && delay_ < spec().target / 2 && old_delay_ < spec().target / 2)
        burst_allowance_ = largest_burst;
    old_delay_ = delay_;
}

void Pie::update_until(WorldTime now) {
    // After a long rest nothing is left to decay.
    if (now - next_update_ > 10'000 * update_interval) {
        drop_chance_ = 0;
        next_update_ = now;
    }
    for (; next_update_ <= now; next_update_ += update_interval)
        update();
}

bool Pie::strikes(const Record& record) {
    if (burst_allowance_ > Duration::zero()) return false;
    if (old_delay_ < spec().target / 2 && drop_chance_ < 0.2) return false;
    if (bytes() <= 2 * mean_packet) return false;
    if (drop_chance_ == 0) accumulated_ = 0;
    // Neither two drops in a row nor a long time without one (section 5.4).
    accumulated_ += drop_chance_;
    if (accumulated_ < 0.85) return false;
    if (accumulated_ < 8.5 && !chance_.strikes(drop_chance_, Mechanism::queue, record.draw()))
        return false;
    accumulated_ = 0;
    return true;
}

TailDrop::Verdict Pie::judge(WorldTime now, const Record& record) {
    if (packets() == 0) delay_ = {};
    update_until(now);
    if (!strikes(record)) return Verdict::take;
    return spec().ecn && drop_chance_ <= most_marked ? Verdict::mark : Verdict::drop;
}

std::optional<Record> Pie::dequeue(WorldTime now, std::vector<Record>& ended) {
    update_until(now);
    std::optional<Record> next = TailDrop::dequeue(now, ended);
    delay_ = next && packets() > 0 ? now - next->arrived : Duration::zero();
    return next;
}

} // namespace wyn::link
