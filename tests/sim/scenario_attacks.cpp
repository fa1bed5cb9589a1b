// Who wishes the server or its clients ill, and what it does not get.
#include "sim/lies.hpp"
#include "sim/scenario.hpp"

using namespace wyn;
using namespace wyn::sim;
using session::PortRole;

namespace {

const Campaign ten_seconds_at_1000{.begin = SimTime{}, .end = SimTime{10s}, .every = 1ms};

// What a client can say about its session, to be compared to the bit.
using Findings = std::vector<std::uint64_t>;

Findings findings(const SimClient& client) {
    const session::ProbeResult& result = client.result();
    Findings found;
    const auto add = [&](std::uint64_t number) { found.push_back(number); };
    const auto add_latency = [&](const session::LatencyResult& latency) {
        add(latency.probes_sent);
        add(latency.echoes_received);
        add(latency.rtt.count());
        add(static_cast<std::uint64_t>(latency.rtt.quantile(0.5).value_or(0ns).count()));
        add(static_cast<std::uint64_t>(latency.rtt.max().value_or(0ns).count()));
    };
    add(static_cast<std::uint64_t>(result.end));
    add_latency(*result.idle);
    for (const auto* part : {&result.down, &result.up}) {
        const session::DirectionResult& way = **part;
        add_latency(way.loaded);
        for (const std::uint64_t number :
             {way.sent.packets_accepted, way.sent.first_sent_ns, way.sent.last_sent_ns,
              way.received.packets, way.received.payload_bytes, way.received.duplicates,
              way.received.reordered, way.received.late, way.received.socket_drops,
              way.received.first_arrival_ns, way.received.last_arrival_ns, way.received.best_bytes})
            add(number);
    }
    return found;
}

ClientSpec liar(FeedbackLie lie, const session::ProbePlan& plan) {
    ClientSpec spec{.plan = plan};
    spec.liar = [lie](PortRole role, const session::PortSetup& setup,
                      SimDatagrams& socket) -> std::unique_ptr<dgram::Datagrams> {
        if (role != PortRole::download) return nullptr;
        return std::make_unique<LyingDoor>(socket, setup, lie);
    };
    return spec;
}

} // namespace

TEST_CASE("a flood in others' names gets less than it brings, keeps nothing and hinders nobody",
          "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 2s)}, 2s);
    const Flooder& flooder = world.add_adversary<Flooder>(
        ten_seconds_at_1000, world.server_endpoint(),
        std::vector{client.host->address(), dgram::Address::v4(198, 51, 100, 1),
                    dgram::Address::v4(203, 0, 113, 5)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK(flooder.spoofed() > 9000);
    const Amplification& amplification = world.watch().amplification();
    CHECK(amplification.unproven_bytes_in() > 4'000'000);
    CHECK(amplification.unproven_bytes_out() * 8 <= amplification.unproven_bytes_in());
    CHECK(world.server().records().size() == 1);
    CHECK_COMPLETED(client);
    CHECK(*client->assigned() <= SimTime{2100ms});
    CHECK(client->result().down->lost_on_the_way() == 0);
    CHECK(client->result().up->lost_on_the_way() == 0);
}

TEST_CASE("what was heard and is played back gets nothing, during a session and after it",
          "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 2s)});
    const Replayer& replayer = world.add_adversary<Replayer>(
        Campaign{.begin = SimTime{}, .end = SimTime{25s}, .every = 2ms},
        world.server_endpoint().address);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK(replayer.sent() > 20'000);
    CHECK_COMPLETED(client);
    CHECK(client->result().up->lost_on_the_way() == 0);
    CHECK(world.server().records().size() == 1);
    const wire::DropCounts& drops = world.server().listener().counts().drops;
    CHECK(drops.of(wire::Drop::cookie_bad) > 0); // from another address
    CHECK(drops.of(wire::Drop::unexpected) > 0); // in the client's name, while it has a session
    CHECK(drops.of(wire::Drop::replayed) > 0);   // and after that
}

TEST_CASE("the server never answers what it has sent itself", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(2), 2s)});
    const Mirror& mirror = world.add_mirror(ten_seconds_at_1000);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK(mirror.sent() > 4000);
    CHECK_COMPLETED(client);
    CHECK(client->result().down->lost_on_the_way() == 0);
    CHECK(client->result().up->lost_on_the_way() == 0);
}

