// What the server refuses and what it enforces.
#include "sim/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>

using namespace wyn;
using namespace wyn::sim;
using session::PortRole;

namespace {

const crypto::NamedKey good_key{.id = 17, .psk = {1, 2, 3}, .name = "lab"};

void check_refused(const Guest& client, std::string_view code) {
    REQUIRE(client->state() == ClientState::refused);
    CHECK(name(client->refusal().code) == code);
}

Place at_address(const dgram::Address& address) {
    Place place = at_distance(20ms);
    place.address = address;
    return place;
}

// A client that speaks the handshake by hand, so that it can say what ours never says.
class Stranger {
public:
    Stranger(World& world, const wire::Hello& hello)
        : world_{world}, host_{world.add_host(at_distance(20ms), "stranger")}, socket_{host_, 0},
          hello_{hello} {
        hello_.nonce.fill(7);
        socket_.on_ready([this] { listen(); });
        world.at(0s, [this] { say(); });
    }
    const std::optional<wire::Refuse>& refusal() const { return refusal_; }

private:
    void say() {
        std::array<std::uint8_t, sizeof(wire::HelloLayout)> bytes{};
        wire::encode(wire::HandshakeMessage{hello_}, bytes);
        wire::put_tag(bytes,
                      crypto::Tagger{crypto::hello_key({})}.tag({wire::covered_by_tag(bytes)}));
        const dgram::Endpoint server = world_.server_endpoint();
        socket_.send(bytes, bytes.size(), &server);
    }
    void listen() {
        dgram::ReceivedTrain train;
        while (socket_.receive(train).value_or(false)) {
            const auto message = wire::decode_handshake(train[0]);
            REQUIRE(message.has_value());
            if (const auto* cookie = std::get_if<wire::Cookie>(&*message)) {
                hello_.cookie = cookie->cookie;
                say();
            } else if (const auto* refuse = std::get_if<wire::Refuse>(&*message)) {
                refusal_ = *refuse;
            }
        }
    }

    World& world_;
    SimHost& host_;
    SimDatagrams socket_;
    wire::Hello hello_;
    std::optional<wire::Refuse> refusal_;
};

} // namespace

TEST_CASE("a third session from one address is one too many when two are allowed", "[sim]") {
    WorldSpec spec;
    spec.server.settings.limits.max_sessions_per_address = 2;
    World world{spec};
    const ClientSpec client{.plan = fixed(mbit(2), 2s)};
    Guest& first = world.add_client(at_distance(20ms), client);
    Place same;
    same.at = first.host;
    Guest& second = world.add_client(same, client, 100ms);
    Guest& third = world.add_client(same, client, 500ms);
    Guest& neighbour = world.add_client(at_distance(20ms), client, 600ms);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(first);
    CHECK_COMPLETED(second);
    check_refused(third, "per_address");
    CHECK(third->refusal().have == 2);
    CHECK(third->refusal().limit == 2);
    CHECK(third->refusal().retry_after_ms > 0);
    CHECK_COMPLETED(neighbour);
}

TEST_CASE("a full server is busy", "[sim]") {
    WorldSpec spec;
    spec.server.settings.limits.max_sessions = 3;
    World world{spec};
    std::vector<Guest*> clients;
    for (int i = 0; i < 4; ++i)
        clients.push_back(
            &world.add_client(at_distance(20ms), {.plan = fixed(mbit(2), 2s)}, i * 300ms));
    world.run();
    CHECK_NO_COMPLAINT(world);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK_COMPLETED(*clients[i]);
    check_refused(*clients[3], "busy");
    CHECK((*clients[3])->refusal().have == 3);
    CHECK((*clients[3])->refusal().limit == 3);
}

TEST_CASE("a rate is granted whole or not at all, a search gets what is left", "[sim]") {
    WorldSpec spec;
    spec.server.settings.limits.max_total_rate = mbit(10);
    World world{spec};
    Guest& first = world.add_client(at_distance(20ms), {.plan = fixed(mbit(7), 2s)});
    Guest& second = world.add_client(at_distance(20ms), {.plan = fixed(mbit(4), 2s)}, 500ms);
    Guest& third = world.add_client(at_distance(20ms), {.plan = search(2s)}, 600ms);
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(first);
    check_refused(second, "rate_budget");
    CHECK(second->refusal().have == 3'000'000);
    CHECK(second->refusal().limit == 10'000'000);
    CHECK_COMPLETED(third);
    CHECK(third->result().terms.max_rate == mbit(3));
    for (const auto* part : {&third->result().down, &third->result().up}) {
        CHECK(name((*part)->sent.limited_by) == "grant");
        CHECK((*part)->rates()->payload <= BitRate{3'050'000});
        CHECK((*part)->rates()->payload >= BitRate{2'900'000});
    }
}

