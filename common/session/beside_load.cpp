#include "session/beside_load.hpp"

#include "wire/layout.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// More than ten times of what was offered does not come out of any queue for long.
constexpr std::uint32_t least_credible_ppm = 100'000;

} // namespace

void BesideLoad::note(MonoTime now, const PortSnapshot& control, const PortSnapshot& other,
                      std::uint32_t header_bytes) {
    in_.newest = control.bytes_in + other.bytes_in +
                 (control.datagrams_in + other.datagrams_in) * header_bytes;
    out_.newest = control.bytes_out + other.bytes_out +
                  (control.datagrams_out + other.datagrams_out) * header_bytes;
    newest_at_ = now;
    if (begun_) return;
    begun_ = true;
    first_at_ = now;
    in_.first = in_.newest;
    out_.first = out_.newest;
}

double BesideLoad::rate(const Counter& counter) const {
    const double seconds = to_seconds(newest_at_ - first_at_);
    return seconds > 0 ? static_cast<double>(counter.newest - counter.first) * 8 / seconds : 0;
}

double through_full_path(double bps, std::uint32_t offered_ppm) {
    if (offered_ppm == 0) return bps;
    return bps * 1e6 / std::max(offered_ppm, least_credible_ppm);
}

double beats_bps(wire::Direction direction, Duration heartbeat, std::uint32_t header_bytes) {
    const double beats = direction == wire::Direction::up ? 2 : 1;
    const double bits = 8.0 * static_cast<double>(sizeof(wire::BeatLayout) + header_bytes);
    return heartbeat > Duration::zero() ? beats * bits / to_seconds(heartbeat) : 0;
}

} // namespace wyn::session
