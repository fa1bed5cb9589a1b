#include "session/beside_load.hpp"

namespace wyn::session {

void BesideLoad::note(MonoTime now, const PortSnapshot& control, std::uint32_t header_bytes) {
    in_.newest = control.bytes_in + control.datagrams_in * header_bytes;
    out_.newest = control.bytes_out + control.datagrams_out * header_bytes;
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

} // namespace wyn::session
