#include "sim/world.hpp"

#include "sim/result_check.hpp"

#include <fmt/format.h>

namespace wyn::sim {

ServerSpec usual_server() {
    ServerSpec spec;
    spec.settings.port_ranges = {{.first = 7000, .last = 8000}};
    return spec;
}

Place at_distance(Duration round_trip) {
    Place place;
    place.up.delay = round_trip / 2;
    place.down.delay = round_trip - place.up.delay;
    return place;
}

Place behind(const link::Scenario& scenario) {
    Place place;
    place.up = scenario.up.direction.link;
    place.down = scenario.down.direction.link;
    place.up_schedule = scenario.up.direction.schedule;
    place.down_schedule = scenario.down.direction.schedule;
    return place;
}

World::World(const WorldSpec& spec)
    : spec_{spec}, network_{queue_, spec.seed},
      server_endpoint_{spec.ipv6 ? *dgram::Address::parse("fd00::1")
                                 : dgram::Address::v4(10, 0, 0, 1),
                       spec.server.port} {
    server_host_ = &network_.add({.name = "server",
                                  .addresses = {server_endpoint_.address},
                                  .clock = spec.server_clock,
                                  .up = spec.server_up,
                                  .down = spec.server_down,
                                  .scheduling = spec.server_scheduling});
    watch_ = std::make_unique<ServerWatch>(complaints_, network_, *server_host_, spec.server.port);
    watch_->amplification().half_open_time(spec.server.settings.terms.half_open);
    queue_.at(SimTime{spec.server_begins}, [this] { start_server(); });
}

void World::start_server() {
    server_ = std::make_unique<SimServer>(*server_host_, spec_.server);
    server_->on_admitted([this](const SessionRecord& record) { watch_->on_admitted(record); });
    server_->on_listened(
        [this](const dgram::Endpoint& from, wire::Bytes datagram, std::size_t before,
               std::size_t after) { watch_->on_listened(from, datagram, before, after); });
}

SimHost& World::add_host(const Place& place, const std::string& name) {
    ++hosts_;
    const auto high = static_cast<std::uint8_t>(hosts_ >> 8);
    const auto low = static_cast<std::uint8_t>(hosts_);
    dgram::Address address = dgram::Address::v4(10, 1, high, low);
    if (spec_.ipv6) { // a /64 for each
        address = *dgram::Address::parse("fd00:0:0:1::9");
        address.bytes[6] = static_cast<std::uint8_t>(high + 1);
        address.bytes[7] = low;
    }
    std::vector<dgram::Address> addresses{place.address.value_or(address)};
    if (place.second_address) addresses.push_back(*place.second_address);
    return network_.add({.name = fmt::format("{} {}", name, hosts_),
                         .addresses = addresses,
                         .clock = place.clock,
                         .up = place.up,
                         .down = place.down,
                         .up_schedule = place.up_schedule,
                         .down_schedule = place.down_schedule,
                         .scheduling = place.scheduling});
}

Guest& World::add_client(const Place& place, const ClientSpec& spec, Duration begins) {
    Guest& guest = guests_.emplace_back();
    guest.host = place.at != nullptr ? place.at : &add_host(place, "client");
    guest.spec = spec;
    guest.honest = !spec.tamper && !spec.liar;
    queue_.at(SimTime{begins}, [this, &guest] {
        guest.program = std::make_unique<SimClient>(*guest.host, server_endpoint_, guest.spec);
    });
    return guest;
}

Mirror& World::add_mirror(const Campaign& campaign) {
    Mirror& mirror = add_adversary<Mirror>(campaign, server_endpoint_);
    watch_->amplification().mirror_at(mirror.address());
    return mirror;
}

const Flow* World::flow_of(const SimClient& client, wire::Direction direction) const {
    return network_.ledger().find(client.flow(direction));
}

void World::run_until(Duration when) {
    while (queue_.step(SimTime{when}))
        check_tables();
}

void World::run(Duration limit) {
    run_until(limit);
    check_rest();
}

void World::check_tables() {
    if (!server_runs()) return;
    const daemon::Listener& listener = server_->listener();
    const std::pair state{listener.sessions().size(), listener.ports().free()};
    if (state == checked_tables_ && queue_.happened() % 256 != 0) return;
    checked_tables_ = state;
    const daemon::AdmissionLimits& limits = spec_.server.settings.limits;
    std::size_t all_ports = 0;
    for (const settings::PortRange& range : spec_.server.settings.port_ranges)
        all_ports += static_cast<std::size_t>(range.last - range.first) + 1;
    Books books{.free_ports = listener.ports().free(),
                .all_ports = all_ports,
                .most_sessions = limits.max_sessions,
                .most_per_address = limits.max_sessions_per_address,
                .most_total_rate = limits.max_total_rate};
    for (const auto& [id, entry] : listener.sessions())
        books.sessions.push_back({.client = entry.client.address,
                                  .ports = entry.ports,
                                  .reserved = entry.reserved,
                                  .half_open = entry.half_open()});
    check_books(complaints_, queue_.now(), books);
    const std::size_t sockets = server_host_->open_sockets();
    if (sockets != 1 + 3 * server_->running())
        complaints_.add(
            6, queue_.now(),
            fmt::format("{} sockets are open for {} sessions", sockets, server_->running()));
}

void World::check_rest() {
    const SimTime now = queue_.now();
    for (const Guest& guest : guests_) {
        if (!guest.program) continue;
        const SimClient& client = *guest.program;
        if (!client.over()) complaints_.add(9, now, "a client has not come to its end");
        if (!guest.honest || client.state() != ClientState::finished || guest.spec.latency)
            continue;
        const session::ProbeResult& result = client.result();
        const bool in_order =
            result.end == wire::End::completed || result.end == wire::End::interrupted;
        const Agreement agreement = in_order ? Agreement::exact : Agreement::bound;
        for (const auto* part : {&result.down, &result.up})
            if (*part)
                check_direction(complaints_, now, **part, flow_of(client, (*part)->direction),
                                agreement);
        std::array<std::size_t, 2> stairs{}; // of each direction, so far
        for (const session::FollowUp& stair : result.follow_ups) {
            const wire::Direction direction = stair.load.direction;
            const std::size_t number = ++stairs.at(direction == wire::Direction::up ? 1 : 0);
            check_direction(complaints_, now, stair.load,
                            network_.ledger().find(client.flow(direction, number)), agreement);
        }
    }
    for (const auto& [id, flow] : network_.ledger().flows())
        if (flow.under_way() != 0)
            complaints_.add(
                7, now,
                fmt::format("{} of a flow have no fate ({})", flow.under_way(), print(flow)));
    if (network_.ledger().under_way() != 0)
        complaints_.add(7, now,
                        fmt::format("{} datagrams have no fate", network_.ledger().under_way()));
    if (!server_runs()) return;
    for (const auto& [id, record] : server_->records())
        if (record.ends.size() != 1 || record.ends.front() == wire::End::none)
            complaints_.add(9, now,
                            fmt::format("a session has ended {} times", record.ends.size()));
    if (server_->running() != 0 || server_->listener().sessions().size() != 0)
        complaints_.add(9, now,
                        fmt::format("{} sessions are left", server_->listener().sessions().size()));
}

} // namespace wyn::sim
