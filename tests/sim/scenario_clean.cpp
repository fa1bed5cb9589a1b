// Paths that do nothing to datagrams but carry them.
#include "sim/result_check.hpp"
#include "sim/scenario.hpp"

#include <cmath>

using namespace wyn;
using namespace wyn::sim;
using session::DirectionResult;

namespace {

Duration median(const session::LatencyResult& latency) {
    REQUIRE(latency.rtt.count() > 0);
    return *latency.rtt.quantile(0.5);
}

bool within(Duration value, Duration expected, Duration tolerance) {
    return value >= expected - tolerance && value <= expected + tolerance;
}

} // namespace

TEST_CASE("what both hosts tell of a load reaches the client, for either direction", "[sim]") {
    WorldSpec spec;
    spec.server.story = {.thread_busy = 0.5,
                         .thread_kept_waiting = 0.03,
                         .sender = {.qdisc_drops = 11},
                         .receiver = {.link_bps = 12'000'000'000}};
    World world{spec};
    ClientSpec client_spec{.plan = fixed(mbit(4), 2s)};
    client_spec.story = {
        .thread_busy = 0.1, .sender = {.qdisc_drops = 21}, .receiver = {.stolen = wire::Share{22}}};
    Guest& client = world.add_client(at_distance(20ms), client_spec);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    const session::DirectionResult& down = *client->result().down;
    const session::DirectionResult& up = *client->result().up;
    CHECK(down.sent.host == wire::HostRecord{.thread_busy = wire::Share{5000},
                                             .thread_kept_waiting = wire::Share{300},
                                             .qdisc_drops = 11});
    CHECK(down.received.host == wire::HostRecord{.thread_busy = wire::Share{1000},
                                                 .thread_kept_waiting = wire::Share{100},
                                                 .stolen = wire::Share{22}});
    CHECK(up.sent.host == wire::HostRecord{.thread_busy = wire::Share{1000},
                                           .thread_kept_waiting = wire::Share{100},
                                           .qdisc_drops = 21});
    CHECK(up.received.host == wire::HostRecord{.thread_busy = wire::Share{5000},
                                               .thread_kept_waiting = wire::Share{300},
                                               .link_bps = 12'000'000'000});
}

TEST_CASE("a result tells how many others the server had to serve", "[sim]") {
    World world{{}};
    Guest& alone = world.add_client(at_distance(20ms), {.plan = fixed(mbit(1), 2s, Ways::down)});
    for (int i = 0; i < 3; ++i)
        world.add_client(at_distance(20ms), {.plan = fixed(mbit(1), 3s, Ways::down)}, 10s);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK(alone->result().down->server == wire::ServerLoad{.sessions = 1, .loads = 1});
    for (std::size_t i = 1; i <= 3; ++i)
        CHECK(world.guests()[i]->result().down->server ==
              wire::ServerLoad{.sessions = 3, .loads = 3});
}

TEST_CASE("a clean path loses nothing and everything is counted", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 2s)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    // One second idle, two of load each way, and not a second for all that is said between them.
    CHECK(*client->over_since() < SimTime{6300ms});
    for (const auto* part : {&client->result().down, &client->result().up}) {
        REQUIRE(part->has_value());
        const DirectionResult& way = **part;
        INFO(name(way.direction));
        CHECK(name(way.end) == "completed");
        // Two seconds of 5 Mbit/s in datagrams of 1472 bytes.
        CHECK(way.sent.packets_accepted == 850);
        CHECK(way.received.packets == 850);
        CHECK(way.received.duplicates == 0);
        CHECK(way.received.reordered == 0);
        CHECK(way.lost_on_the_way() == 0);
        check_rate(world.complaints(), world.queue().now(), way,
                   *world.flow_of(*client.program, way.direction));
    }
    CHECK_NO_COMPLAINT(world);
}

TEST_CASE("idle and loaded round trips are those of the path", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 2s)});
    world.run();
    CHECK_COMPLETED(client);
    const session::ProbeResult& result = client->result();
    REQUIRE(result.idle.has_value());
    CHECK(result.idle->echoes_received == result.idle->probes_sent);
    CHECK(result.idle->rtt.count() == result.idle->echoes_received);
    // 101 probes 10 ms apart, five in each bin; the highest of all is in one of them.
    CHECK(result.idle->series.bins().size() >= 20);
    Duration highest{};
    for (const auto& bin : result.idle->series.bins())
        highest = std::max(highest, bin.delay);
    CHECK(highest == *result.idle->rtt.max());
    CHECK(within(median(*result.idle), 20ms, 300us));
    CHECK(within(median(result.down->loaded), 20ms, 300us));
    CHECK(within(median(result.up->loaded), 20ms, 300us));
}

TEST_CASE("the server hears of the same numbers as the client", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(100ms), {.plan = fixed(mbit(5), 2s)});
    world.run();
    CHECK_COMPLETED(client);
    REQUIRE(world.server().records().size() == 1);
    const SessionRecord& record = world.server().records().begin()->second;
    CHECK(name(record.ends.at(0)) == "completed");
    REQUIRE(record.tests.size() == 2);
    CHECK(record.tests[0].sent.packets_accepted == client->result().down->sent.packets_accepted);
    CHECK(record.tests[0].received.packets == client->result().down->received.packets);
    CHECK(record.tests[1].sent.packets_accepted == client->result().up->sent.packets_accepted);
    CHECK(record.tests[1].received.packets == client->result().up->received.packets);
}

