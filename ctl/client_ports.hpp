// The client's three ports of a session, opened and placed where they were asked to run.
#pragma once

#include "ctl/contact.hpp"
#include "rt/port_crew.hpp"
#include "session/connection_outbox.hpp"

namespace wyn::ctl {

struct PortSettings {
    Placement placement = Placement::single;
    std::string device;
    Duration snapshot_interval = 100ms; // of our own workers, for the display
};

class ClientPorts {
public:
    // The functions are called from `loop`, see rt::PortCrew.
    Result<void> place(rt::Loop& loop, const PortSettings& settings, const Contacted& contacted,
                       rt::PortCrew::OnNews on_news, rt::PortCrew::OnLost on_lost);

    // Hands on all orders, those too that the answers of ports in this loop bring about meanwhile.
    void carry_out(session::ConnectionOutbox& out);

    // When on_timer() wants to be called next: a port elsewhere that tells nothing for 2 s is lost.
    MonoTime due() const { return next_check_; }
    void on_timer(MonoTime now);

private:
    std::unique_ptr<rt::PortCrew> crew_;
    MonoTime next_check_ = never;
};

} // namespace wyn::ctl
