// A whole simulated world: one server, its clients, their adversaries, the network between them and
// the checkers that watch it all. Built by a test, run to its end, then asked.
#pragma once

#include "link/scenario.hpp"
#include "sim/adversaries.hpp"
#include "sim/server_watch.hpp"
#include "sim/sim_client.hpp"

#include <functional>

namespace wyn::sim {

// The defaults of the daemon's configuration, as far as the simulation is concerned.
ServerSpec usual_server();

struct WorldSpec {
    std::uint64_t seed = 1;
    ServerSpec server = usual_server();
    LinkSpec server_up; // shared by all who talk to it
    LinkSpec server_down;
    HostClock server_clock{.start = MonoTime{1000s}, .drift = 0};
    Duration server_scheduling{};
    Duration server_begins{}; // before that nobody listens
    bool ipv6 = false;
};

struct Place {
    std::optional<dgram::Address> address; // unset: the next one of a private network
    std::optional<dgram::Address> second_address;
    LinkSpec up; // towards the server
    LinkSpec down;
    std::vector<link::Change> up_schedule;
    std::vector<link::Change> down_schedule;
    HostClock clock{.start = MonoTime{77s}, .drift = 0};
    Duration scheduling{};
    SimHost* at = nullptr; // another program on that host; the rest is then unused
};

// The same delay, half the round trip, both ways.
Place at_distance(Duration round_trip);
// Behind the path of a scenario.
Place behind(const link::Scenario& scenario);

// A client that will be started at its time.
struct Guest {
    SimHost* host = nullptr;
    ClientSpec spec;
    bool honest = true;
    std::unique_ptr<SimClient> program;
    SimClient* operator->() const { return program.get(); }
};

class World {
public:
    explicit World(const WorldSpec& spec);
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    Guest& add_client(const Place& place, const ClientSpec& spec, Duration begins = {});
    SimHost& add_host(const Place& place, const std::string& name);
    template <typename Kind, typename... Arguments>
    Kind& add_adversary(const Campaign& campaign, Arguments&&... arguments) {
        SimHost& host = add_host(at_distance(10ms), "adversary");
        auto adversary =
            std::make_unique<Kind>(host, campaign, std::forward<Arguments>(arguments)...);
        Kind& added = *adversary;
        adversaries_.push_back(std::move(adversary));
        return added;
    }
    // The mirror, with the checker that listens for answers to it.
    Mirror& add_mirror(const Campaign& campaign);

    void at(Duration when, EventQueue::Action action) {
        queue_.at(SimTime{when}, std::move(action));
    }
    // Runs until nothing happens any more, or until `limit`; then all that must hold at the end is
    // checked.
    void run(Duration limit = 120s);
    // Runs up to this moment and checks nothing about the end.
    void run_until(Duration when);

    SimServer& server() { return *server_; }
    bool server_runs() const { return server_ != nullptr && !server_->stopped(); }
    SimHost& server_host() { return *server_host_; }
    dgram::Endpoint server_endpoint() const { return server_endpoint_; }
    std::deque<Guest>& guests() { return guests_; }
    Network& network() { return network_; }
    EventQueue& queue() { return queue_; }
    ServerWatch& watch() { return *watch_; }
    Complaints& complaints() { return complaints_; }
    const Flow* flow_of(const SimClient& client, wire::Direction direction) const;

private:
    void start_server();
    void check_tables();
    void check_rest();

    WorldSpec spec_;
    EventQueue queue_;
    Network network_;
    Complaints complaints_;
    SimHost* server_host_ = nullptr;
    dgram::Endpoint server_endpoint_;
    std::unique_ptr<ServerWatch> watch_;
    std::unique_ptr<SimServer> server_;
    std::deque<Guest> guests_;
    std::vector<std::unique_ptr<Adversary>> adversaries_;
    std::uint16_t hosts_ = 0;
    std::pair<std::size_t, std::size_t> checked_tables_{};
};

} // namespace wyn::sim
