// What paths do to datagrams, and what the results must say of it.
#include "link/scenario_files.hpp"
#include "session/path_marks.hpp"
#include "sim/result_check.hpp"
#include "sim/scenario.hpp"

#include <algorithm>
#include <cmath>

using namespace wyn;
using namespace wyn::sim;
using session::DirectionResult;

namespace {

Place both_ways(Duration round_trip, const LinkSpec& link) {
    Place place = at_distance(round_trip);
    const Duration up = place.up.delay;
    const Duration down = place.down.delay;
    place.up = place.down = link;
    place.up.delay = up;
    place.down.delay = down;
    return place;
}

// The results of both directions of one client over such a path, which all checkers have seen.
std::vector<DirectionResult> results_over(const Place& place, const session::ProbePlan& plan) {
    World world{{}};
    Guest& client = world.add_client(place, {.plan = plan});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    std::vector<DirectionResult> results;
    for (const auto* part : {&client->result().down, &client->result().up})
        if (*part) results.push_back(**part);
    return results;
}

// Of IP bits that went through a full link of this rate, as the best second must show. Our own
// latency flow, heartbeats and feedback take up to 60 kbit/s of it, and the rows of the search lie
// 1 Mbit/s apart, which shows on slow links.
void check_capacity(const DirectionResult& way, BitRate rate) {
    const auto rates = way.rates();
    REQUIRE(rates.has_value());
    INFO(name(way.direction) << ": " << print(rates->ip) << " of " << print(rate));
    CHECK(rates->ip <= rate);
    CHECK(rates->ip.as_double() > (rate > mbit(10) ? 0.97 : 0.92) * rate.as_double());
}

} // namespace

TEST_CASE("loss is counted to the datagram, from 1 to 30 %", "[sim]") {
    for (const double loss : {0.01, 0.05, 0.3})
        for (const DirectionResult& way :
             results_over(both_ways(40ms, {.loss = loss}), fixed(mbit(4), 3s))) {
            INFO(loss << " " << name(way.direction));
            REQUIRE(way.sent.packets_accepted == 1020);
            const double lost = ratio(*way.lost_on_the_way(), way.sent.packets_accepted);
            CHECK(std::abs(lost - loss) < 0.05);
            CHECK(lost > 0);
        }
}

TEST_CASE("loss in bursts is counted to the datagram", "[sim]") {
    const LinkSpec link{.bursts = {.enter = 0.01, .leave = 0.2, .loss = 0.8}};
    for (const DirectionResult& way : results_over(both_ways(40ms, link), fixed(mbit(4), 3s)))
        CHECK(way.lost_on_the_way() > 10);
}

TEST_CASE("duplicates are duplicates and neither loss nor rate", "[sim]") {
    for (const DirectionResult& way :
         results_over(both_ways(40ms, {.duplicate = 0.1}), fixed(mbit(4), 3s))) {
        CHECK(way.lost_on_the_way() == 0);
        CHECK(way.received.duplicates > 50);
        CHECK(std::abs(way.rates()->payload.as_double() / 4e6 - 1) < 0.01);
    }
}

TEST_CASE("overtaken datagrams are reordered and not lost", "[sim]") {
    const LinkSpec link{.reordering = {.chance = 0.05, .time = 10ms}};
    for (const DirectionResult& way : results_over(both_ways(40ms, link), fixed(mbit(4), 3s))) {
        CHECK(way.lost_on_the_way() == 0);
        CHECK(way.received.reordered > 20);
    }
}

TEST_CASE("jitter that reorders everything loses nothing", "[sim]") {
    const LinkSpec link{.jitter = {.amount = 50ms, .keeps_order = false}};
    for (const DirectionResult& way : results_over(both_ways(40ms, link), fixed(mbit(4), 3s))) {
        CHECK(way.lost_on_the_way() == 0);
        CHECK(way.received.reordered > 300);
    }
}

TEST_CASE("damaged datagrams are rejected or harmless, and the rest is right", "[sim]") {
    const LinkSpec link{.corrupt = 0.1};
    for (const DirectionResult& way : results_over(both_ways(40ms, link), fixed(mbit(40), 1s))) {
        // 40 of 1472 bytes are a header that is read: 1 of 370 datagrams.
        CHECK(way.lost_on_the_way() > 0);
        CHECK(way.received.rejected > 0);
        CHECK(way.received.rejected <= *way.lost_on_the_way());
    }
}

