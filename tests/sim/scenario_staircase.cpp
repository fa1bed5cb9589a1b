// Loads at shares of the capacity that a search has found.
#include "sim/scenario.hpp"

#include <algorithm>
#include <cmath>

using namespace wyn;
using namespace wyn::sim;
using session::FollowUp;

namespace {

// A slow line with room for 200 ms in front of it: what a run costs is its packets.
constexpr BitRate line{4'000'000};
constexpr Duration round_trip = 20ms;

Place behind_a_line() {
    Place place = at_distance(round_trip);
    place.up.rate = place.down.rate = line;
    place.up.queue.bytes = place.down.queue.bytes = 100'000;
    return place;
}

session::ProbePlan staircase(Ways ways) {
    session::ProbePlan plan = plan_of(ways, 0s);
    plan.duration.reset();
    plan.search = wire::Search::s3;
    plan.staircase = true;
    return plan;
}

Duration median(const stats::Histogram& delays) {
    REQUIRE(delays.enough_for(0.5));
    return *delays.quantile(0.5);
}

} // namespace

TEST_CASE("a staircase loads each share of the capacity, and only beyond it a queue stands",
          "[sim]") {
    World world{{}};
    Guest& client = world.add_client(behind_a_line(), {.plan = staircase(Ways::both)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    std::vector<FollowUp> stairs = client->result().follow_ups;
    std::erase_if(stairs, [](const FollowUp& one) { return one.share == session::overload_share; });
    REQUIRE(stairs.size() == 2 * session::staircase_shares.size());
    for (std::size_t i = 0; i < stairs.size(); ++i) {
        const FollowUp& stair = stairs[i];
        INFO(name(stair.load.direction) << " " << stair.share);
        CHECK(stair.share == session::staircase_shares.at(i % session::staircase_shares.size()));
        CHECK(stair.load.direction ==
              (i < stairs.size() / 2 ? wire::Direction::down : wire::Direction::up));
        const double arrived = stair.load.rates()->ip.as_double() / line.as_double();
        // Latency probes take their part of a slow line, too.
        CHECK(std::abs(arrived - std::min(stair.share, 1.0)) < 0.02);
        CHECK(stair.load.loaded.rtt.count() > 50);
        const Duration added = median(stair.load.loaded.rtt) - round_trip;
        if (stair.share < 0.9) CHECK(added < 10ms); // at most one packet stands before a probe
        if (stair.share > 1) CHECK(added > 20ms);
        CHECK(stair.load.lost_on_the_way() == 0);
    }
}

TEST_CASE("a search is followed by an overload, which fills what its own small queue does not",
          "[sim]") {
    session::ProbePlan plan = staircase(Ways::both);
    plan.staircase = false;
    World world{{}};
    Guest& client = world.add_client(behind_a_line(), {.plan = plan});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    const session::ProbeResult& result = client->result();
    REQUIRE(result.follow_ups.size() == 2); // nothing was lost: no load at half of the capacity
    for (const FollowUp& overload : result.follow_ups) {
        INFO(name(overload.load.direction));
        CHECK(overload.share == session::overload_share);
        CHECK(&result.beside(
                  *(overload.load.direction == wire::Direction::up ? result.up : result.down)) ==
              &overload.load.loaded);
        // Half a second of half as much again stands a quarter of a second, of which there is room
        // for 200 ms.
        CHECK(*overload.load.loaded.rtt.max() - round_trip > 180ms);
        CHECK(overload.load.lost_on_the_way() > 0);
    }
}

TEST_CASE("where a search loses datagrams it is found out whether half of its rate does, too",
          "[sim]") {
    Place place = behind_a_line();
    place.up.loss = place.down.loss = 0.03;
    session::ProbePlan plan = staircase(Ways::up);
    plan.staircase = false;
    World world{{}};
    Guest& client = world.add_client(place, {.plan = plan});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    const session::DirectionResult* const half =
        client->result().follow_up(wire::Direction::up, session::half_share);
    REQUIRE(half != nullptr);
    CHECK(half->sent.packets_accepted > 100);
    CHECK(half->lost_on_the_way() > 0);
}

TEST_CASE("a budget leaves nothing for loads that nobody asked for", "[sim]") {
    session::ProbePlan plan = staircase(Ways::up);
    plan.staircase = false;
    plan.budget_bytes = 2'000'000;
    World world{{}};
    Guest& client = world.add_client(behind_a_line(), {.plan = plan});
    world.run();
    CHECK_COMPLETED(client);
    CHECK(client->result().up->reports_capacity());
    CHECK(client->result().follow_ups.empty());
}

TEST_CASE("shares of a lower bound are not loaded", "[sim]") {
    WorldSpec spec;
    spec.server.settings.limits.max_rate = mbit(1); // of a line of four
    World world{spec};
    Guest& client = world.add_client(behind_a_line(), {.plan = staircase(Ways::up)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(client->result().up->capacity.verdict == wire::CapacityVerdict::lower_bound);
    CHECK(client->result().follow_ups.empty());
}

TEST_CASE("a user who has seen enough of a staircase keeps what was measured", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(behind_a_line(), {.plan = staircase(Ways::down)});
    world.at(9s, [&] { client.program->interrupt(); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(client->state() == ClientState::finished);
    CHECK(client->result().end == wire::End::interrupted);
    const auto& stairs = client->result().follow_ups;
    REQUIRE_FALSE(stairs.empty());
    CHECK(stairs.size() <= session::staircase_shares.size()); // and the overload before them
    CHECK(stairs.back().load.end == wire::End::interrupted);
    CHECK(stairs.back().load.received.packets > 0);
}
