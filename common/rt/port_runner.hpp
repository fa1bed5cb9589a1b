// Binds a port's driver to a loop, a UDP socket and the link to its connection.
#pragma once

#include "net/udp_datagrams.hpp"
#include "rt/host_gauge.hpp"
#include "rt/link.hpp"
#include "rt/loop.hpp"
#include "rt/system_random.hpp"
#include "rt/worker.hpp"
#include "session/port_driver.hpp"

#include <memory>

namespace wyn::rt {

// True when a port that takes in a load may nap instead of watching its socket: it is not told to
// look more often, and its receive buffer holds what comes in a nap.
bool may_nap_in_load(const session::Tuning& tuning, const dgram::Capabilities& door);

class PortRunner final : public Runner {
public:
    using Function = std::move_only_function<void()>;

    // `on_end` is called once when the link has closed; the runner may not be destroyed inside.
    static Result<std::unique_ptr<PortRunner>>
    create(Loop& loop, Link& up, net::Fd socket, const session::PortSetup& setup, Function on_end);

private:
    PortRunner(Link& up, net::Fd socket, const session::PortSetup& setup, Function on_end);
    Result<void> watch(Loop& loop);
    void on_link();
    void on_socket(std::uint32_t events);
    void turn();
    Haste haste(MonoTime now) const;
    bool send_what_is_due();
    MonoTime spin_until_due() const;
    bool tell_news();
    void wait(MonoTime now, bool more);
    void watch_socket();
    void end();

    Link& up_;
    session::Tuning tuning_;
    Function on_end_;
    SystemRandom random_;
    net::UdpDatagrams socket_;
    HostGauge gauge_;
    session::PortDriver driver_;
    Io link_watch_;
    Io socket_watch_;
    Timer timer_;
    Spin spin_;
    Urgency urgency_;
    bool may_nap_;
    bool napping_ = false;
    std::uint32_t watched_ = 0; // events of the socket
};

} // namespace wyn::rt