TEST_CASE("forged datagrams change not a bit of a result", "[sim]") {
    const auto run = [](bool attacked) {
        WorldSpec spec;
        spec.server.settings.limits.max_rate = mbit(20);
        World world{spec};
        Place place = at_distance(20ms);
        // Chance on the way up only: what is forged towards the client would draw from it, too.
        place.up.loss = 0.02;
        place.up.jitter.amount = 3ms;
        Guest& client = world.add_client(place, {.plan = fixed(mbit(5), 2s)});
        std::uint64_t forged = 0;
        if (attacked) {
            const Injector& injector = world.add_adversary<Injector>(
                Campaign{.begin = SimTime{}, .end = SimTime{8s}, .every = 500us},
                world.server_endpoint().address);
            world.run();
            forged = injector.sent();
            CHECK(forged > 10'000);
        } else {
            world.run();
        }
        CHECK_NO_COMPLAINT(world);
        CHECK_COMPLETED(client);
        return findings(*client.program);
    };
    CHECK(run(true) == run(false));
}

TEST_CASE("who takes sessions and leaves them half open cannot touch those that are open",
          "[sim]") {
    WorldSpec spec;
    spec.server.settings.limits.max_sessions = 20;
    World world{spec};
    Guest& early = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 4s)});
    ClientSpec mute{.plan = fixed(mbit(5), 1s)};
    mute.liar = [](PortRole, const session::PortSetup&, SimDatagrams& socket) {
        return std::make_unique<MuteDoor>(socket);
    };
    std::size_t most_half_open = 0;
    for (int i = 0; i < 100; ++i)
        world.add_client(at_distance(20ms), mute, 1s + i * 50ms);
    for (int i = 0; i < 100; ++i)
        world.at(1s + i * 100ms, [&] {
            most_half_open =
                std::max(most_half_open, world.server().listener().sessions().half_open());
        });
    Guest& late = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 1s)}, 10s);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK(most_half_open == 10);
    CHECK_COMPLETED(early);
    CHECK(early->result().down->lost_on_the_way() == 0);
    CHECK_COMPLETED(late);
    CHECK(world.server().listener().ports().free() == world.server().listener().ports().total());
}

TEST_CASE("bulk goes nowhere but to who proved itself on that port, from the client's address",
          "[sim]") {
    const dgram::Address elsewhere = dgram::Address::v4(10, 9, 9, 9);
    for (const PathLie lie : {PathLie::other_address, PathLie::other_port, PathLie::blind_echo}) {
        World world{{}};
        Place place = at_distance(20ms);
        place.second_address = elsewhere;
        ClientSpec spec{.plan = fixed(mbit(5), 2s, Ways::down)};
        spec.liar = [&](PortRole role, const session::PortSetup& setup,
                        SimDatagrams& socket) -> std::unique_ptr<dgram::Datagrams> {
            if (role != PortRole::download) return nullptr;
            return std::make_unique<WanderingDoor>(socket, setup, lie, elsewhere);
        };
        Guest& client = world.add_client(place, spec);
        world.run();
        CHECK_NO_COMPLAINT(world);
        CHECK(world.watch().bulk_bytes() == 0);
        REQUIRE(client->state() == ClientState::finished);
        CHECK_FALSE(name(client->result().end) == "completed");
        REQUIRE(world.server().records().size() == 1);
        CHECK(name(world.server().records().begin()->second.ends.at(0)) == "half_open");
    }
}

TEST_CASE("feedback that claims what was not sent is no feedback", "[sim]") {
    for (const FeedbackLie lie : {FeedbackLie::from_the_future, FeedbackLie::guessed_receipt}) {
        World world{{}};
        Guest& client =
            world.add_client(at_distance(20ms), liar(lie, fixed(mbit(50), 5s, Ways::down)));
        world.run();
        CHECK_NO_COMPLAINT(world);
        REQUIRE(client->state() == ClientState::finished);
        CHECK(name(client->result().down->end) == "no_feedback");
        // 64 KiB of primers or 500 ms of the rate, at most.
        CHECK(world.watch().bulk_bytes() <= 64 * 1024 + 50'000'000 / 8 / 2);
        if (lie == FeedbackLie::guessed_receipt) CHECK(world.watch().bulk_bytes() <= 64 * 1024);
    }
}

TEST_CASE("feedback that never gets further earns a trickle", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(
        at_distance(20ms), liar(FeedbackLie::only_the_first, fixed(mbit(50), 5s, Ways::down)));
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(client->state() == ClientState::finished);
    CHECK(name(client->result().down->sent.limited_by) == "breaker");
    // 64 KiB of primers and of credit, half a second of the rate, 125 kB/s; of 31 MB.
    CHECK(world.watch().bulk_bytes() <= 2 * 64 * 1024 + 3'125'000 + 5 * 125'000);
}

TEST_CASE("feedback that claims everything is held to what was sent, and to the grant", "[sim]") {
    WorldSpec spec;
    spec.server.settings.limits.max_rate = mbit(20);
    World world{spec};
    Place place = at_distance(20ms);
    place.down.rate = mbit(5);
    place.down.queue.bytes = 20'000;
    Guest& client =
        world.add_client(place, liar(FeedbackLie::all_received, fixed(mbit(50), 4s, Ways::down)));
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(client->state() == ClientState::finished);
    CHECK(world.watch().bulk_bytes() <= 64 * 1024 + 4 * 20'000'000 / 8 + 100'000);
}

TEST_CASE("forged ICMP errors end nothing", "[sim]") {
    World world{{}};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 2s)});
    for (int i = 0; i < 50; ++i)
        world.at(1s + i * 100ms, [&] {
            for (const PortRole role : session::port_roles) {
                if (SimPort* const port = client.program->port(role))
                    if (port->socket()->peer())
                        port->socket()->told_unreachable(*port->socket()->peer(), 111);
                if (SimPort* const port = world.server().port(client->session(), role))
                    if (port->socket()->peer())
                        port->socket()->told_unreachable(*port->socket()->peer(), 113);
            }
        });
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(client->result().network_error == 111);
    CHECK(client->result().down->lost_on_the_way() == 0);
    CHECK(client->result().up->lost_on_the_way() == 0);
}
