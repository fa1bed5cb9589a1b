// How sessions end, and that everybody is told and nothing is left behind.
#include "sim/lies.hpp"
#include "sim/scenario.hpp"

using namespace wyn;
using namespace wyn::sim;
using session::PortRole;

namespace {

std::uint64_t only_session(World& world) {
    REQUIRE(world.server().records().size() == 1);
    return world.server().records().begin()->first;
}

wire::End end_at_server(World& world) {
    const SessionRecord& record = world.server().records().at(only_session(world));
    REQUIRE(record.ends.size() == 1);
    return record.ends.front();
}

// Nothing is left on the server but its listening socket.
void check_swept(World& world) {
    CHECK(world.server().running() == 0);
    CHECK(world.server().listener().sessions().size() == 0);
    CHECK(world.server().listener().ports().free() == world.server().listener().ports().total());
    CHECK(world.server_host().open_sockets() == 1);
}

// A filter of one of the ports that the server assigned, set once it is known.
void block(World& world, Guest& client, PortRole role, bool towards_server) {
    const auto is_blocked = [&world, role, towards_server](const Packet& packet) {
        const auto& records = world.server().records();
        if (records.empty()) return false;
        const std::uint16_t port =
            records.begin()->second.admitted.ports.at(static_cast<std::size_t>(role));
        return (towards_server ? packet.to : packet.from).port == port;
    };
    (towards_server ? client.host->up() : client.host->down()).filter(is_blocked);
}

} // namespace

TEST_CASE("a client that is killed stops the bulk within 500 ms and leaves nothing", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(20), 10s, Ways::down)});
    const Duration killed = 3s;
    world.at(killed, [&] { client.program->kill(); });
    world.run_until(killed);
    const auto before = world.watch().newest_bulk_to(client.host->address());
    REQUIRE(before.has_value());
    CHECK(*before > SimTime{killed - 10ms});
    world.run();
    CHECK_NO_COMPLAINT(world);
    // Its last feedback may still have been on the way.
    CHECK(*world.watch().newest_bulk_to(client.host->address()) <= SimTime{killed + 10ms + 500ms});
    CHECK(name(end_at_server(world)) == "peer_silent");
    const SessionRecord& record = world.server().records().at(only_session(world));
    CHECK(*record.ended <= SimTime{killed + 5100ms});
    REQUIRE(record.tests.size() == 1);
    CHECK(name(record.tests[0].end) == "no_feedback");
    check_swept(world);
}

TEST_CASE("when a worker of the server is killed its client is told within a second", "[sim]") {
    for (const PortRole role : session::port_roles) {
        for (const Ways ways : {Ways::down, Ways::up}) {
            INFO(name(role) << (ways == Ways::down ? " down" : " up"));
            World world{{}};
            Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 5s, ways)});
            world.at(3s, [&] { world.server().kill_port(only_session(world), role); });
            world.run();
            CHECK_NO_COMPLAINT(world);
            REQUIRE(client->state() == ClientState::finished);
            CHECK(name(client->result().end) == "worker_failed");
            CHECK(*client->over_since() <= SimTime{4s});
            CHECK(name(end_at_server(world)) == "worker_failed");
            CHECK(*world.server().records().begin()->second.ended <= SimTime{4s});
            check_swept(world);
        }
    }
}

TEST_CASE("when the whole connection is killed its client is told within a second", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 5s)});
    Guest& other = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)}, 1s);
    world.at(3s, [&] { world.server().kill_connection(client->session()); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK(name(client->result().end) == "worker_failed");
    CHECK(*client->over_since() <= SimTime{4s});
    CHECK_COMPLETED(other); // it costs its own session only
    CHECK(other->result().down->lost_on_the_way() == 0);
    check_swept(world);
}

TEST_CASE("a worker that hangs is given up after its time", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 6s, Ways::down)});
    world.at(2s, [&] { world.server().hang_port(only_session(world), PortRole::upload, 60s); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK(name(client->result().end) == "worker_failed");
    CHECK(*client->over_since() <= SimTime{2s + 2s + 1s});
    check_swept(world);
}

TEST_CASE("a partial result of a failed session is bounded by the truth", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 5s, Ways::down)});
    world.at(3s, [&] { world.server().kill_port(only_session(world), PortRole::control); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    const session::DirectionResult& way = *client->result().down;
    CHECK(name(way.end) == "worker_failed");
    CHECK(way.received_known);
    CHECK_FALSE(way.sent_known); // nobody can tell any more
    CHECK(!way.lost_on_the_way().has_value());
    const Flow::Seen& seen = world.flow_of(*client.program, wire::Direction::down)->seen();
    CHECK(way.received.packets > 700);
    CHECK(way.received.packets <= seen.packets);
}

TEST_CASE("an upload whose server dies calls nothing lost that it cannot know", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 5s, Ways::up)});
    world.at(3s, [&] { world.server().kill_port(only_session(world), PortRole::control); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    const session::DirectionResult& way = *client->result().up;
    CHECK(name(way.end) == "worker_failed");
    CHECK(way.sent_known);
    CHECK(way.received_known);
    CHECK(way.received.packets < way.sent.packets_accepted); // some is under way, some untold
    CHECK(!way.lost_on_the_way().has_value());
}

TEST_CASE("a server that is not there is asked until the patience ends", "[sim]") {
    World world{{.server_begins = 60s}};
    Guest& client =
        world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s), .timeout = 10s});
    world.run();
    REQUIRE(client->state() == ClientState::unanswered);
    CHECK(*client->over_since() >= SimTime{10s});
    CHECK(*client->over_since() <= SimTime{10100ms});
    CHECK(client->handshake().hellos_sent() >= 5);
    CHECK(client->handshake().hellos_sent() <= 20);
    CHECK_FALSE(client->handshake().heard_cookie());
}

