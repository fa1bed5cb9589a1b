// How much goes on at a port, and how often it therefore beats, reports, and when it misses its
// peer. What rests costs little: a daemon may have hundreds of sessions.
#pragma once

#include "session/port_link.hpp"

namespace wyn::session {

class PortActivity {
public:
    PortActivity(const PortSetup& setup, MonoTime now);

    // A load runs, probes are sent, or an order has come.
    void note_work(MonoTime now) { last_worked_ = now; }
    // The server has answered a probe, which takes it next to nothing.
    void note_probed(MonoTime now) { last_probed_ = now; }
    // What a snapshot tells is no longer what the last one told.
    void note_change() { changed_ = true; }
    // The peer lives; a train may be read later than others that came after it.
    void note_heard(MonoTime when);

    // There has been nothing but heartbeats for a while.
    bool rests(MonoTime now) const;
    bool is_probed(MonoTime now, Duration within) const { return now - last_probed_ < within; }
    // `probing`: between latency probes of this port, zero: it sends none.
    Duration beat_interval(MonoTime now, Duration probing) const;
    // Whether probes that far apart are work, and no sign of life.
    static bool is_work(Duration probing);

    MonoTime snapshot_due() const;
    void note_snapshot(MonoTime now);
    // When the peer counts as silent; never once that was told, until it is heard again.
    MonoTime silence_due() const;
    void note_silence_told() { silence_told_ = true; }

private:
    Duration snapshot_interval() const;

    PortRole role_;
    Duration heartbeat_;
    Duration idle_timeout_;
    Duration busy_snapshots_;
    Duration sign_of_life_;
    MonoTime last_heard_;
    MonoTime last_worked_;
    MonoTime last_probed_{};
    MonoTime last_snapshot_;
    bool changed_ = true; // since then
    bool silence_told_ = false;
};

} // namespace wyn::session