TEST_CASE("a stranger from a global address needs a key or a total rate", "[sim]") {
    const dgram::Address global = dgram::Address::v4(198, 51, 100, 7);
    WorldSpec spec;
    spec.server.keys = {good_key};
    World world{spec};
    Guest& stranger = world.add_client(at_address(global), {.plan = fixed(mbit(2), 1s)});
    Place same;
    same.at = stranger.host;
    Guest& friendly = world.add_client(same, {.plan = fixed(mbit(2), 1s), .key = good_key}, 1s);
    world.run();
    CHECK_NO_COMPLAINT(world);
    check_refused(stranger, "anonymous");
    CHECK_COMPLETED(friendly);
    CHECK(world.server().records().begin()->second.admitted.key_name == "lab");

    spec.server.settings.limits.max_total_rate = mbit(100);
    World open{spec};
    Guest& welcome = open.add_client(at_address(global), {.plan = fixed(mbit(2), 1s)});
    open.run();
    CHECK_NO_COMPLAINT(open);
    CHECK_COMPLETED(welcome);
}

TEST_CASE("a wrong key and an unknown one get the same answer", "[sim]") {
    WorldSpec spec;
    spec.server.keys = {good_key};
    spec.server.settings.limits.require_key = true;
    World world{spec};
    crypto::NamedKey wrong = good_key;
    wrong.psk[31] = 1;
    crypto::NamedKey unknown = good_key;
    unknown.id = 18;
    const session::ProbePlan plan = fixed(mbit(2), 1s);
    Guest& with_wrong = world.add_client(at_distance(20ms), {.plan = plan, .key = wrong});
    Guest& with_unknown = world.add_client(at_distance(20ms), {.plan = plan, .key = unknown});
    Guest& without = world.add_client(at_distance(20ms), {.plan = plan});
    Guest& with_good = world.add_client(at_distance(20ms), {.plan = plan, .key = good_key});
    world.run();
    CHECK_NO_COMPLAINT(world);
    check_refused(with_wrong, "not_authorised");
    check_refused(with_unknown, "not_authorised");
    CHECK(with_wrong->refusal().retry_after_ms == with_unknown->refusal().retry_after_ms);
    CHECK(with_wrong->refusal().have == with_unknown->refusal().have);
    check_refused(without, "anonymous");
    CHECK_COMPLETED(with_good);
}

TEST_CASE("a newer version and an unknown critical extension are named in the refusal", "[sim]") {
    World world{{}};
    const Stranger newer{world, {.version_min = 2, .version_max = 3}};
    wire::Hello extended;
    extended.extensions.add(0x8007, {}, extended.extensions.raw.size());
    const Stranger demanding{world, extended};
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(newer.refusal().has_value());
    CHECK(name(newer.refusal()->code) == "version");
    CHECK(newer.refusal()->version_min == 1);
    CHECK(newer.refusal()->version_max == 1);
    REQUIRE(demanding.refusal().has_value());
    CHECK(name(demanding.refusal()->code) == "unsupported");
    CHECK(demanding.refusal()->detail == 0x8007);
}

TEST_CASE("the volume of a session ends its load and is told", "[sim]") {
    WorldSpec spec;
    spec.server.settings.terms.max_volume_bytes = 1'000'000;

    SECTION("in the first direction: the second one gets nothing") {
        World world{spec};
        Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(8), 5s)});
        world.run();
        CHECK_NO_COMPLAINT(world);
        CHECK_COMPLETED(client);
        const session::DirectionResult& down = *client->result().down;
        CHECK(name(down.end) == "volume_used");
        CHECK(down.sent.packets_accepted == 1'000'000 / 1472);
        CHECK(name(client->result().up->end) == "volume_used");
        CHECK(client->result().up->sent.packets_accepted == 0);
    }
    SECTION("in the second one: both together stay within it") {
        World world{spec};
        Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(4), 1200ms)});
        world.run();
        CHECK_NO_COMPLAINT(world);
        CHECK_COMPLETED(client);
        const session::ProbeResult& result = client->result();
        CHECK(name(result.down->end) == "completed");
        CHECK(name(result.up->end) == "volume_used");
        const std::uint64_t sent =
            1472 * (result.down->sent.packets_accepted + result.up->sent.packets_accepted);
        CHECK(sent <= 1'000'000);
        CHECK(sent > 1'000'000 - 2 * 1472);
        CHECK(result.up->lost_on_the_way() == 0);
    }
}

