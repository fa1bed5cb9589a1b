// Runs a production PortDriver on a simulated socket, the way the program's own runner does it on a
// loop: one turn for each wake-up, first everything in, then trains out.
#pragma once

#include "session/port_driver.hpp"
#include "sim/actor.hpp"
#include "sim/sim_datagrams.hpp"

namespace wyn::sim {

// What a simulated kernel tells of its host: the same at the end of every load.
struct HostStory {
    double thread_busy = 0.25; // of the port's time
    double thread_kept_waiting = 0.01;
    wire::HostRecord sender;
    wire::HostRecord receiver;
};

class SimGauge final : public session::HostGauge {
public:
    SimGauge(const SimHost& host, const HostStory& story) : host_{host}, story_{story} {}
    std::optional<session::ThreadTimes> thread_times() override;
    wire::HostRecord changes(wire::Role role) override;

private:
    const SimHost& host_;
    HostStory story_;
};

class SimPort final : public Actor {
public:
    using Tell = std::function<void(session::PortRole, const session::PortNews&)>;

    // `door` is what the driver sees of the socket: the socket itself, or a liar before it.
    SimPort(SimHost& host, std::shared_ptr<SimDatagrams> socket, dgram::Datagrams& door,
            const session::PortSetup& setup, Random& random, Duration link_delay, Tell tell,
            const HostStory& story = {});

    void order(const session::PortOrder& order) { orders_.post(order); }

    const std::shared_ptr<SimDatagrams>& socket() const { return socket_; }
    const session::PortSession& session() const { return driver_.session(); }

private:
    MonoTime turn(MonoTime now) override;
    void obey(MonoTime now, const session::PortOrder& order);
    void pass_on_news();

    std::shared_ptr<SimDatagrams> socket_;
    SimGauge gauge_;
    session::PortDriver driver_;
    session::PortRole role_;
    Mailbox<session::PortOrder> orders_;
    Tell tell_;
};

} // namespace wyn::sim
