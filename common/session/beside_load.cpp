#include "session/beside_load.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// More than ten times of what was offered does not come out of any queue for long.
constexpr std::uint32_t least_credible_ppm = 100'000;

} // namespace

void BesideLoad::note(MonoTime now, std::span<const PortSnapshot> ports,
                      std::uint32_t header_bytes) {
    in_.newest = out_.newest = 0;
    for (const PortSnapshot& port : ports) {
        in_.newest += port.message_bytes_in + port.messages_in * header_bytes;
        out_.newest += port.message_bytes_out + port.messages_out * header_bytes;
    }
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

} // namespace wyn::session
