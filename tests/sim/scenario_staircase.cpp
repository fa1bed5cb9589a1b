// Loads at shares of the capacity that a search has found.
#include "sim/scenario.hpp"

#include <algorithm>
#include <cmath>

using namespace wyn;
using namespace wyn::sim;
using session::Stair;

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
    const auto& stairs = client->result().stairs;
    REQUIRE(stairs.size() == 2 * session::staircase_shares.size());
    for (std::size_t i = 0; i < stairs.size(); ++i) {
        const Stair& stair = stairs[i];
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

TEST_CASE("shares of a lower bound are not loaded", "[sim]") {
    WorldSpec spec;
    spec.server.settings.limits.max_rate = mbit(1); // of a line of four
    World world{spec};
    Guest& client = world.add_client(behind_a_line(), {.plan = staircase(Ways::up)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(client->result().up->capacity.verdict == wire::CapacityVerdict::lower_bound);
    CHECK(client->result().stairs.empty());
}

TEST_CASE("a user who has seen enough of a staircase keeps what was measured", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(behind_a_line(), {.plan = staircase(Ways::down)});
    world.at(8s, [&] { client.program->interrupt(); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(client->state() == ClientState::finished);
    CHECK(client->result().end == wire::End::interrupted);
    const auto& stairs = client->result().stairs;
    REQUIRE_FALSE(stairs.empty());
    CHECK(stairs.size() < session::staircase_shares.size());
    CHECK(stairs.back().load.end == wire::End::interrupted);
    CHECK(stairs.back().load.received.packets > 0);
}
