// What a port makes of the moments at which datagrams come, are read and leave.
#include "check.hpp"
#include "session/port_driver.hpp"
#include "session/seal.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};
const dgram::Endpoint client{dgram::Address::v4(192, 0, 2, 1), 50000};
const crypto::PortKeys keys{.client_to_server = {1}, .server_to_client = {2}, .bulk = {3}};

using Message = std::vector<std::uint8_t>;

// A network whose every receive() gives one datagram, and which remembers what left between them.
class Door final : public dgram::Datagrams {
public:
    struct Arrival {
        Message bytes;
        MonoTime arrived;
        MonoTime read;
    };

    Result<bool> receive(dgram::ReceivedTrain& into) override {
        ++receives;
        if (errors > 0 && errors-- > 0) return fail_errno(EMSGSIZE, "receive");
        if (arrivals.empty()) return false;
        taken_ = std::move(arrivals.front());
        arrivals.pop_front();
        into = {.bytes = taken_.bytes,
                .segment_size = taken_.bytes.size(),
                .from = client,
                .stamp = {taken_.arrived, StampOrigin::kernel},
                .read_at = taken_.read};
        return true;
    }
    dgram::SendOutcome send(std::span<const std::uint8_t> bytes, std::size_t segment_size,
                            const dgram::Endpoint* /*to*/) override {
        if (full) return {dgram::SendStatus::would_block, 0, EAGAIN};
        if (segment_size > device_bytes) return {dgram::SendStatus::refused, 0, EMSGSIZE};
        sent.emplace_back(receives, Message(bytes.begin(), bytes.end()));
        return {.segments = bytes.size() / segment_size};
    }
    Result<void> connect(const dgram::Endpoint& /*peer*/) override { return {}; }
    void use_offload(bool /*wanted*/) override {}
    void use_traffic_class(dgram::TrafficClass wanted) override { traffic_class = wanted; }
    std::uint64_t receive_drops() override { return 0; }
    dgram::Capabilities capabilities() const override { return {.traffic_class = traffic_class}; }

    std::optional<std::size_t> path_mtu() override { return told; }

    dgram::TrafficClass traffic_class;
    std::size_t device_bytes = 65507;
    std::size_t told = 1492;
    bool full = false; // the socket has no room
    int errors = 0;    // of the next calls of receive()
    std::deque<Arrival> arrivals;
    int receives = 0;
    std::vector<std::pair<int, Message>> sent; // behind which receive(), and what

private:
    Arrival taken_;
};

class Gauge final : public HostGauge {
public:
    void begin() override { begun = true; }
    wire::HostRecord changes(wire::Role role) override {
        return {.qdisc_drops = role == wire::Role::sender ? 7 : 8};
    }
    bool begun = false;
};

// The server's control port, proven by its client.
struct ControlPort {
    ControlPort() {
        hear(wire::Beat{.step = 0, .number = 1}, start, start);
        driver.receive(start, 1);
        const wire::Beat challenge = std::get<wire::Beat>(heard(0));
        hear(wire::Beat{.step = 2, .number = 1, .echo = challenge.challenge}, start, start);
        driver.receive(start, 1);
        door.sent.clear();
        door.receives = 0;
    }
    void hear(const wire::SealedBody& body, MonoTime arrived, MonoTime read) {
        Message bytes(wire::room_for(body));
        bytes.resize(sealer.seal(body, bytes));
        door.arrivals.push_back({std::move(bytes), arrived, read});
    }
    wire::SealedBody heard(std::size_t index) {
        const auto body = opener.open(door.sent.at(index).second);
        REQUIRE(body.has_value());
        return *body;
    }

    Door door;
    HostGauge gauge;
    SeededRandom random{1};
    Sealer sealer{5, keys.client_to_server};
    Opener opener{5, keys.server_to_client};
    PortDriver driver{{.side = Side::server,
                       .role = PortRole::control,
                       .session = 5,
                       .keys = keys,
                       .peer = {.address = client.address, .port = 0}},
                      start,
                      random,
                      door,
                      gauge};
};

} // namespace

TEST_CASE("an echo says when its probe was read, however long ago the turn began", "[session]") {
    ControlPort port;
    // Both came after the turn's one look at the clock.
    port.hear(wire::Probe{.number = 1}, start + 30us, start + 40us);
    port.hear(wire::Probe{.number = 2}, start + 50us, start + 90us);
    port.driver.receive(start + 10us, 64);
    REQUIRE(port.door.sent.size() == 2);
    const wire::Echo first = std::get<wire::Echo>(port.heard(0));
    CHECK(first.probe_received_ns == to_ns(start + 30us));
    CHECK(first.sent_ns == to_ns(start + 40us));
    const wire::Echo second = std::get<wire::Echo>(port.heard(1));
    CHECK(second.probe_received_ns == to_ns(start + 50us));
    CHECK(second.sent_ns == to_ns(start + 90us));
}

TEST_CASE("an echo leaves before the next train is read", "[session]") {
    ControlPort port;
    port.hear(wire::Probe{.number = 1}, start + 30us, start + 40us);
    port.hear(wire::Probe{.number = 2}, start + 50us, start + 90us);
    port.driver.receive(start + 10us, 64);
    REQUIRE(port.door.sent.size() == 2);
    CHECK(port.door.sent[0].first == 1);
    CHECK(port.door.sent[1].first == 2);
}

