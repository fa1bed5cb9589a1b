// What one seed of the storm stands for: a network, clients with their plans, adversaries, faults.
// Drawn as a value before anything runs, so that it can be printed when it has failed.
#pragma once

#include "sim/lies.hpp"
#include "sim/world.hpp"

namespace wyn::sim {

struct Interval {
    Duration from{};
    Duration time{};
};

enum class Dishonesty : std::uint8_t {
    none,
    mute, // takes a session and never beats
    lies,
    wanders, // takes a session and wants its download somewhere else
    sends_too_much,
};

struct GuestPlan {
    Place place;
    bool shares_host = false; // with the first guest
    ClientSpec spec;
    Duration begins{};
    Dishonesty dishonesty = Dishonesty::none;
    FeedbackLie lie = FeedbackLie::all_received;
    PathLie path_lie = PathLie::other_address;
    std::optional<Duration> killed;
    std::optional<Duration> interrupted;
    std::optional<Interval> stalled;
    std::optional<Interval> cut; // its path, upwards, downwards or both
    bool cut_up = true;
    bool cut_down = true;
    bool blocked_port = false; // the upload port, one way
    // Nothing was drawn that could keep this client from doing all that it plans.
    bool calm = true;
};

enum class Attack : std::uint8_t { flood, replay, mirror, forgery };

struct AttackPlan {
    Attack attack = Attack::flood;
    Campaign campaign;
};

enum class ServerFault : std::uint8_t {
    port_killed,
    port_hung,
    connection_killed,
    workers_refused,
    shut_down,
    crashed,
    stalled,
    send_trouble,
    unreachable_told, // forged ICMP for all ports
};

struct FaultPlan {
    ServerFault fault = ServerFault::port_killed;
    Duration when{};
    session::PortRole role = session::PortRole::control;
    Duration time{}; // where the fault lasts
};

struct StormPlan {
    std::uint64_t seed = 0;
    WorldSpec world;
    std::vector<GuestPlan> guests;
    std::vector<AttackPlan> attacks;
    std::vector<FaultPlan> faults;

    // Nothing was drawn that could end an honest client's session on the server's side.
    bool is_calm() const;
};

StormPlan draw_plan(std::uint64_t seed);

// A few lines that say what was drawn.
std::string describe(const StormPlan& plan);

std::string_view name(Attack attack);
std::string_view name(ServerFault fault);
std::string_view name(FeedbackLie lie);
std::string_view name(PathLie lie);

} // namespace wyn::sim
