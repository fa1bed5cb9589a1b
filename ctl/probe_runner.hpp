// Runs the client's side of a session: the connection's hub in this loop, its three ports where
// they were asked to run.
#pragma once

#include "ctl/client_ports.hpp"
#include "ctl/clock_readings.hpp"
#include "session/client_connection.hpp"

namespace wyn::ctl {

class ProbeRunner {
public:
    struct Settings {
        session::ProbePlan plan;
        PortSettings ports;
    };
    using Function = std::move_only_function<void()>;
    struct Callbacks {
        Function on_waiting; // a plan that goes together with others is to go_on()
        Function on_done;    // result() is final
    };

    // The functions are called from `loop`; the runner may not be destroyed inside.
    static Result<std::unique_ptr<ProbeRunner>> begin(rt::Loop& loop, const Settings& settings,
                                                      const Contacted& contacted,
                                                      Callbacks callbacks);

    void go_on();
    // Finish with what there is.
    void interrupt();

    const session::ProbeResult& result() const { return connection_.result(); }
    session::ProbeProgress progress() const;

private:
    ProbeRunner(const Settings& settings, const Contacted& contacted, Callbacks callbacks);
    Result<void> start(rt::Loop& loop, const Settings& settings, const Contacted& contacted);
    void on_timer();
    void settle();

    session::ClientConnection connection_;
    session::ConnectionOutbox out_;
    Callbacks callbacks_;
    bool told_waiting_ = false;
    ClockReadings clocks_;
    rt::Timer timer_;
    ClientPorts ports_;
};

} // namespace wyn::ctl
