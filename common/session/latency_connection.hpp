// The hub of the client's three ports for a latency measurement: probes until their number, their
// time or the user's patience is over. Pure; its sibling for loads is client_connection.
//
//   opening -> probing -> settling -> closing -> done
//
// The records of the probes are not kept here: they are in the news of the control port, and
// whoever drives this passes them on as they come.
#pragma once

#include "clock/clock_watch.hpp"
#include "session/repeated_request.hpp"

#include <optional>

namespace wyn::session {

struct LatencyPlan {
    SetProbing probing{.interval = 10ms};
};

enum class LatencyPhase : std::uint8_t { opening, probing, settling, closing, done };

// What is known besides the records; final when the connection is done.
struct LatencyOutcome {
    wire::End end = wire::End::none; // completed: everything that was asked for was done
    Terms terms;
    std::array<bool, 3> port_reached{}; // by PortRole
    int network_error = 0;              // errno of the newest ICMP error on a port, 0: none
    std::uint64_t bytes_used = 0;       // payload of UDP, both directions, everything
    LatencyCounts counts;
    bool departure_stamps = false;         // this host's kernel stamps departures at all
    std::optional<ClockState> near_clock;  // of this host; nothing: it was not looked at
    std::int32_t near_slew_change_ppb = 0; // see ClockWatch::largest_slew_change_ppb()
    std::optional<ClockState> far_clock;   // of the server; nothing: no echo told
};

// What a live display shows.
struct LatencyProgress {
    LatencyPhase phase = LatencyPhase::opening;
    Duration elapsed{}; // of the phase
    Duration rtt{};     // of the newest probe that returned; zero: none yet
    LatencyCounts counts;
};

class LatencyConnection {
public:
    LatencyConnection(const LatencyPlan& plan, const Terms& terms, MonoTime now);

    void on_news(MonoTime now, PortRole role, const PortNews& news, ConnectionOutbox& out);
    void on_port_lost(MonoTime now, ConnectionOutbox& out);
    // The user wants to stop: no more probes, but what is under way may still come back.
    void interrupt(MonoTime now, ConnectionOutbox& out);
    // This host's clocks, about once a second.
    void on_clock(const ClockReading& reading);
    void on_timer(MonoTime now, ConnectionOutbox& out);

    MonoTime due() const;
    bool done() const { return phase_ == LatencyPhase::done; }
    const LatencyOutcome& outcome() const { return outcome_; }
    LatencyProgress progress(MonoTime now) const;

private:
    void enter(LatencyPhase phase, MonoTime now);
    void on_valid(MonoTime now, PortRole role, const PortValid& valid, ConnectionOutbox& out);
    void on_latency(MonoTime now, const LatencyNews& news, ConnectionOutbox& out);
    void on_control(MonoTime now, const ControlBody& body, ConnectionOutbox& out);
    void on_snapshot(PortRole role, const PortSnapshot& snapshot);
    void settle(MonoTime now, wire::End why, ConnectionOutbox& out);
    void settled(MonoTime now, ConnectionOutbox& out);
    void give_up_on_server(MonoTime now, wire::End why, ConnectionOutbox& out);

    LatencyPlan plan_;
    LatencyOutcome outcome_;
    LatencyPhase phase_ = LatencyPhase::opening;
    MonoTime phase_since_;
    bool server_gone_ = false;
    RepeatedRequest request_;
    Duration rtt_ = 100ms; // first guess, then by heartbeat
    Duration newest_rtt_{};
    ClockWatch near_clock_;
    std::array<PortSnapshot, 3> snapshots_{};
};

} // namespace wyn::session
