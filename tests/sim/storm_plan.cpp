#include "sim/storm_plan.hpp"

#include "dgram/dscp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wyn::sim {

namespace {

const crypto::NamedKey known_key{.id = 5, .psk = {9, 8, 7}, .name = "storm"};

// Draws what a plan is made of.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : random_{random_for(seed, "storm")} {}

    bool chance(double probability) { return random_.chance(probability); }
    std::uint64_t number(std::uint64_t low, std::uint64_t high) {
        return low + random_.below(high - low + 1);
    }
    double share(double low, double high) { return low + (high - low) * random_.unit(); }
    Duration time(Duration low, Duration high) {
        return low + Duration{static_cast<Duration::rep>(
                         random_.below(static_cast<std::uint64_t>((high - low).count()) + 1))};
    }
    // As often between 1 and 2 as between 10 and 20.
    double spread(double low, double high) {
        return low * std::exp(std::log(high / low) * random_.unit());
    }
    template <typename T>
    T one_of(std::initializer_list<T> choices) {
        return *(choices.begin() + static_cast<std::ptrdiff_t>(random_.below(choices.size())));
    }

private:
    SeededRandom random_;
};

HostClock draw_clock(Draw& draw) {
    const auto start = draw.one_of<std::int64_t>(
        {0, 1, 1'000'000'000, ((1LL << 32) - 3000) * 1'000'000, ((1LL << 32) - 3'000'000) * 1000,
         (1LL << 53) - 2'000'000'000, (1LL << 62) - 3'600'000'000'000});
    return {.start = MonoTime{Duration{start}},
            .drift = static_cast<std::int64_t>(draw.number(0, 200'000)) - 100'000};
}

// One direction of a path. `calm` stays as it is only if all of it can be borne.
LinkSpec draw_link(Draw& draw, bool& calm) {
    LinkSpec link;
    link.delay = from_seconds(draw.spread(50e-6, 0.2));
    if (draw.chance(0.3))
        link.loss = draw.chance(0.7) ? draw.spread(0.001, 0.05) : draw.share(0.05, 0.35);
    if (draw.chance(0.1))
        link.bursts = {.enter = draw.share(0, 0.02), .leave = draw.share(0.05, 0.5), .loss = 0.9};
    if (draw.chance(0.2)) link.duplicate = draw.spread(0.01, 0.3);
    if (draw.chance(0.2)) {
        link.reordering.chance = draw.spread(0.01, 0.3);
        link.reordering.time = from_seconds(draw.spread(1e-3, 0.1));
    }
    if (draw.chance(0.2)) link.corrupt = draw.spread(0.001, 0.1);
    if (draw.chance(0.3)) {
        link.jitter.amount = from_seconds(draw.spread(1e-5, 0.05));
        link.jitter.keeps_order = draw.chance(0.6);
    }
    if (draw.chance(0.5)) {
        link.rate = BitRate::from_double(draw.spread(3e5, 2e7));
        link.queue.bytes = static_cast<std::uint64_t>(draw.spread(3e3, 3e5));
        using enum link::Discipline;
        link.queue.discipline =
            draw.one_of({tail_drop, tail_drop, tail_drop, red, codel, fq_codel, pie});
    }
    if (draw.chance(0.05))
        link.policers = {{.rate = BitRate::from_double(draw.spread(3e5, 2e7)),
                          .burst_bytes = draw.number(3000, 100'000)}};
    link.hops = static_cast<std::uint8_t>(draw.number(0, 20));
    if (draw.chance(0.2)) link.dscp = static_cast<std::uint8_t>(draw.number(0, 63));
    if (draw.chance(0.1)) link.bleach_ecn = 1;
    if (draw.chance(0.2)) link.mark_ecn = draw.share(0, 0.3);
    if (draw.chance(0.06)) {
        link.mtu = static_cast<std::uint32_t>(draw.number(576, 1500));
        link.icmp_too_big = draw.chance(0.5);
    }
    const double queue_seconds =
        link.rate.bps() == 0 ? 0
                             : static_cast<double>(link.queue.bytes) * 8 / link.rate.as_double();
    calm = calm && link.loss <= 0.05 && link.bursts.enter == 0 && link.policers.empty() &&
           link.corrupt <= 0.02 && link.mtu == 65535 && queue_seconds < 0.2 &&
           (link.rate.bps() == 0 || link.rate > BitRate{1'000'000});
    return link;
}

session::Terms draw_terms(Draw& draw) {
    session::Terms terms;
    if (draw.chance(0.5)) return terms;
    terms.heartbeat = draw.time(10ms, 1s);
    terms.adjustment_delay = draw.time(10ms, 300ms);
    terms.feedback_interval = draw.time(5ms, 125ms);
    terms.half_open = draw.time(2s, 5s);
    terms.idle_timeout = draw.time(3s, 6s);
    if (draw.chance(0.3)) terms.max_volume_bytes = draw.number(50'000, 2'000'000);
    if (draw.chance(0.3)) terms.max_duration = draw.time(200ms, 2s);
    if (draw.chance(0.3))
        terms.max_datagram_bytes = static_cast<std::uint16_t>(draw.number(40, 1472));
    // Microseconds and milliseconds are what travels.
    terms.heartbeat = std::chrono::floor<std::chrono::microseconds>(terms.heartbeat);
    return terms;
}

SocketSpec draw_socket(Draw& draw) {
    return {.receive_buffer_bytes =
                draw.chance(0.8) ? 4 * 1024 * 1024 : draw.number(20'000, 200'000),
            .coalesces = draw.chance(0.5),
            .kernel_stamps = draw.chance(0.9),
            .device_mtu = draw.one_of<std::size_t>({1500, 1500, 1420, 9000})};
}

WorldSpec draw_world(Draw& draw, std::uint64_t seed) {
    WorldSpec world{.seed = seed};
    daemon::ListenerSettings& settings = world.server.settings;
    settings.terms = draw_terms(draw);
    settings.limits.max_sessions = draw.one_of<std::size_t>({2, 4, 8, 64, 64});
    settings.limits.max_sessions_per_address = draw.one_of<std::size_t>({1, 2, 32, 32});
    if (draw.chance(0.3)) settings.limits.max_rate = BitRate{draw.number(500'000, 10'000'000)};
    if (draw.chance(0.3))
        settings.limits.max_total_rate = BitRate{draw.number(5'000'000, 40'000'000)};
    settings.limits.require_key = draw.chance(0.05);
    const auto first = static_cast<std::uint16_t>(draw.number(5000, 7000));
    const auto count = static_cast<std::uint16_t>(draw.one_of<std::uint64_t>({5, 12, 300, 1000}));
    settings.port_ranges = {{.first = first, .last = static_cast<std::uint16_t>(first + count)}};
    if (draw.chance(0.3)) settings.port_ranges.push_back({.first = 20000, .last = 20002});
    world.server.keys = {known_key};
    world.server.socket = draw_socket(draw);
    if (draw.chance(0.3)) world.server.link_delay = draw.time(1us, 2ms);
    if (draw.chance(0.2))
        for (int i = 0; i < 3; ++i)
            world.server.taken_ports.insert(static_cast<std::uint16_t>(first + draw.number(0, 5)));
    world.server_clock = draw_clock(draw);
    if (draw.chance(0.5)) world.server_scheduling = from_seconds(draw.spread(1e-6, 2e-3));
    if (draw.chance(0.15)) world.server_begins = draw.time(10ms, 4s);
    world.ipv6 = draw.chance(0.2);
    return world;
}

session::ProbePlan draw_probe(Draw& draw, bool may_search) {
    session::ProbePlan plan{.directions = {}};
    const std::uint64_t ways = draw.number(0, 3);
    if (ways != 1) plan.directions.push_back(wire::Direction::down);
    if (ways != 0) plan.directions.push_back(wire::Direction::up);
    if (ways == 2) std::reverse(plan.directions.begin(), plan.directions.end());
    plan.duration = std::chrono::floor<std::chrono::milliseconds>(draw.time(100ms, 2500ms));
    plan.idle_time = draw.time(50ms, 800ms);
    // What the narrowest device takes, also over IPv6.
    if (draw.chance(0.3)) plan.datagram_bytes = static_cast<std::uint16_t>(draw.number(200, 1372));
    if (draw.chance(0.3))
        plan.traffic_class = {static_cast<std::uint8_t>(draw.number(0, 63)),
                              draw.one_of({dgram::Ecn::not_ect, dgram::Ecn::ect0})};
    if (may_search && draw.chance(0.5)) return plan;
    plan.search = wire::Search::fixed;
    plan.rate = BitRate::from_double(draw.spread(1e5, 6e6));
    if (draw.chance(0.05)) { // trains and a busy bottleneck, but not for long
        plan.rate = BitRate{draw.number(50'000'000, 300'000'000)};
        plan.duration = 200ms;
    }
    return plan;
}

void draw_fate(Draw& draw, GuestPlan& guest) {
    const Duration soon = guest.begins + 100ms;
    const Duration late = guest.begins + 6s;
    if (draw.chance(0.1)) guest.killed = draw.time(soon, late);
    if (draw.chance(0.1)) guest.interrupted = draw.time(guest.begins, late);
    if (draw.chance(0.1))
        guest.stalled = {.from = draw.time(soon, late), .time = draw.time(1ms, 3s)};
    if (draw.chance(0.1)) {
        guest.cut = {.from = draw.time(soon, late), .time = draw.time(10ms, 9s)};
        guest.cut_up = draw.chance(0.7);
        guest.cut_down = !guest.cut_up || draw.chance(0.5);
    }
    guest.blocked_port = draw.chance(0.03);
    if (draw.chance(0.1)) {
        guest.spec.trouble = {.refuse = draw.share(0, 0.2), .block = draw.share(0, 0.2)};
        guest.calm = false;
    }
    guest.calm = guest.calm && !guest.killed && !guest.interrupted && !guest.stalled &&
                 !guest.cut && !guest.blocked_port;
}

void draw_dishonesty(Draw& draw, GuestPlan& guest) {
    if (!draw.chance(0.15)) return;
    using enum Dishonesty;
    guest.dishonesty = draw.one_of({mute, lies, lies, lies, wanders, sends_too_much});
    guest.path_lie =
        draw.one_of({PathLie::other_address, PathLie::other_port, PathLie::blind_echo});
    guest.lie = draw.one_of({FeedbackLie::all_received, FeedbackLie::from_the_future,
                             FeedbackLie::guessed_receipt, FeedbackLie::only_the_first});
    guest.calm = false;
}

// `place`: of the guest among all, from 0 to 5.
GuestPlan draw_guest(Draw& draw, const WorldSpec& world, std::uint64_t place) {
    GuestPlan guest;
    guest.begins = draw.time(0ms, 3s);
    guest.place.up = draw_link(draw, guest.calm);
    guest.place.down = draw_link(draw, guest.calm);
    guest.place.clock = draw_clock(draw);
    if (draw.chance(0.4)) guest.place.scheduling = from_seconds(draw.spread(1e-6, 2e-3));
    // A search over a path without a limit would take all the simulation's time.
    const bool limited = world.server.settings.limits.max_rate.bps() != 0 ||
                         (guest.place.up.rate.bps() != 0 && guest.place.down.rate.bps() != 0);
    guest.spec.plan = draw_probe(draw, limited);
    guest.spec.socket = draw_socket(draw);
    if (draw.chance(0.3)) guest.spec.link_delay = draw.time(1us, 2ms);
    if (draw.chance(0.2)) guest.spec.key = known_key;
    if (draw.chance(0.05)) guest.spec.key = {.id = 6, .psk = {1}, .name = {}};
    // Out of a range of its own: no two hosts have the same address.
    if (!world.ipv6 && draw.chance(0.05))
        guest.place.address = dgram::Address::v4(
            198, 51, 100, static_cast<std::uint8_t>(40 * place + draw.number(1, 40)));
    draw_fate(draw, guest);
    draw_dishonesty(draw, guest);
    return guest;
}

AttackPlan draw_attack(Draw& draw) {
    const Duration begin = draw.time(0ms, 4s);
    return {.attack = draw.one_of({Attack::flood, Attack::replay, Attack::mirror, Attack::forgery}),
            .campaign = {.begin = SimTime{begin},
                         .end = SimTime{begin + draw.time(500ms, 8s)},
                         .every = draw.time(2ms, 50ms)}};
}

FaultPlan draw_fault(Draw& draw) {
    using enum ServerFault;
    return {.fault = draw.one_of({port_killed, port_killed, port_hung, connection_killed,
                                  workers_refused, shut_down, crashed, stalled, stalled,
                                  send_trouble, send_trouble, unreachable_told}),
            .when = draw.time(100ms, 8s),
            .role = draw.one_of({session::PortRole::control, session::PortRole::upload,
                                 session::PortRole::download}),
            .time = draw.time(1ms, 1s)};
}

} // namespace

bool StormPlan::is_calm() const {
    return std::none_of(faults.begin(), faults.end(), [](const FaultPlan& fault) {
        return fault.fault != ServerFault::unreachable_told &&
               fault.fault != ServerFault::send_trouble;
    });
}

StormPlan draw_plan(std::uint64_t seed) {
    Draw draw{seed};
    StormPlan plan{.seed = seed, .world = draw_world(draw, seed)};
    const std::uint64_t guests = draw.one_of<std::uint64_t>({1, 1, 2, 2, 3, 4, 6});
    for (std::uint64_t i = 0; i < guests; ++i) {
        GuestPlan guest = draw_guest(draw, plan.world, i);
        guest.shares_host = i > 0 && draw.chance(0.15);
        // What happens to a host happens to all who are on it.
        if (guest.shares_host && (guest.cut || guest.stalled || guest.blocked_port))
            plan.guests.front().calm = false;
        plan.guests.push_back(std::move(guest));
    }
    if (draw.chance(0.1)) // a crowd that never beats
        for (int i = 0; i < 8; ++i) {
            GuestPlan& hoarder = plan.guests.emplace_back();
            hoarder.begins = draw.time(0ms, 2s);
            hoarder.dishonesty = Dishonesty::mute;
            hoarder.calm = false;
        }
    if (draw.chance(0.5))
        for (std::uint64_t i = draw.number(1, 5); i > 0; --i)
            plan.attacks.push_back(draw_attack(draw));
    if (draw.chance(0.4))
        for (std::uint64_t i = draw.number(1, 2); i > 0; --i)
            plan.faults.push_back(draw_fault(draw));
    // Without the kernel's stamps feedback is as old as its reading: nothing that a checker outside
    // of the host could hold a standing one to.
    if (std::any_of(plan.faults.begin(), plan.faults.end(),
                    [](const FaultPlan& fault) { return fault.fault == ServerFault::stalled; }))
        plan.world.server.socket.kernel_stamps = true;
    return plan;
}

std::string_view name(Attack attack) {
    switch (attack) {
    case Attack::flood: return "flood";
    case Attack::replay: return "replay";
    case Attack::mirror: return "mirror";
    case Attack::forgery: return "forgery";
    }
    return "unknown";
}

std::string_view name(ServerFault fault) {
    switch (fault) {
    case ServerFault::port_killed: return "port killed";
    case ServerFault::port_hung: return "port hung";
    case ServerFault::connection_killed: return "connection killed";
    case ServerFault::workers_refused: return "workers refused";
    case ServerFault::shut_down: return "shut down";
    case ServerFault::crashed: return "crashed";
    case ServerFault::stalled: return "server stalled";
    case ServerFault::send_trouble: return "send trouble";
    case ServerFault::unreachable_told: return "unreachable told";
    }
    return "unknown";
}

std::string_view name(FeedbackLie lie) {
    switch (lie) {
    case FeedbackLie::all_received: return "all received";
    case FeedbackLie::from_the_future: return "from the future";
    case FeedbackLie::guessed_receipt: return "guessed receipt";
    case FeedbackLie::only_the_first: return "only the first";
    }
    return "unknown";
}

std::string_view name(PathLie lie) {
    switch (lie) {
    case PathLie::other_address: return "other address";
    case PathLie::other_port: return "other port";
    case PathLie::blind_echo: return "blind echo";
    }
    return "unknown";
}

namespace {

std::string describe(const LinkSpec& link) {
    std::string text = print_ns(link.delay.count());
    if (link.jitter.amount > 0ns)
        text += fmt::format(" jitter {}{}", print_ns(link.jitter.amount.count()),
                            link.jitter.keeps_order ? "" : " unordered");
    if (link.rate.bps() != 0)
        text += fmt::format(" rate {} {} {}", print(link.rate), print(link.queue.discipline),
                            print_bytes(link.queue.bytes));
    for (const link::TokenBucketSpec& policer : link.policers)
        text +=
            fmt::format(" policer {} {}", print(policer.rate), print_bytes(policer.burst_bytes));
    if (link.loss > 0) text += fmt::format(" loss {:.3f}", link.loss);
    if (link.bursts.enter > 0) text += " bursts";
    if (link.duplicate > 0) text += fmt::format(" duplicate {:.3f}", link.duplicate);
    if (link.reordering.chance > 0)
        text += fmt::format(" reorder {:.3f} by {}", link.reordering.chance,
                            print_ns(link.reordering.time.count()));
    if (link.corrupt > 0) text += fmt::format(" corrupt {:.3f}", link.corrupt);
    if (link.dscp) text += fmt::format(" remarks {}", dgram::print_dscp(*link.dscp));
    if (link.bleach_ecn > 0) text += " bleaches";
    if (link.mark_ecn > 0) text += fmt::format(" marks {:.3f}", link.mark_ecn);
    if (link.mtu != 65535)
        text += fmt::format(" mtu {}{}", link.mtu, link.icmp_too_big ? " told" : "");
    return text;
}

std::string describe(const GuestPlan& guest) {
    const session::ProbePlan& plan = guest.spec.plan;
    std::string text = fmt::format("guest at {}: {} of {} B for {}", print_ns(guest.begins.count()),
                                   plan.search == wire::Search::fixed ? print(plan.rate) : "search",
                                   plan.datagram_bytes.value_or(0),
                                   print_ns(plan.duration.value_or(Duration::zero()).count()));
    for (const wire::Direction direction : plan.directions)
        text += fmt::format(" {}", name(direction));
    if (plan.traffic_class != dgram::TrafficClass{})
        text += fmt::format(" as {:#04x}", plan.traffic_class.byte());
    const auto when = [&](std::string_view what, const std::optional<Duration>& at) {
        if (at) text += fmt::format("; {} at {}", what, print_ns(at->count()));
    };
    const auto during = [&](std::string_view what, const std::optional<Interval>& at) {
        if (at)
            text += fmt::format("; {} at {} for {}", what, print_ns(at->from.count()),
                                print_ns(at->time.count()));
    };
    when("killed", guest.killed);
    when("interrupted", guest.interrupted);
    during("stalled", guest.stalled);
    during("cut", guest.cut);
    if (guest.shares_host) text += "; on the first one's host";
    if (guest.blocked_port) text += "; a port is blocked";
    if (guest.dishonesty == Dishonesty::mute) text += "; mute";
    if (guest.dishonesty == Dishonesty::sends_too_much) text += "; sends too much";
    if (guest.dishonesty == Dishonesty::wanders)
        text += fmt::format("; wanders: {}", name(guest.path_lie));
    if (guest.dishonesty == Dishonesty::lies) text += fmt::format("; lies: {}", name(guest.lie));
    if (guest.calm) text += "; calm";
    return text + fmt::format("\n  up   {}\n  down {}\n", describe(guest.place.up),
                              describe(guest.place.down));
}

} // namespace

std::string describe(const StormPlan& plan) {
    const daemon::ListenerSettings& settings = plan.world.server.settings;
    std::string text = fmt::format(
        "server from {}: {} sessions, {} per address, rate {} of {}, volume {}, scheduling {}\n",
        print_ns(plan.world.server_begins.count()), settings.limits.max_sessions,
        settings.limits.max_sessions_per_address, print(settings.limits.max_rate),
        print(settings.limits.max_total_rate), print_bytes(settings.terms.max_volume_bytes),
        print_ns(plan.world.server_scheduling.count()));
    for (const GuestPlan& guest : plan.guests)
        text += describe(guest);
    for (const AttackPlan& attack : plan.attacks)
        text += fmt::format("{} from {}\n", name(attack.attack),
                            print_ns(attack.campaign.begin.time_since_epoch().count()));
    for (const FaultPlan& fault : plan.faults)
        text +=
            fmt::format("{} at {} ({}) for {}\n", name(fault.fault), print_ns(fault.when.count()),
                        name(fault.role), print_ns(fault.time.count()));
    return text;
}

} // namespace wyn::sim