TEST_CASE("a port knows how long what it took in had been waiting", "[session]") {
    ControlPort port;
    port.hear(wire::Probe{.number = 1}, start + 10ms, start + 40ms);
    port.hear(wire::Probe{.number = 2}, start + 30ms, start + 40ms);
    port.driver.receive(start + 40ms, 64);
    CHECK(port.driver.waited() == 30ms);
    port.driver.receive(start + 50ms, 64); // nothing there
    CHECK(port.driver.waited() == 0s);
}

TEST_CASE("a port that is probed tells its counters each second, and later when it rests",
          "[session]") {
    ControlPort port;
    const auto snapshots = [&port](MonoTime from, MonoTime until, bool probed) {
        int told = 0;
        for (MonoTime now = from; now < until; now += 100ms) {
            if (probed) port.hear(wire::Probe{.number = 1}, now, now);
            port.driver.receive(now, 64);
            for (const PortNews& news : port.driver.news())
                told += std::holds_alternative<PortSnapshot>(news) ? 1 : 0;
            port.driver.clear_news();
        }
        return told;
    };
    const MonoTime later = start + 10s;
    snapshots(start, later, true);
    const int while_probed = snapshots(later, later + 10s, true);
    CHECK(while_probed >= 9);
    CHECK(while_probed <= 11);
    CHECK_FALSE(port.driver.session().rests(later + 10s));
    snapshots(later + 10s, later + 20s, false);
    CHECK(port.driver.session().rests(later + 20s));
    CHECK(snapshots(later + 20s, later + 80s, false) <= 2);
}

TEST_CASE("a load leaves with the marks that were ordered, and the record tells them",
          "[session]") {
    constexpr dgram::TrafficClass voice{46, dgram::Ecn::ect0};
    Door door;
    Gauge gauge;
    SeededRandom random{1};
    PortDriver driver{{.side = Side::client,
                       .role = PortRole::upload,
                       .session = 5,
                       .keys = keys,
                       .peer = client},
                      start,
                      random,
                      door,
                      gauge};
    driver.on_order(start, BeginSending{.test = 1,
                                        .rate = BitRate{1'000'000},
                                        .duration = 1s,
                                        .datagram_bytes = 1000,
                                        .traffic_class = voice});
    CHECK(door.traffic_class == voice); // before anything of the load has left
    driver.on_order(start, EndTest{.test = 1});
    const auto ended = std::ranges::find_if(driver.news(), [](const PortNews& news) {
        return std::holds_alternative<TestEnded>(news);
    });
    REQUIRE(ended != driver.news().end());
    CHECK(std::get<TestEnded>(*ended).sent.traffic_class == voice.byte());
    // And what the host has to say about it.
    CHECK(std::get<TestEnded>(*ended).sent.host.qdisc_drops == 7);
    CHECK(gauge.begun);
}

TEST_CASE("a load that ends while its socket is full waits for no room any more", "[session]") {
    Door door;
    Gauge gauge;
    SeededRandom random{1};
    PortDriver driver{{.side = Side::client,
                       .role = PortRole::upload,
                       .session = 5,
                       .keys = keys,
                       .peer = client},
                      start,
                      random,
                      door,
                      gauge};
    driver.on_order(
        start, BeginSending{
                   .test = 1, .rate = BitRate{1'000'000}, .duration = 1s, .datagram_bytes = 1000});
    door.full = true;
    CHECK_FALSE(driver.send_train(start + 100ms));
    REQUIRE(driver.waits_for_room());
    driver.receive(start + 101ms, 1);
    CHECK(driver.waits_for_room()); // it has more to send
    driver.on_order(start + 102ms, EndTest{.test = 1});
    driver.receive(start + 102ms, 1);
    CHECK_FALSE(driver.waits_for_room());
    CHECK(driver.due() < never); // its heartbeats go on
}

TEST_CASE("a size that the host refuses is answered short, with the word that it was refused",
          "[session]") {
    ControlPort port;
    port.door.device_bytes = 1472;
    port.hear(wire::Size{.number = 3, .answer_bytes = 8972}, start, start);
    port.hear(wire::Size{.number = 4, .answer_bytes = 1472}, start, start);
    port.driver.receive(start, 64);
    REQUIRE(port.door.sent.size() == 2);
    const wire::Sized refused = std::get<wire::Sized>(port.heard(0));
    CHECK(refused.number == 3);
    CHECK(refused.outcome == wire::SizeOutcome::refused);
    CHECK(refused.length == wire::shortest_sized);
    const wire::Sized answered = std::get<wire::Sized>(port.heard(1));
    CHECK(answered.number == 4);
    CHECK(answered.length == 1472);
    CHECK(answered.path_mtu == 1492);
}

TEST_CASE("what a router says of the path's MTU is in the answers from then on", "[session]") {
    ControlPort port;
    port.door.told = 1400;
    port.door.errors = 1;
    port.driver.receive(start, 64);
    port.hear(wire::Size{.number = 5}, start, start);
    port.driver.receive(start, 64);
    CHECK(std::get<wire::Sized>(port.heard(0)).path_mtu == 1400);
}
