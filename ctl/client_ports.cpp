#include "ctl/client_ports.hpp"

#include "clock/system_clock.hpp"
#include "net/udp_socket.hpp"

namespace wyn::ctl {

using session::PortRole;

namespace {

const std::string program = "wyndrvrctl";
// A port elsewhere that tells nothing for so long has failed; it is asked about this often.
constexpr Duration worker_timeout = 2s;
constexpr Duration worker_check_interval = 250ms;

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
                                         const PortSettings& settings) {
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

Result<void> ClientPorts::place(rt::Loop& loop, const PortSettings& settings,
                                const Contacted& contacted, rt::PortCrew::OnNews on_news,
                                rt::PortCrew::OnLost on_lost) {
    std::array<rt::PortCrew::Member, 3> members;
    for (const PortRole role : session::port_roles) {
        auto member = make_member(contacted, role, settings);
        if (!member) return pass_on(member);
        members[static_cast<std::size_t>(role)] = std::move(*member);
    }
    auto crew = rt::PortCrew::place(loop, settings.placement, program, std::move(members),
                                    std::move(on_news), std::move(on_lost));
    if (!crew) return pass_on(crew);
    crew_ = std::move(*crew);
    // Ports in this loop live and die with us.
    if (settings.placement != Placement::single) next_check_ = mono_now() + worker_check_interval;
    return {};
}

void ClientPorts::carry_out(session::ConnectionOutbox& out) {
    while (!out.orders.empty()) {
        const auto orders = std::exchange(out.orders, {});
        for (const auto& [role, order] : orders)
            crew_->order(role, order);
    }
}

void ClientPorts::on_timer(MonoTime now) {
    if (now < next_check_) return;
    next_check_ = now + worker_check_interval;
    crew_->check_signs_of_life(now, worker_timeout);
}

} // namespace wyn::ctl
