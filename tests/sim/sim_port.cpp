#include "sim/sim_port.hpp"

namespace wyn::sim {

namespace {

constexpr std::size_t most_trains_in = 64;
constexpr std::size_t most_trains_out = 32;
// What a host takes to send one, so that a load without a schedule does not take forever.
constexpr Duration send_time = 5us;

} // namespace

std::optional<session::ThreadTimes> SimGauge::thread_times() {
    const double so_far = to_seconds(host_.now().time_since_epoch());
    return session::ThreadTimes{.running = from_seconds(so_far * story_.thread_busy),
                                .waiting = from_seconds(so_far * story_.thread_kept_waiting)};
}

wire::HostRecord SimGauge::changes(wire::Role role) {
    return role == wire::Role::sender ? story_.sender : story_.receiver;
}

SimPort::SimPort(SimHost& host, std::shared_ptr<SimDatagrams> socket, dgram::Datagrams& door,
                 const session::PortSetup& setup, Random& random, Duration link_delay, Tell tell,
                 const HostStory& story)
    : Actor{host}, socket_{std::move(socket)}, gauge_{host, story},
      driver_{setup, host.now(), random, door, gauge_}, role_{setup.role},
      orders_{*this, host, link_delay}, tell_{std::move(tell)} {
    socket_->on_ready([this] { wake(); });
    wake();
}

// The books of a stream are closed at the moment at which its receiver stops to count.
void SimPort::obey(MonoTime now, const session::PortOrder& order) {
    if (const auto* end = std::get_if<session::EndTest>(&order)) {
        const bool receives = (session().setup().side == session::Side::client) ==
                              (role_ == session::PortRole::download);
        const auto test = static_cast<std::uint16_t>(end->test);
        if (receives && socket_->peer())
            host()
                .network()
                .ledger()
                .flow({.from = *socket_->peer(), .to = socket_->local(), .test = test})
                .close();
    }
    driver_.on_order(now, order);
}

MonoTime SimPort::turn(MonoTime now) {
    while (const auto order = orders_.take())
        obey(now, *order);
    const bool more = driver_.receive(now, most_trains_in) == most_trains_in;
    std::size_t sent = 0;
    while (sent < most_trains_out && driver_.send_train(now))
        ++sent;
    if (session().wants_clock(now)) driver_.on_clock(host().read_clocks());
    pass_on_news();
    if (sent == most_trains_out) return now + most_trains_out * send_time;
    return more ? now : driver_.due();
}

void SimPort::pass_on_news() {
    for (const session::PortNews& news : driver_.news())
        tell_(role_, news);
    driver_.clear_news();
}

} // namespace wyn::sim
