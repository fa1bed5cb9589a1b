#include "rt/port_crew.hpp"

#include "clock/system_clock.hpp"

namespace wyn::rt {

using session::PortRole;

Result<std::unique_ptr<PortCrew>> PortCrew::place(Loop& here, Placement where,
                                                  const std::string& program,
                                                  std::array<Member, 3> members, OnNews on_news,
                                                  OnLost on_lost) {
    std::unique_ptr<PortCrew> crew{
        new PortCrew{mono_now(), std::move(on_news), std::move(on_lost)}};
    for (const PortRole role : session::port_roles) {
        const auto index = static_cast<std::size_t>(role);
        auto worker = PlacedWorker::place(where, here, program,
                                          [crew = crew.get(), role] { crew->on_readable(role); });
        if (!worker) return pass_on(worker);
        const std::array sockets{members[index].socket.get()};
        if (!(*worker)->send(session::PortOrder{members[index].setup}, sockets))
            return fail("the new worker takes no order");
        crew->workers_[index] = std::move(*worker);
    }
    return crew;
}

void PortCrew::order(PortRole role, const session::PortOrder& order) {
    const auto index = static_cast<std::size_t>(role);
    if (!lost_[index] && !workers_[index]->send(order)) lost(role, "takes no orders");
}

void PortCrew::on_readable(PortRole role) {
    PlacedWorker& worker = *workers_[static_cast<std::size_t>(role)];
    for (;;) {
        const auto news = worker.receive<session::PortNews>(mono_now());
        if (news.state == LinkState::empty) return;
        if (news.state == LinkState::closed)
            return lost(role, worker.how_it_ended().value_or("has ended"));
        on_news_(role, *news.message);
    }
}

void PortCrew::lost(PortRole role, std::string_view how) {
    bool& told = lost_[static_cast<std::size_t>(role)];
    if (std::exchange(told, true)) return;
    on_lost_(role, how);
}

void PortCrew::check_signs_of_life(MonoTime now, Duration patience) {
    hang_check_.begin(now, patience);
    for (const PortRole role : session::port_roles)
        if (hang_check_.hangs(*workers_[static_cast<std::size_t>(role)])) lost(role, "hangs");
}

} // namespace wyn::rt