TEST_CASE("a client that sends more than it was granted is thrown out", "[sim]") {
    WorldSpec spec;
    spec.server.settings.limits.max_rate = mbit(5);
    World world{spec};
    ClientSpec cheat{.plan = fixed(mbit(5), 5s, Ways::up)};
    cheat.tamper = [](PortRole, session::PortOrder& order) {
        if (auto* begin = std::get_if<session::BeginSending>(&order)) {
            begin->granted = BitRate{0};
            begin->rate = mbit(10);
        }
    };
    Guest& client = world.add_client(at_distance(20ms), cheat);
    Guest& honest = world.add_client(at_distance(20ms), {.plan = fixed(mbit(5), 5s)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    REQUIRE(client->state() == ClientState::finished);
    CHECK(name(client->result().end) == "rate_exceeded");
    // One second of grace, from when its load began.
    CHECK(*client->over_since() <= SimTime{3500ms});
    CHECK_COMPLETED(honest);
}

TEST_CASE("what a client wishes for is brought down to the terms", "[sim]") {
    WorldSpec spec;
    spec.server.settings.terms.max_duration = 1s;
    spec.server.settings.terms.max_datagram_bytes = 1200;
    spec.server.settings.limits.max_rate = mbit(3);
    World world{spec};
    Guest& client = world.add_client(at_distance(20ms), {.plan = fixed(mbit(8), 30s)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    for (const auto* part : {&client->result().down, &client->result().up}) {
        const session::DirectionResult& way = **part;
        CHECK(way.duration == 1s);
        CHECK(way.datagram_bytes == 1200);
        CHECK(way.granted == mbit(3));
        CHECK(way.received.packets == 313); // 3 Mbit/s for a second
    }
}

TEST_CASE("a repeated HELLO gets the same ASSIGN, and no second session", "[sim]") {
    World world{{}};
    // Everything is doubled, so is each HELLO; and answers take longer than the client waits.
    Place place = at_distance(700ms);
    place.up.duplicate = 1;
    Guest& client = world.add_client(place, {.plan = fixed(mbit(2), 1s)});
    world.run();
    CHECK_NO_COMPLAINT(world);
    CHECK_COMPLETED(client);
    CHECK(client->handshake().hellos_sent() > 2);
    CHECK(world.server().records().size() == 1);
    CHECK(world.server().listener().counts().admitted == 1);
}

TEST_CASE("nine of ten clients get in at once when a tenth of everything is lost, and 99 of 100 "
          "within 8 s at 30 %",
          "[sim]") {
    const auto times_to_connect = [](double loss) {
        WorldSpec spec;
        spec.server.settings.limits.max_sessions = 4000;
        spec.server.settings.port_ranges = {{.first = 10000, .last = 40000}};
        World world{spec};
        std::vector<Guest*> clients;
        for (int i = 0; i < 200; ++i) {
            Place place = at_distance(60ms);
            place.up.loss = place.down.loss = loss;
            clients.push_back(
                &world.add_client(place, {.plan = plan_of(Ways::down, 1ms)}, i * 100ms));
        }
        world.run();
        CHECK_NO_COMPLAINT(world);
        std::vector<Duration> times;
        for (const Guest* client : clients) {
            const SimClient& program = *client->program;
            if (program.assigned()) times.push_back(*program.assigned() - program.begun());
        }
        return times;
    };
    const auto within = [](Duration limit) {
        return [limit](Duration time) { return time <= limit; };
    };
    const auto at_10_percent = times_to_connect(0.1);
    CHECK(std::ranges::count_if(at_10_percent, within(1s)) >= 180);
    CHECK(std::ranges::count_if(at_10_percent, within(8s)) == 200);
    CHECK(std::ranges::count_if(times_to_connect(0.3), within(8s)) >= 198);
}
