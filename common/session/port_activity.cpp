#include "session/port_activity.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// A port that has had nothing to do for this long rests: what it says about itself is worth less
// than what it costs a daemon with hundreds of sessions.
constexpr Duration until_rest = 2s;
constexpr Duration snapshot_interval_at_rest = 30s;
// Of a server's port that does nothing but answer probes.
constexpr Duration snapshot_interval_probed = 1s;
// At rest the control port alone keeps the session alive; half of the idle time is left for beats
// after a lost one. The others beat to keep what a NAT on the way remembers of them, which is at
// least 30 s in practice (RFC 4787 wants 2 min).
constexpr int beats_per_idle_timeout = 2;
constexpr Duration longest_beat_interval = 25s;

} // namespace

PortActivity::PortActivity(const PortSetup& setup, MonoTime now)
    : role_{setup.role}, heartbeat_{setup.terms.heartbeat}, idle_timeout_{setup.terms.idle_timeout},
      busy_snapshots_{setup.snapshot_interval}, sign_of_life_{setup.sign_of_life}, last_heard_{now},
      last_worked_{now}, last_snapshot_{now} {}

void PortActivity::note_heard(MonoTime when) {
    last_heard_ = std::max(last_heard_, when);
    silence_told_ = false;
}

bool PortActivity::rests(MonoTime now) const {
    return now - std::max(last_worked_, last_probed_) >= until_rest;
}

bool PortActivity::is_work(Duration probing) {
    return probing > Duration::zero() && probing < until_rest;
}

Duration PortActivity::beat_interval(MonoTime now, Duration probing) const {
    // Probes and echoes show more often than beats that both ends live and how long the way takes.
    const bool shown = probing > Duration::zero() && probing <= heartbeat_;
    if (!shown && now - last_worked_ < until_rest) return heartbeat_;
    const Duration alive = idle_timeout_ / beats_per_idle_timeout;
    return std::max(heartbeat_, role_ == PortRole::control ? alive : longest_beat_interval);
}

// Often while there is something to follow, seldom when only beats were counted, and without a
// change only as a sign of life, where somebody waits for one.
Duration PortActivity::snapshot_interval() const {
    if (last_snapshot_ - last_worked_ < until_rest) return busy_snapshots_;
    if (!rests(last_snapshot_)) return snapshot_interval_probed;
    return changed_ ? snapshot_interval_at_rest : Duration::max();
}

MonoTime PortActivity::snapshot_due() const {
    return saturating_add(last_snapshot_, std::min(snapshot_interval(), sign_of_life_));
}

void PortActivity::note_snapshot(MonoTime now) {
    last_snapshot_ = now;
    changed_ = false;
}

// Of the control port alone: the others may rest for longer than that.
MonoTime PortActivity::silence_due() const {
    const bool tells = role_ == PortRole::control && !silence_told_;
    return tells ? last_heard_ + idle_timeout_ : never;
}

} // namespace wyn::session