TEST_CASE("a client may be started before the server", "[sim]") {
    World world{{.server_begins = 5s}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(*client->assigned() <= SimTime{7s});
}

TEST_CASE("a blocked port is named by the client, whichever way it is blocked", "[sim]") {
    for (const PortRole role : session::port_roles)
        for (const bool towards_server : {true, false}) {
            INFO(name(role) << (towards_server ? " up" : " down"));
            World world{{}};
            Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)});
            world.at(0s, [&] { block(world, client, role, towards_server); });
            world.run();
            CHECK_NO_COMPLAINT(world);
            REQUIRE(client->state() == ClientState::finished);
            const session::ProbeResult& result = client->result();
            CHECK(name(result.end) == "half_open");
            for (const PortRole other : session::port_roles)
                CHECK(result.port_reached.at(static_cast<std::size_t>(other)) == (other != role));
            CHECK(*client->over_since() <= SimTime{5s});
            CHECK(!result.down);
            CHECK(world.watch().bulk_bytes() == 0);
            CHECK(name(end_at_server(world)) == "half_open");
            check_swept(world);
        }
}

TEST_CASE("an interrupted client gives a valid partial result", "[sim]") {
    struct Moment {
        Duration when;
        const char* phase;
    };
    for (const auto& [when, phase] :
         {Moment{30ms, "opening"}, Moment{500ms, "idle"}, Moment{2s, "down"},
          Moment{4600ms, "between"}, Moment{6s, "up"}}) {
        INFO(phase);
        World world{{}};
        Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 3s)});
        world.at(when, [&] { client.program->interrupt(); });
        world.run();
        CHECK_NO_COMPLAINT(world);
        if (client->state() == ClientState::unanswered) continue; // it was still knocking
        REQUIRE(client->state() == ClientState::finished);
        CHECK(name(client->result().end) == "interrupted");
        CHECK(*client->over_since() <= SimTime{when + 1s});
        CHECK(name(end_at_server(world)) == "interrupted");
        if (when > 1500ms) {
            const session::DirectionResult& way = *client->result().down;
            CHECK(way.sent_known);
            CHECK(way.received_known);
            CHECK(way.lost_on_the_way() == 0);
            CHECK(way.received.packets > 200);
        }
        check_swept(world);
    }
}

TEST_CASE("a server that shuts down tells its clients", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 5s, Ways::down)});
    Guest& late = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)}, 4s);
    world.at(3s, [&] { world.server().shut_down(); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(client->state() == ClientState::finished);
    CHECK(name(client->result().end) == "shutting_down");
    CHECK(*client->over_since() <= SimTime{3200ms});
    REQUIRE(late->state() == ClientState::refused);
    CHECK(name(late->refusal().code) == "shutting_down");
    CHECK(late->refusal().retry_after_ms >= 10'000);
    check_swept(world);
}

TEST_CASE("a server that vanishes ends the test of its clients in time", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 20s)});
    world.at(3s, [&] { world.server().crash(); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(client->state() == ClientState::finished);
    CHECK(name(client->result().end) == "peer_silent");
    CHECK(*client->over_since() <= SimTime{3s + 6s});
}

TEST_CASE("a path that is cut for 20 s ends the session on both sides", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 15s, Ways::down)});
    world.at(3s, [&] {
        client.host->up().change({.partitioned = true});
        client.host->down().change({.partitioned = true});
    });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK(name(client->result().end) == "peer_silent");
    CHECK(name(end_at_server(world)) == "peer_silent");
    CHECK(*client->over_since() <= SimTime{3s + 6s});
    check_swept(world);
}

TEST_CASE("a client that stands still for a second goes on, and its result is right", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 4s)});
    world.at(3s, [&] { client.host->stall(400ms); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(client->result().down->lost_on_the_way() == 0);
}

TEST_CASE("a client that stands still for ten seconds never tells a wrong number", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 20s)});
    world.at(3s, [&] { client.host->stall(10s); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(client->state() == ClientState::finished);
    CHECK(name(client->result().end) == "peer_silent");
    CHECK(name(end_at_server(world)) == "peer_silent");
    check_swept(world);
}

TEST_CASE("half-open sessions give their place back", "[sim]") {
    World world{{}};
    ClientSpec mute{.plan = fixed(mbit(5), 1s)};
    mute.liar = [](PortRole, const session::PortSetup&, SimDatagrams& socket) {
        return std::make_unique<MuteDoor>(socket);
    };
    world.add_client(at_distance(20ms), mute);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK(name(end_at_server(world)) == "half_open");
    CHECK(*world.server().records().begin()->second.ended <= SimTime{3200ms});
    check_swept(world);
}

TEST_CASE("ports that other programs have are passed over", "[sim]") {
    WorldSpec spec;
    spec.server.settings.port_ranges = {{.first = 7000, .last = 7005},
                                        {.first = 9000, .last = 9002}};
    spec.server.taken_ports = {7000, 7001, 7002, 9001};
    World world{spec};
    Guest& first = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)});
    Guest& second = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)}, 1s);
    Guest& third = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)}, 6s);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(first);
    REQUIRE(second->state() == ClientState::refused); // only two of nine are left
    CHECK(name(second->refusal().code) == "no_ports");
    CHECK_COMPLETED(third);
    check_swept(world);
}

TEST_CASE("a host that gives no worker refuses and keeps nothing", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)});
    world.at(1ms, [&] { world.server().refuse_workers(true); });
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(client->state() == ClientState::refused);
    CHECK(name(client->refusal().code) == "no_worker");
    check_swept(world);
}