TEST_CASE("a path that remarks, bleaches and marks is told for each direction", "[sim]") {
    using dgram::Ecn;
    using dgram::TrafficClass;
    WorldSpec spec;
    spec.server.settings.allowed_dscp = {46};
    World world{spec};
    Place place = at_distance(20ms);
    place.up.hops = 9;
    place.up.dscp = 0;
    place.up.mark_ecn = 0.25;
    place.down.hops = 8;
    place.down.bleach_ecn = 1;
    session::ProbePlan plan = fixed(mbit(4), 3s);
    plan.traffic_class = TrafficClass{46, Ecn::ect0};
    Guest& client = world.add_client(place, {.plan = plan});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);

    const DirectionResult& up = *client->result().up;
    const auto up_marks = session::marks_of(up);
    REQUIRE(up_marks.size() == 2);
    for (const session::MarkSeen& mark : up_marks) {
        CHECK(mark.sent == plan.traffic_class);
        CHECK(mark.is_remarked());
        CHECK_FALSE(mark.is_bleached());
    }
    CHECK(std::abs(*session::congested_ratio(up) - 0.25) < 0.05);
    CHECK(session::hops_of(up) == session::Hops{9, 9});

    const DirectionResult& down = *client->result().down;
    const auto down_marks = session::marks_of(down);
    REQUIRE(down_marks.size() == 1);
    CHECK(down_marks[0] == session::MarkSeen{plan.traffic_class, {46, Ecn::not_ect}, 1020});
    CHECK(down_marks[0].is_bleached());
    CHECK(session::congested_ratio(down) == 0.0);
    CHECK(session::hops_of(down) == session::Hops{8, 8});
}

TEST_CASE("a download with a code point that is not allowed says with which it was sent", "[sim]") {
    World world{{}};
    session::ProbePlan plan = fixed(mbit(4), 1s);
    plan.traffic_class = {46, dgram::Ecn::ect0};
    Guest& client = world.add_client(at_distance(20ms), {.plan = plan});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(client->result().up->sent.traffic_class == plan.traffic_class.byte());
    CHECK(client->result().down->sent.traffic_class == 2); // best effort, ECN-capable as wished
    CHECK(session::marks_of(*client->result().down).front().received.byte() == 2);
}

