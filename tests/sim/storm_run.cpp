#include "sim/storm_run.hpp"

#include "sim/result_check.hpp"

#include <fmt/format.h>

namespace wyn::sim {

namespace {

constexpr Duration longest_run = 60s;
// Of whoever wanders; one of them at a time may have it.
const dgram::Address second_address = dgram::Address::v4(10, 200, 0, 1);

ClientSpec with_dishonesty(const GuestPlan& plan) {
    ClientSpec spec = plan.spec;
    if (plan.dishonesty == Dishonesty::mute)
        spec.liar = [](session::PortRole, const session::PortSetup&, SimDatagrams& socket) {
            return std::make_unique<MuteDoor>(socket);
        };
    if (plan.dishonesty == Dishonesty::lies)
        spec.liar = [lie = plan.lie](session::PortRole role, const session::PortSetup& setup,
                                     SimDatagrams& socket) -> std::unique_ptr<dgram::Datagrams> {
            if (role != session::PortRole::download) return nullptr;
            return std::make_unique<LyingDoor>(socket, setup, lie);
        };
    if (plan.dishonesty == Dishonesty::wanders)
        spec.liar = [lie =
                         plan.path_lie](session::PortRole role, const session::PortSetup& setup,
                                        SimDatagrams& socket) -> std::unique_ptr<dgram::Datagrams> {
            if (role != session::PortRole::download) return nullptr;
            return std::make_unique<WanderingDoor>(socket, setup, lie, second_address);
        };
    if (plan.dishonesty == Dishonesty::sends_too_much)
        spec.tamper = [](session::PortRole, session::PortOrder& order) {
            auto* const begin = std::get_if<session::BeginSending>(&order);
            if (begin == nullptr) return;
            begin->granted = BitRate{0};
            begin->volume_bytes = 0;
            begin->search = wire::Search::fixed;
            begin->rate = BitRate{std::max<std::uint64_t>(2 * begin->rate.bps(), 4'000'000)};
        };
    return spec;
}

// One run: the world, and who is who in it.
class Storm {
public:
    explicit Storm(const StormPlan& plan) : plan_{plan}, world_{plan.world} {
        for (const GuestPlan& guest : plan.guests)
            invite(guest);
        for (const AttackPlan& attack : plan.attacks)
            begin(attack);
        for (const FaultPlan& fault : plan.faults)
            world_.at(fault.when, [this, fault] { strike(fault); });
    }

    StormOutcome run() {
        world_.run(longest_run);
        for (std::size_t i = 0; i < plan_.guests.size(); ++i)
            judge(plan_.guests[i], world_.guests()[i]);
        count();
        return {.complaints = world_.complaints(),
                .tally = tally_,
                .trace = world_.network().trace(),
                .events = world_.queue().happened(),
                .datagrams = world_.network().ledger().sent()};
    }

private:
    void invite(const GuestPlan& plan);
    void cut(Guest& guest, const GuestPlan& plan);
    void begin(const AttackPlan& plan);
    void strike(const FaultPlan& plan);
    std::optional<std::uint64_t> some_session();

    void judge(const GuestPlan& plan, const Guest& guest);
    void judge_calm(const Guest& guest);
    void judge_end(const SimClient& client);
    void judge_path(const GuestPlan& plan, const Guest& guest);
    void count();
    void count_network();
    void count_plans();
    void count_server();

