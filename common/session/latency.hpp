// The latency flow on the control port: small probes beside the load, on their own 5-tuple. The
// server's half only answers; the client's half measures.
#pragma once

#include "clock/stamp.hpp"
#include "session/port_link.hpp"

namespace wyn::session {

// Server: one ECHO for each PROBE, at most one reply per request.
class LatencyAnswerer {
public:
    wire::Echo on_probe(Stamp arrived, MonoTime now, const wire::Probe& probe);

private:
    std::uint32_t received_ = 0;
};

// Client: sends probes on an absolute schedule and turns echoes into round trips, free of the time
// that the server held them.
class LatencyProber {
public:
    // Zero stops; numbers go on rising over all flows of a session.
    void set_interval(MonoTime now, Duration interval);
    Duration interval() const { return interval_; } // zero: off

    std::optional<wire::Probe> on_timer(MonoTime now);
    // Nothing, or why the echo does not count.
    std::optional<wire::Drop> on_echo(Stamp arrived, const wire::Echo& echo);

    // The samples since the last call, when there are many or the oldest has waited for 50 ms.
    std::optional<LatencyNews> take_news(MonoTime now);
    MonoTime due() const;

private:
    // A probe is answered once; how many may be under way at 100 per second and 40 s of round trip.
    static constexpr std::uint32_t outstanding = 4096;

    Duration interval_{};
    MonoTime next_ = never;
    std::array<MonoTime, outstanding> sent_{}; // by number; epoch: answered or never sent
    LatencyNews news_;
    MonoTime oldest_news_ = never;
};

} // namespace wyn::session
