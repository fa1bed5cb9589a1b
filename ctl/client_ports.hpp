// The client's three ports of a session, opened and placed where they were asked to run.
#pragma once

#include "ctl/contact.hpp"
#include "rt/port_crew.hpp"

namespace wyn::ctl {

// A port elsewhere that tells nothing for this long has failed; asked about this often.
inline constexpr Duration worker_timeout = 2s;
inline constexpr Duration worker_check_interval = 250ms;

struct PortSettings {
    Placement placement = Placement::single;
    std::string device;
    Duration snapshot_interval = 100ms; // of our own workers, for the display
};

// The functions are called from `loop`, see rt::PortCrew.
Result<std::unique_ptr<rt::PortCrew>> place_ports(rt::Loop& loop, const PortSettings& settings,
                                                  const Contacted& contacted,
                                                  rt::PortCrew::OnNews on_news,
                                                  rt::PortCrew::OnLost on_lost);

} // namespace wyn::ctl
