#include "ctl/probe_runner.hpp"

#include "clock/system_clock.hpp"
#include "net/udp_socket.hpp"

#include <algorithm>

namespace wyn::ctl {

using session::PortRole;

namespace {

const std::string program = "wyndrvrctl";
constexpr Duration worker_timeout = 2s;
constexpr Duration check_interval = 250ms;

std::uint16_t port_of(const wire::Assign& assign, PortRole role) {
    switch (role) {
    case PortRole::control: return assign.control_port;
    case PortRole::upload: return assign.upload_port;
    case PortRole::download: return assign.download_port;
    }
    return 0;
}

const crypto::PortKeys& keys_of(const crypto::SessionKeys& keys, PortRole role) {
    switch (role) {
    case PortRole::control: return keys.control;
    case PortRole::upload: return keys.upload;
    case PortRole::download: return keys.download;
    }
    return keys.control;
}

Result<rt::PortCrew::Member> make_member(const Contacted& contacted, PortRole role,
                                         const ProbeRunner::Settings& settings) {
    auto socket = net::open_udp(
        {.address = contacted.local.address, .port = 0},
        {.receive_buffer_bytes = session::wanted_receive_buffer, .device = settings.device});
    if (!socket) return pass_on(socket);
    const wire::Assign& assign = contacted.assigned.assign;
    const dgram::Endpoint peer{.address = contacted.server.address, .port = port_of(assign, role)};
    return rt::PortCrew::Member{
        .setup = {.side = session::Side::client,
                  .role = role,
                  .session = assign.session,
                  .keys = keys_of(contacted.assigned.keys, role),
                  .peer = peer,
                  .terms = session::terms_of(assign),
                  .tuning = {},
                  .snapshot_interval = settings.snapshot_interval,
                  .sign_of_life = session::sign_of_life_of(settings.placement, worker_timeout)},
        .socket = std::move(*socket)};
}

} // namespace

Result<std::unique_ptr<ProbeRunner>> ProbeRunner::begin(rt::Loop& loop, const Settings& settings,
                                                        const Contacted& contacted,
                                                        Callbacks callbacks) {
    std::unique_ptr<ProbeRunner> runner{new ProbeRunner{settings, contacted, std::move(callbacks)}};
    if (auto started = runner->start(loop, settings, contacted); !started) return pass_on(started);
    return runner;
}

ProbeRunner::ProbeRunner(const Settings& settings, const Contacted& contacted, Callbacks callbacks)
    : connection_{settings.plan, session::terms_of(contacted.assigned.assign),
                  contacted.server.address.header_bytes(), mono_now()},
      callbacks_{std::move(callbacks)} {}

Result<void> ProbeRunner::start(rt::Loop& loop, const Settings& settings,
                                const Contacted& contacted) {
    std::array<rt::PortCrew::Member, 3> members;
    for (const PortRole role : session::port_roles) {
        auto member = make_member(contacted, role, settings);
        if (!member) return pass_on(member);
        members[static_cast<std::size_t>(role)] = std::move(*member);
    }
    auto crew = rt::PortCrew::place(
        loop, settings.placement, program, std::move(members),
        [this](PortRole role, const session::PortNews& news) {
            connection_.on_news(mono_now(), role, news, out_);
            settle();
        },
        [this](PortRole, std::string_view) {
            connection_.on_port_lost(mono_now(), out_);
            settle();
        });
    if (!crew) return pass_on(crew);
    ports_ = std::move(*crew);
    timer_ = loop.add_timer([this] { on_timer(); });
    // Ports in this loop live and die with us.
    if (settings.placement != Placement::single) next_check_ = mono_now() + check_interval;
    settle();
    return {};
}

void ProbeRunner::on_timer() {
    const MonoTime now = mono_now();
    connection_.on_timer(now, out_);
    if (now >= next_check_) {
        next_check_ = now + check_interval;
        ports_->check_signs_of_life(now, worker_timeout);
    }
    settle();
}

void ProbeRunner::go_on() {
    told_waiting_ = false;
    connection_.go_on(mono_now(), out_);
    settle();
}

void ProbeRunner::interrupt() {
    connection_.interrupt(mono_now(), out_);
    settle();
}

void ProbeRunner::settle() {
    while (!out_.orders.empty()) {
        const auto orders = std::exchange(out_.orders, {});
        for (const auto& [role, order] : orders)
            ports_->order(role, order);
    }
    if (connection_.done()) {
        timer_.disarm();
        if (callbacks_.on_done) std::exchange(callbacks_.on_done, nullptr)();
        return;
    }
    timer_.arm(std::min(connection_.due(), next_check_));
    const bool waits = connection_.waiting();
    if (waits && !std::exchange(told_waiting_, waits) && callbacks_.on_waiting)
        callbacks_.on_waiting();
}

session::ProbeProgress ProbeRunner::progress() const {
    return connection_.progress(mono_now());
}

} // namespace wyn::ctl