TEST_CASE("a search yields to marks of congestion as to losses", "[sim]") {
    session::ProbePlan plan = search(3s, Ways::down);
    plan.traffic_class = {0, dgram::Ecn::ect0};
    Place place = both_ways(20ms, {.queue = {.bytes = 300'000}, .rate = mbit(50)});
    const auto best = [&] { return results_over(place, plan).front().rates()->ip; };
    const BitRate unmarked = best();
    place.down.mark_ecn = 0.5;
    CHECK(best().as_double() < 0.2 * unmarked.as_double());
}

TEST_CASE("a search finds the capacity of a link, and its queue", "[sim]") {
    World world{{}};
    const LinkSpec link{.queue = {.bytes = 625'000}, .rate = mbit(100)}; // 50 ms
    Guest& client = world.add_client(both_ways(10ms, link), {.plan = search(5s)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    const session::ProbeResult& result = client->result();
    check_capacity(*result.down, mbit(100));
    check_capacity(*result.up, mbit(100));
    const Duration idle = *result.idle->rtt.quantile(0.5);
    CHECK(idle < 11ms);
    CHECK(*result.down->loaded.rtt.quantile(0.5) > idle + 20ms);
    CHECK(*result.up->loaded.rtt.quantile(0.5) > idle + 20ms);
}

TEST_CASE("a search finds the capacity of slow links and of links with hardly a queue", "[sim]") {
    struct Link {
        std::uint64_t mbits;
        std::uint64_t queue_bytes;
    };
    for (const auto& [mbits, queue] :
         {Link{1, 64'000}, Link{1, 6'000}, Link{5, 300'000}, Link{20, 6'000}, Link{50, 30'000}}) {
        const LinkSpec link{.queue = {.bytes = queue}, .rate = mbit(mbits)};
        for (const DirectionResult& way : results_over(both_ways(10ms, link), search(5s))) {
            INFO(mbits << " Mbit/s " << queue << " bytes");
            CHECK(name(way.end) == "completed");
            check_capacity(way, mbit(mbits));
        }
    }
}

TEST_CASE("a result over a path of a file is what its link delivered", "[sim]") {
    for (const char* const path : {"policer_40m", "codel", "cellular", "wifi"}) {
        INFO(path);
        World world{{}};
        Guest& client = world.add_client(behind(link::load_scenario(path)),
                                         {.plan = fixed(mbit(48), 2s, Ways::down)});
        world.run();
        CHECK_NO_COMPLAINT(world);
        CHECK_COMPLETED(client);
        const DirectionResult& way = *client->result().down;
        const Flow::Seen& seen = world.flow_of(*client.program, way.direction)->seen();
        const BitRate truth = client.host->down().model().delivered(seen.first, seen.last);
        INFO(print(way.rates()->ip) << " of " << print(truth));
        // Of which probes and the like had a small part, and a batch has two ends.
        CHECK(std::abs(way.rates()->ip.as_double() / truth.as_double() - 1) < 0.01);
    }
}

TEST_CASE("a load far above the path falls to what the circuit breaker allows", "[sim]") {
    World world{{}};
    const LinkSpec link{.queue = {.bytes = 6'000}, .rate = mbit(2)};
    Guest& client = world.add_client(both_ways(10ms, link), {.plan = fixed(mbit(40), 3s)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    for (const auto* part : {&client->result().down, &client->result().up}) {
        const DirectionResult& way = **part;
        CHECK(name(way.sent.limited_by) == "breaker");
        check_capacity(way, mbit(2));
        // 15 MB would have been 3 s of it.
        CHECK(way.sent.packets_accepted * 1472 < 5'000'000);
    }
}

TEST_CASE("lossy feedback costs no truth", "[sim]") {
    Place place = at_distance(40ms);
    place.up.loss = 0.5;
    World world{{}};
    Guest& client = world.add_client(place, {.plan = fixed(mbit(4), 3s, Ways::down)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(client->result().down->received.packets == 1020);
    CHECK(client->result().down->lost_on_the_way() == 0);
}

TEST_CASE("the path's MTU is found both ways, and loads keep to it", "[sim]") {
    using measure::MtuLimit;
    World world{{}};
    Place place = at_distance(20ms);
    place.up.mtu = 1492;
    place.up.icmp_too_big = true;
    place.down.mtu = 1371;
    Guest& client = world.add_client(place, {.plan = fixed(mbit(4), 1s)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    REQUIRE(client->result().path.has_value());
    CHECK(client->result().path->up == session::PathMtu{1492, MtuLimit::router});
    CHECK(client->result().path->down == session::PathMtu{1371, MtuLimit::silence, 6});
    CHECK(client->result().up->datagram_bytes == 1492 - 28);
    CHECK(client->result().down->datagram_bytes == 1371 - 28);
    CHECK(client->result().up->lost_on_the_way() == 0);
    CHECK(client->result().down->lost_on_the_way() == 0);
}

TEST_CASE("an ordinary path costs one round trip to know, and ends at the hosts' devices",
          "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(400ms), {.plan = fixed(mbit(4), 1s)});
    std::size_t long_ones = 0;
    world.network().tap_sent([&](const SimHost&, const Packet& packet) {
        if (wire::peek_type(packet.view()) == wire::Type::size) ++long_ones;
    });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    const session::PathMtu ethernet{1500, measure::MtuLimit::host};
    CHECK(client->result().path == session::PathMtuFound{ethernet, ethernet});
    CHECK(long_ones == 2); // one for each way
}

TEST_CASE("loss does not make a path look narrower", "[sim]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world{{.seed = seed}};
        Guest& client = world.add_client(both_ways(40ms, {.loss = 0.1}),
                                         {.plan = fixed(mbit(4), 200ms, Ways::down)});
        world.run();
        CHECK_NO_COMPLAINT(world);
        CHECK_COMPLETED(client);
        CHECK(client->result().path->up.bytes == 1500);
        CHECK(client->result().path->down.bytes == 1500);
    }
}

TEST_CASE("jumbo frames are used where all of the path carries them", "[sim]") {
    WorldSpec spec;
    spec.server.socket.device_mtu = 9000;
    World world{spec};
    ClientSpec jumbo{.plan = fixed(mbit(40), 1s)};
    jumbo.socket.device_mtu = 9000;
    Guest& whole = world.add_client(at_distance(20ms), jumbo);
    Guest& narrow = world.add_client(both_ways(20ms, {.mtu = 1500}), jumbo);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(whole);
    CHECK_COMPLETED(narrow);
    CHECK(whole->result().up->datagram_bytes == 8972);
    CHECK(whole->result().down->datagram_bytes == 8972);
    CHECK(narrow->result().up->datagram_bytes == 1472);
    CHECK(narrow->result().path->up.limit == measure::MtuLimit::silence);
}

TEST_CASE("datagrams that do not fit the path are not sent, and that is told", "[sim]") {
    World world{{}};
    Place place = at_distance(20ms);
    place.down.mtu = 1400;
    session::ProbePlan plan = fixed(mbit(4), 1s);
    plan.datagram_bytes = 1472;
    Guest& client = world.add_client(place, {.plan = plan});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(name(client->result().down->end) == "too_long");
    CHECK(client->result().down->sent.packets_accepted == 0);
    CHECK(name(client->result().up->end) == "completed");
}

TEST_CASE("a load outlives a second in which nothing comes back, and says that it paused",
          "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 5s, Ways::down)});
    bool lost = false;
    client.host->up().filter([&lost](const Packet&) { return lost; });
    world.at(2s, [&] { lost = true; });
    world.at(3s, [&] { lost = false; });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    const session::DirectionResult& down = *client->result().down;
    CHECK(name(down.end) == "completed");
    CHECK(name(down.sent.limited_by) == "silence");
    CHECK(down.sent.packets_skipped == 0);
    CHECK(down.lost_on_the_way() == 0);
    const double seconds = 8 * static_cast<double>(down.received.payload_bytes) / 5e6;
    CHECK(seconds > 4.4); // nothing left for half a second
    CHECK(seconds < 4.6);
}

TEST_CASE("a path that begins to swallow large datagrams gives no bulk and no hang", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(4), 1s)});
    world.at(500ms, [&] { // the path's MTU is known by then
        const LinkSpec narrow{.mtu = 1400, .delay = 10ms};
        client.host->up().change(narrow);
        client.host->down().change(narrow);
    });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    for (const auto* part : {&client->result().down, &client->result().up}) {
        CHECK(name((*part)->end) == "no_feedback");
        CHECK((*part)->received.packets == 0);
        CHECK(!(*part)->rates().has_value());
    }
}

TEST_CASE("a full socket is told from a lossy path", "[sim]") {
    WorldSpec spec;
    spec.server.socket.receive_buffer_bytes = 60'000;
    World world{spec};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(40), 2s, Ways::up)});
    // The server's host stands still for 200 ms: a megabyte for a buffer of 60 kB.
    world.at(2s, [&] { world.server_host().stall(200ms); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    const DirectionResult& way = *client->result().up;
    CHECK(way.lost_on_the_way() > 300);
    CHECK(way.lost_in_receiver_socket() == way.lost_on_the_way());
}

TEST_CASE("what the sender's stack refuses is not sent and not lost", "[sim]") {
    WorldSpec spec;
    World world{spec};
    ClientSpec client_spec{.plan = fixed(mbit(8), 2s)};
    client_spec.trouble = {.refuse = 0.05, .block = 0.05};
    Guest& client = world.add_client(at_distance(20ms), client_spec);
    world.at(0s, [&] { world.server().send_trouble({.refuse = 0.05, .block = 0.05}); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    for (const auto* part : {&client->result().down, &client->result().up}) {
        const DirectionResult& way = **part;
        CHECK(way.sent.packets_refused > 20);
        CHECK(way.lost_on_the_way() == 0);
        CHECK(name(way.sent.limited_by) == "stack");
    }
}

TEST_CASE("an interruption of the path of one second is survived", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(4), 3s, Ways::up)});
    world.at(2s, [&] { client.host->up().change({.partitioned = true, .delay = 10ms}); });
    world.at(2400ms, [&] { client.host->up().change({.delay = 10ms}); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    const DirectionResult& way = *client->result().up;
    CHECK(name(way.end) == "completed");
    CHECK(ratio(*way.lost_on_the_way(), way.sent.packets_accepted) > 0.1);
    CHECK(ratio(*way.lost_on_the_way(), way.sent.packets_accepted) < 0.16);
}
