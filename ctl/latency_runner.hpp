// Runs the client's side of a latency measurement: the connection's hub in this loop, its three
// ports where they were asked to run. Records are passed on as their fates settle, and not kept.
#pragma once

#include "ctl/client_ports.hpp"
#include "ctl/clock_readings.hpp"
#include "session/latency_connection.hpp"

#include <span>

namespace wyn::ctl {

class LatencyRunner {
public:
    struct Settings {
        session::LatencyPlan plan;
        PortSettings ports;
    };
    struct Callbacks {
        // Probes whose fate is settled, in the order of their numbers, without a gap, each once.
        std::move_only_function<void(std::span<const stats::ProbeRecord>)> on_records;
        // outcome() is final.
        std::move_only_function<void()> on_done;
    };

    // The functions are called from `loop`; the runner may not be destroyed inside.
    static Result<std::unique_ptr<LatencyRunner>> begin(rt::Loop& loop, const Settings& settings,
                                                        const Contacted& contacted,
                                                        Callbacks callbacks);

    // No more probes; on_done follows when those under way have come back or are lost, which takes
    // as long as the plan waits for one: 10 s at most, unless it says otherwise.
    void interrupt();

    const session::LatencyOutcome& outcome() const { return connection_.outcome(); }
    session::LatencyProgress progress() const;

private:
    LatencyRunner(const Settings& settings, const Contacted& contacted, Callbacks callbacks);
    Result<void> start(rt::Loop& loop, const Settings& settings, const Contacted& contacted);
    void on_news(session::PortRole role, const session::PortNews& news);
    void on_timer();
    void settle();

    session::LatencyConnection connection_;
    session::ConnectionOutbox out_;
    Callbacks callbacks_;
    rt::Timer timer_;
    ClockReadings clocks_;
    ClientPorts ports_;
};

} // namespace wyn::ctl