    const StormPlan& plan_;
    World world_;
    Tally tally_;
    std::vector<std::pair<Attack, const Adversary*>> adversaries_;
};

void Storm::invite(const GuestPlan& plan) {
    Place place = plan.place;
    if (plan.shares_host) place.at = world_.guests().front().host;
    if (plan.dishonesty == Dishonesty::wanders && !plan.shares_host &&
        world_.network().host_of(second_address) == nullptr)
        place.second_address = second_address;
    Guest& guest = world_.add_client(place, with_dishonesty(plan), plan.begins);
    if (plan.killed)
        world_.at(*plan.killed, [this, &guest] {
            tally_.add("client killed", guest->over() ? 0 : 1);
            guest.program->kill();
        });
    if (plan.interrupted)
        world_.at(*plan.interrupted, [this, &guest] {
            tally_.add("client interrupted", guest.program && !guest->over() ? 1 : 0);
            if (guest.program) guest.program->interrupt();
        });
    if (plan.stalled)
        world_.at(plan.stalled->from, [this, &guest, time = plan.stalled->time] {
            tally_.add("client stalled", 1);
            guest.host->stall(time);
        });
    if (plan.cut) cut(guest, plan);
    if (plan.blocked_port)
        guest.host->up().filter([](const Packet& packet) { return packet.to.port % 2 == 1; });
}

void Storm::cut(Guest& guest, const GuestPlan& plan) {
    const auto change = [&guest, plan](bool partitioned) {
        for (SimLink* const link : {plan.cut_up ? &guest.host->up() : nullptr,
                                    plan.cut_down ? &guest.host->down() : nullptr}) {
            if (link == nullptr) continue;
            LinkSpec spec = link->spec();
            spec.partitioned = partitioned;
            link->change(spec);
        }
    };
    world_.at(plan.cut->from, [change] { change(true); });
    world_.at(plan.cut->from + plan.cut->time, [change] { change(false); });
}

void Storm::begin(const AttackPlan& plan) {
    const dgram::Endpoint server = world_.server_endpoint();
    const auto remember = [&](const Adversary& adversary) {
        adversaries_.emplace_back(plan.attack, &adversary);
    };
    std::vector<dgram::Address> victims{world_.guests().front().host->address()};
    if (!plan_.world.ipv6) victims.push_back(dgram::Address::v4(203, 0, 113, 9));
    switch (plan.attack) {
    case Attack::flood:
        return remember(world_.add_adversary<Flooder>(plan.campaign, server, victims));
    case Attack::replay:
        return remember(world_.add_adversary<Replayer>(plan.campaign, server.address));
    case Attack::mirror: return remember(world_.add_mirror(plan.campaign));
    case Attack::forgery:
        return remember(world_.add_adversary<Injector>(plan.campaign, server.address));
    }
}

std::optional<std::uint64_t> Storm::some_session() {
    const daemon::SessionTable& sessions = world_.server().listener().sessions();
    if (sessions.size() == 0) return std::nullopt;
    return sessions.begin()->first;
}

void Storm::strike(const FaultPlan& plan) {
    if (!world_.server_runs()) return;
    SimServer& server = world_.server();
    const auto session = some_session();
    const bool needs_session = plan.fault == ServerFault::port_killed ||
                               plan.fault == ServerFault::port_hung ||
                               plan.fault == ServerFault::connection_killed;
    if (needs_session && !session) return;
    tally_.add(name(plan.fault), 1);
    switch (plan.fault) {
    case ServerFault::port_killed: return server.kill_port(*session, plan.role);
    case ServerFault::port_hung: return server.hang_port(*session, plan.role, 30s);
    case ServerFault::connection_killed: return server.kill_connection(*session);
    case ServerFault::shut_down: return server.shut_down();
    case ServerFault::crashed: return server.crash();
    case ServerFault::stalled: return world_.server_host().stall(plan.time);
    case ServerFault::workers_refused:
        server.refuse_workers(true);
        return world_.queue().after(plan.time, [this] {
            if (world_.server_runs()) world_.server().refuse_workers(false);
        });
    case ServerFault::send_trouble:
        server.send_trouble({.refuse = 0.1, .block = 0.1});
        return world_.queue().after(plan.time, [this] {
            if (world_.server_runs()) world_.server().send_trouble({});
        });
    case ServerFault::unreachable_told:
        for (const session::PortRole role : session::port_roles)
            if (SimPort* const port = session ? server.port(*session, role) : nullptr)
                if (port->socket()->peer())
                    port->socket()->told_unreachable(*port->socket()->peer(), 111);
        return;
    }
}

// What holds for this client beyond what holds for all.
void Storm::judge(const GuestPlan& plan, const Guest& guest) {
    if (!guest.program) return;
    const SimClient& client = *guest.program;
    if (client.state() == ClientState::refused)
        tally_.add(fmt::format("refused: {}", name(client.refusal().code)), 1);
    tally_.add("unanswered", client.state() == ClientState::unanswered ? 1 : 0);
    if (client.state() == ClientState::finished)
        tally_.add(fmt::format("ended: {}", name(client.result().end)), 1);
    if (!plan.shares_host && plan.calm && plan_.is_calm()) judge_calm(guest);
    if (world_.server_runs() && client.state() == ClientState::finished) judge_end(client);
    if (plan.dishonesty != Dishonesty::none || client.state() != ClientState::finished) return;
    judge_path(plan, guest);
    if (name(client.result().end) != "completed") return;
    for (const auto* part : {&client.result().down, &client.result().up}) {
        if (!*part || (*part)->search != wire::Search::fixed) continue;
        const Flow* const flow = world_.flow_of(client, (*part)->direction);
        const bool stamped =
            plan_.world.server.socket.kernel_stamps && plan.spec.socket.kernel_stamps;
        if (flow != nullptr && stamped && flow->seen().packets >= 20)
            check_rate(world_.complaints(), world_.queue().now(), **part, *flow);
    }
}

// Invariant 13, and that nothing but the drawn faults keeps a client from its results.
void Storm::judge_calm(const Guest& guest) {
    const SimClient& client = *guest.program;
    const SimTime now = world_.queue().now();
    if (client.state() == ClientState::refused) return;
    const SimTime since = std::max(client.begun(), SimTime{plan_.world.server_begins});
    if (!client.assigned() || *client.assigned() - since > 8s)
        return world_.complaints().add(13, now, "an honest client got no session within 8 s");
    if (client.state() != ClientState::finished || client.result().end != wire::End::completed)
        world_.complaints().add(13, now,
                                fmt::format("an honest client was kept from its end: {}",
                                            client.state() == ClientState::finished
                                                ? name(client.result().end)
                                                : "it never finished"));
    for (const auto* part : {&client.result().down, &client.result().up}) {
        if (!*part) continue;
        const wire::End end = (*part)->end;
        if (end != wire::End::completed && end != wire::End::volume_used)
            world_.complaints().add(13, now,
                                    fmt::format("{} of an honest client ended: {}",
                                                name((*part)->direction), name(end)));
    }
}

// Invariant 9: both sides give the same reason, unless one of them heard nothing of the other any
// more, or had said its own before it could hear of the other's.
void Storm::judge_end(const SimClient& client) {
    const auto found = world_.server().records().find(client.session());
    if (found == world_.server().records().end() || found->second.ends.size() != 1) return;
    const wire::End here = client.result().end;
    const wire::End there = found->second.ends.front();
    const auto is_silence = [](wire::End end) {
        return end == wire::End::peer_silent || end == wire::End::half_open;
    };
    const auto is_own = [](wire::End end) {
        return end == wire::End::completed || end == wire::End::interrupted;
    };
    const bool failed_since = there == wire::End::worker_failed;
    if (here != there && !is_silence(here) && !is_silence(there) && !is_own(here) && !failed_since)
        world_.complaints().add(
            9, world_.queue().now(),
            fmt::format("the client says {}, the server {}", name(here), name(there)));
}

// Both ways, packets of the size that was found come through; where nothing gets lost it is the
// largest such size.
void Storm::judge_path(const GuestPlan& plan, const Guest& guest) {
    const auto& found = guest->result().path;
    // Whoever plays datagrams back that the path has swallowed is a part of the path.
    if (!found || std::ranges::find(plan_.attacks, Attack::replay, &AttackPlan::attack) !=
                      plan_.attacks.end())
        return;
    SimHost& server = world_.server_host();
    const auto carries = [](const SimLink& one, const SimLink& other) {
        return std::size_t{std::min(one.spec().mtu, other.spec().mtu)};
    };
    const auto loses_nothing = [](const SimLink& link) {
        const LinkSpec& spec = link.spec();
        return spec.loss == 0 && spec.bursts.enter == 0 && spec.corrupt == 0 &&
               spec.rate.bps() == 0;
    };
    const PathLimits up{.sender_mtu = guest->spec().socket.device_mtu,
                        .receiver_mtu = plan_.world.server.socket.device_mtu,
                        .largest_packet = carries(guest.host->up(), server.down())};
    const PathLimits down{.sender_mtu = up.receiver_mtu,
                          .receiver_mtu = up.sender_mtu,
                          .largest_packet = carries(server.up(), guest.host->down())};
    const bool is_spotless = plan.calm && plan_.is_calm() && loses_nothing(guest.host->up()) &&
                             loses_nothing(guest.host->down()) && loses_nothing(server.up()) &&
                             loses_nothing(server.down());
    check_path_mtu(world_.complaints(), world_.queue().now(), found->up, up, is_spotless);
    check_path_mtu(world_.complaints(), world_.queue().now(), found->down, down, is_spotless);
    tally_.add("path MTU: found", 1);
    tally_.add("path MTU: exact", is_spotless ? 1 : 0);
}

void Storm::count() {
    count_network();
    count_plans();
    count_server();
}

void Storm::count_network() {
    const Ledger& ledger = world_.network().ledger();
    for (std::size_t i = 1; i < fates; ++i) {
        const auto fate = static_cast<Fate>(i);
        tally_.add(fmt::format("datagram: {}", name(fate)), ledger.of(fate));
    }
    tally_.add("datagram: duplicated", ledger.copied());
    tally_.add("datagram: held back", ledger.held_back());
    tally_.add("datagram: damaged", ledger.damaged());
    for (const SimHost& host : world_.network().hosts())
        for (const SimLink* const link : {&host.up(), &host.down()}) {
            tally_.add("datagram: jittered", link->summary().jittered);
            tally_.add("datagram: waited in a queue", link->summary().waited);
        }
}

void Storm::count_plans() {
    SimDatagrams::Troubles troubles =
        world_.server_runs() ? world_.server().troubles() : SimDatagrams::Troubles{};
    for (const Guest& guest : world_.guests()) {
        if (!guest.program) continue;
        const SimDatagrams::Troubles more = guest->troubles();
        troubles.refused += more.refused;
        troubles.blocked += more.blocked;
        troubles.coalesced += more.coalesced;
    }
    tally_.add("send refused", troubles.refused);
    tally_.add("send blocked", troubles.blocked);
    tally_.add("trains coalesced", troubles.coalesced);
    for (const auto& [attack, adversary] : adversaries_) {
        tally_.add(fmt::format("attack: {}", name(attack)), adversary->sent());
        tally_.add(fmt::format("attack: {} in others' names", name(attack)), adversary->spoofed());
    }
    for (const GuestPlan& guest : plan_.guests) {
        tally_.add("client: mute", guest.dishonesty == Dishonesty::mute ? 1 : 0);
        tally_.add("client: sends too much",
                   guest.dishonesty == Dishonesty::sends_too_much ? 1 : 0);
        if (guest.dishonesty == Dishonesty::wanders)
            tally_.add(fmt::format("client: wanders, {}", name(guest.path_lie)), 1);
        if (guest.dishonesty == Dishonesty::lies)
            tally_.add(fmt::format("client: lies, {}", name(guest.lie)), 1);
        tally_.add("client: calm", guest.calm && plan_.is_calm() ? 1 : 0);
        tally_.add("client: late wake-ups", guest.place.scheduling > 0ns ? 1 : 0);
        tally_.add("client: path cut", guest.cut ? 1 : 0);
        tally_.add("client: no kernel stamps", guest.spec.socket.kernel_stamps ? 0 : 1);
    }
    tally_.add("server begins late", plan_.world.server_begins > 0ns ? 1 : 0);
    tally_.add("ports taken by others", plan_.world.server.taken_ports.size());
    tally_.add("IPv6", plan_.world.ipv6 ? 1 : 0);
}

void Storm::count_server() {
    if (!world_.server_runs()) return;
    for (const auto& [id, record] : world_.server().records()) {
        for (const wire::End end : record.ends)
            tally_.add(fmt::format("ended at the server: {}", name(end)), 1);
        for (std::size_t i = 0; i < wire::drop_reasons; ++i)
            if (const auto drop = static_cast<wire::Drop>(i); record.last.drops.of(drop) != 0)
                tally_.add(fmt::format("dropped at a port: {}", name(drop)),
                           record.last.drops.of(drop));
    }
    const wire::DropCounts& drops = world_.server().listener().counts().drops;
    for (std::size_t i = 0; i < wire::drop_reasons; ++i)
        if (const auto drop = static_cast<wire::Drop>(i); drops.of(drop) != 0)
            tally_.add(fmt::format("dropped by the listener: {}", name(drop)), drops.of(drop));
}

} // namespace

StormOutcome run_storm(const StormPlan& plan) {
    return Storm{plan}.run();
}

} // namespace wyn::sim
