// The client's half of the latency flow: sends probes by a schedule that waits for nobody, and
// finds out what became of each.
//
// A record is told when its probe's fate is settled and all those before it are. A probe that came
// back waits a moment for what still may be told of it: further copies of its echo, the kernel's
// stamp of its departure, and that of the echo's, which a later echo brings. One that did not is
// waited for as RFC 7680 wants; then the server's maps say on which way it was lost. Sweeps ask for
// what the echoes that came back did not tell.
#pragma once

#include "dgram/datagrams.hpp"
#include "session/probe_flights.hpp"
#include "session/probe_schedule.hpp"
#include "session/stamp_ladder.hpp"

namespace wyn::session {

class LatencyProber {
public:
    void set(MonoTime now, const SetProbing& order);
    // Of what is sent now; zero: nothing is.
    Duration interval() const { return schedule_ ? order_.interval : Duration::zero(); }

    // A message that is due, if one is, and how it is to leave; to be called until none is.
    struct Due {
        wire::Probe probe;
        dgram::SendOptions options;
    };
    std::optional<Due> on_timer(MonoTime now);
    // The newest probe, which had this number, was handed to the stack or refused.
    void on_handed(std::uint32_t number, const dgram::SendOutcome& outcome);
    void on_departure(std::uint32_t number, const Stamp& left) {
        flights_.on_departure(number, left);
    }

    // A datagram that reached us.
    struct Arrival {
        Stamp stamp;
        MonoTime read{};
        std::uint8_t traffic_class = 0;
        std::uint64_t socket_drops = 0; // cumulative, when it was queued
    };
    // Nothing, or why the echo does not count.
    std::optional<wire::Drop> on_echo(const Arrival& at, const wire::Echo& echo);
    // A further copy of one.
    void on_copy(const wire::Echo& echo);

    // What has been settled, some 50 ms after it was; to be called until there is nothing.
    std::optional<LatencyNews> take_news(MonoTime now);
    MonoTime due() const;

private:
    struct Sweep {
        std::uint32_t number = 0;
        MonoTime sent{};
    };
    // As many may be under way.
    static constexpr std::size_t most_sweeps = 16;

    bool is_over() const { return began_ && !schedule_ && flights_.empty(); }
    bool is_at_end(MonoTime now) const;
    void stop(MonoTime now);
    std::optional<Due> probe(MonoTime now);
    std::optional<Due> sweep(MonoTime now);
    std::optional<std::uint32_t> sweep_below(MonoTime now) const;
    Duration sweep_interval() const;
    dgram::SendOptions options() const;
    bool answers_sweep(const wire::Echo& echo) const;
    void note(const Arrival& at, const wire::Echo& echo);
    void count(const ProbeFlights::Flight& flight);
    MonoTime news_due() const;

    SetProbing order_;
    std::optional<ProbeSchedule> schedule_; // while probes are sent
    bool began_ = false;                    // ever
    MonoTime end_ = never;
    std::uint32_t left_ = 0; // probes to send, when the order says how many
    MonoTime next_sweep_ = never;
    std::size_t swept_ = 0; // sweeps so far
    std::array<Sweep, most_sweeps> sweeps_{};
    ProbeFlights flights_;
    StampLadder ladder_;
    LatencyCounts counts_;
    ClockState far_clock_;
    bool far_clock_known_ = false;
    // By the server's clock: of the newest echo of a probe, and of any echo.
    std::uint64_t newest_echo_ns_ = 0;
    std::uint64_t newest_told_ns_ = 0;
    MonoTime last_news_{};
    bool over_told_ = false;
};

} // namespace wyn::session