TEST_CASE("asymmetric delays end in the sum of both", "[sim]") {
    World world{{}};
    Place place;
    place.up.delay = 5ms;
    place.down.delay = 95ms;
    Guest& client = world.add_client(place, {.plan = fixed(mbit(2), 1s)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(within(median(*client->result().idle), 100ms, 1ms));
    CHECK(client->result().down->lost_on_the_way() == 0);
    CHECK(client->result().up->lost_on_the_way() == 0);
}

TEST_CASE("long paths work: round trips of 600 ms and of 1.2 s", "[sim]") {
    for (const Duration round_trip : {600ms, 1200ms}) {
        INFO(print_ns(round_trip.count()));
        World world{{}};
        Guest& client = world.add_client(at_distance(round_trip), {.plan = fixed(mbit(2), 2s)});
        world.run();
        CHECK_NO_COMPLAINT(world);
        CHECK_COMPLETED(client);
        CHECK(within(median(*client->result().idle), round_trip, round_trip / 50));
        CHECK(client->result().down->received.packets == 340);
        CHECK(client->result().up->received.packets == 340);
    }
}

TEST_CASE("IPv6 sessions count the larger headers", "[sim]") {
    World world{{.ipv6 = true}};
    session::ProbePlan plan = fixed(mbit(5), 1s);
    plan.datagram_bytes = 1452;
    Guest& client = world.add_client(at_distance(20ms), {.plan = plan});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(client->result().down->header_bytes == 48);
    const auto rates = client->result().down->rates();
    REQUIRE(rates.has_value());
    CHECK(std::abs(ratio(rates->ip.bps(), rates->payload.bps()) - 1500.0 / 1452) < 1e-4);
}

TEST_CASE("trains and single datagrams give the same counts", "[sim]") {
    for (const bool coalesces : {false, true}) {
        WorldSpec spec;
        spec.server.socket.coalesces = coalesces;
        // A fast last mile and programs that wake up late: what queues behind a train arrives
        // within its gap, so that messages stand at the end of trains of bulk.
        Place place = at_distance(2ms);
        place.up.rate = place.down.rate = mbit(1000);
        place.scheduling = spec.server_scheduling = 50us;
        World world{spec};
        ClientSpec client_spec{.plan = fixed(mbit(900), 500ms)};
        client_spec.socket.coalesces = coalesces;
        Guest& client = world.add_client(place, client_spec);
        world.run();
        INFO("coalesces " << coalesces);
        CHECK_NO_COMPLAINT(world);
        CHECK_COMPLETED(client);
        if (coalesces) CHECK(client->troubles().coalesced > 1000);
        for (const auto* part : {&client->result().down, &client->result().up}) {
            const DirectionResult& way = **part;
            CHECK(way.sent.packets_accepted > 38000);
            CHECK(way.received.packets == way.sent.packets_accepted);
            CHECK(way.received.rejected == 0);
        }
    }
}

TEST_CASE("many clients at once see nothing of each other", "[sim]") {
    World world{{}};
    std::vector<Guest*> clients;
    for (int i = 0; i < 20; ++i)
        clients.push_back(
            &world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)}, i * 10ms));
    world.run();
    CHECK_NO_COMPLAINT(world);
    for (const Guest* client : clients) {
        CHECK_COMPLETED(*client);
        CHECK((*client)->result().down->received.packets == 425);
        CHECK((*client)->result().up->received.packets == 425);
        CHECK((*client)->result().down->lost_on_the_way() == 0);
        CHECK((*client)->result().up->lost_on_the_way() == 0);
    }
    CHECK(world.server().listener().ports().free() == 1001);
}

TEST_CASE("clocks that started anywhere and drift change no count", "[sim]") {
    const auto run = [](MonoTime server_start, MonoTime client_start, std::int64_t drift) {
        WorldSpec spec;
        spec.server_clock = {.start = server_start, .drift = -drift};
        World world{spec};
        Place place = at_distance(20ms);
        place.clock = {.start = client_start, .drift = drift};
        Guest& client = world.add_client(place, {.plan = fixed(mbit(5), 1s)});
        world.run();
        INFO(to_ns(server_start) << " " << to_ns(client_start) << " " << drift);
        CHECK_NO_COMPLAINT(world);
        CHECK_COMPLETED(client);
        CHECK(within(median(*client->result().idle), 20ms, 300us));
        for (const auto* part : {&client->result().down, &client->result().up}) {
            CHECK((*part)->lost_on_the_way() == 0);
            CHECK((*part)->received.packets >= 424);
            CHECK((*part)->received.packets <= 426);
        }
    };
    const MonoTime day_49{std::chrono::milliseconds{(1LL << 32) - 1500}};
    const MonoTime a_century{Duration{1LL << 62} - 1h};
    run(MonoTime{}, MonoTime{}, 0);
    run(MonoTime{}, MonoTime{1h}, 100'000);
    run(day_49, MonoTime{5s}, -100'000);
    run(MonoTime{5s}, day_49, 0);
    run(MonoTime{std::chrono::microseconds{(1LL << 32) - 2'000'000}}, MonoTime{Duration{1LL << 53}},
        50'000);
    run(a_century, MonoTime{3s}, 0);
    run(MonoTime{3s}, a_century, 0);
}

TEST_CASE("the same seed gives the same run, another one another", "[sim]") {
    const auto trace = [](std::uint64_t seed) {
        World world{{.seed = seed}};
        Place place = at_distance(20ms);
        place.up.loss = place.down.loss = 0.1;
        world.add_client(place, {.plan = fixed(mbit(2), 1s)});
        world.run();
        return world.network().trace();
    };
    CHECK(trace(1) == trace(1));
    CHECK(trace(1) != trace(2));
}
