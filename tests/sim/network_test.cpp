// The simulated network itself: what a link is told to do it does, and it is all in the books.
#include "check.hpp"
#include "sim/sim_datagrams.hpp"

#include <cerrno>
#include <cmath>

using namespace wyn;
using namespace wyn::sim;
using dgram::SendStatus;

namespace {

struct Arrival {
    SimTime when;
    std::vector<std::uint8_t> bytes;
};

// A sender, a receiver, and the link under test on the way from one to the other.
struct Pair {
    explicit Pair(const LinkSpec& link, const SocketSpec& receiving = {})
        : network{queue, 1},
          near_host{network.add(
              {.name = "near", .addresses = {dgram::Address::v4(10, 0, 0, 1)}, .up = link})},
          far_host{network.add({.name = "far", .addresses = {dgram::Address::v4(10, 0, 0, 2)}})},
          near{near_host, 0}, far{far_host, 7000, receiving} {
        REQUIRE(near.connect(far.local()));
        far.on_ready([this] { take(); });
    }
    // Datagrams of `bytes` bytes, one every `gap`.
    void send(std::size_t count, std::size_t bytes, Duration gap) {
        for (std::size_t i = 0; i < count; ++i)
            queue.at(SimTime{i * gap}, [this, i, bytes] {
                std::vector<std::uint8_t> datagram(bytes);
                if (bytes > 0) datagram[0] = static_cast<std::uint8_t>(i);
                near.send(datagram, bytes, nullptr);
            });
    }
    void take() {
        dgram::ReceivedTrain train;
        while (far.receive(train).value_or(false))
            for (std::size_t i = 0; i < train.count(); ++i)
                arrived.push_back({queue.now(), {train[i].begin(), train[i].end()}});
    }
    void run() {
        while (queue.step(SimTime{100s})) {
        }
        CHECK(network.ledger().under_way() == 0);
    }
    std::uint64_t of(Fate fate) const { return network.ledger().of(fate); }

    EventQueue queue;
    Network network;
    SimHost& near_host;
    SimHost& far_host;
    SimDatagrams near;
    SimDatagrams far;
    std::vector<Arrival> arrived;
};

} // namespace

TEST_CASE("events happen in the order of time, and of their numbers", "[sim]") {
    EventQueue queue;
    std::vector<int> order;
    queue.at(SimTime{2s}, [&] { order.push_back(3); });
    queue.at(SimTime{1s}, [&] {
        order.push_back(1);
        queue.after(0s, [&] { order.push_back(2); });
    });
    queue.at(SimTime{2s}, [&] { order.push_back(4); });
    while (queue.step(SimTime{5s})) {
    }
    CHECK(order == std::vector{1, 2, 3, 4});
    CHECK(queue.now() == SimTime{5s});
}

TEST_CASE("a timer happens once, when it was set to last, and not after its owner", "[sim]") {
    EventQueue queue;
    int times = 0;
    SimTime when{};
    auto timer = std::make_unique<Timer>(queue, [&] {
        ++times;
        when = queue.now();
    });
    timer->set(SimTime{1s});
    timer->set(SimTime{3s});
    while (queue.step(SimTime{5s})) {
    }
    CHECK(times == 1);
    CHECK(when == SimTime{3s});
    timer->set(SimTime{7s});
    timer.reset();
    while (queue.step(SimTime{9s})) {
    }
    CHECK(times == 1);
}

TEST_CASE("a host's clock and its inverse agree, fast or slow", "[sim]") {
    for (const std::int64_t drift : {0, 100'000, -100'000, 1'000'000}) {
        const HostClock clock{.start = MonoTime{5s}, .drift = drift};
        for (const Duration at : {0ns, 1ns, 999ns, 123'456'789ns, Duration{1h}}) {
            INFO(drift << " " << at.count());
            const MonoTime wanted = clock.start + at;
            const SimTime when = clock.when(wanted);
            CHECK(clock.at(when) >= wanted);
            if (when > SimTime{}) CHECK(clock.at(when - 1ns) < wanted);
        }
        CHECK(clock.when(never) == end_of_time);
    }
}

TEST_CASE("a constant delay is kept, jitter stays within its bound and in order", "[sim]") {
    Pair constant{{.delay = 10ms}};
    constant.send(50, 100, 1ms);
    constant.run();
    REQUIRE(constant.arrived.size() == 50);
    for (std::size_t i = 0; i < 50; ++i)
        CHECK(constant.arrived[i].when == SimTime{i * 1ms + 10ms});

    Pair jittery{{.delay = 10ms, .jitter = {.amount = 5ms}}};
    jittery.send(50, 100, 1ms);
    jittery.run();
    REQUIRE(jittery.arrived.size() == 50);
    for (std::size_t i = 0; i < 50; ++i) {
        CHECK(jittery.arrived[i].bytes[0] == i);
        CHECK(jittery.arrived[i].when >= SimTime{i * 1ms + 10ms});
        CHECK(jittery.arrived[i].when <= SimTime{i * 1ms + 15ms});
    }
}

TEST_CASE("a rate spreads what comes at once, and its queue drops what does not fit", "[sim]") {
    // 1000 bytes are 1028 of IP: 8.224 ms at 1 Mbit/s.
    Pair pair{{.queue = {.bytes = 5'000}, .rate = BitRate{1'000'000}}};
    pair.send(20, 1000, 0ms);
    pair.run();
    REQUIRE(pair.arrived.size() >= 4);
    CHECK(pair.arrived.size() <= 6);
    CHECK(pair.of(Fate::queue_full) == 20 - pair.arrived.size());
    CHECK(pair.arrived[0].when == SimTime{8224us});
    CHECK(pair.arrived[1].when == SimTime{2 * 8224us});
}

TEST_CASE("chances are met: loss, bursts, copies, holding back, damage", "[sim]") {
    const auto near = [](std::size_t have, double expected) {
        INFO(have << " of " << expected);
        CHECK(std::abs(static_cast<double>(have) - expected) < 0.2 * expected);
    };
    constexpr std::size_t many = 5000;
    SECTION("loss") {
        Pair pair{{.loss = 0.1}};
        pair.send(many, 100, 1ms);
        pair.run();
        near(pair.of(Fate::lost), 500);
        CHECK(pair.arrived.size() == many - pair.of(Fate::lost));
    }
    SECTION("bursts") {
        // 1 of 51 datagrams meets the bad phase, which lasts for five.
        Pair pair{{.bursts = {.enter = 0.02, .leave = 0.2, .loss = 1}}};
        pair.send(many, 100, 1ms);
        pair.run();
        near(pair.of(Fate::lost_burst), many * 0.02 / 0.22);
    }
    SECTION("copies") {
        Pair pair{{.duplicate = 0.1}};
        pair.send(many, 100, 1ms);
        pair.run();
        near(pair.network.ledger().copied(), 500);
        CHECK(pair.arrived.size() == many + pair.network.ledger().copied());
    }
    SECTION("holding back") {
        Pair pair{{.reordering = {.chance = 0.1, .time = 5ms}}};
        pair.send(many, 100, 1ms);
        pair.run();
        near(pair.network.ledger().held_back(), 500);
        CHECK(pair.arrived.size() == many);
    }
    SECTION("damage") {
        Pair pair{{.corrupt = 0.1}};
        pair.send(many, 100, 1ms);
        pair.run();
        near(pair.network.ledger().damaged(), 500);
        CHECK(pair.arrived.size() == many);
    }
}

TEST_CASE("a datagram's traffic class and hop limit travel with it", "[sim]") {
    LinkSpec link{.hops = 3, .mark_ecn = 1};
    link.dscp = 10;
    Pair pair{link};
    std::vector<Packet> arrived;
    pair.network.tap_arrived(
        [&](const SimHost&, const Packet& packet) { arrived.push_back(packet); });
    pair.near.use_traffic_class(dgram::TrafficClass{0xb9}); // EF, ECT(1)
    pair.send(1, 100, 0ms);
    pair.run();
    REQUIRE(arrived.size() == 1);
    CHECK(unsigned{arrived[0].traffic_class} == (10U << 2 | 3U));
    CHECK(unsigned{arrived[0].hop_limit} == 61);
}

TEST_CASE("partitions, filters and the largest packet stop what they must", "[sim]") {
    Pair pair{{.mtu = 1400}};
    pair.send(1, 1372, 1ms);
    pair.run();
    CHECK(pair.arrived.size() == 1);
    pair.near.send(std::vector<std::uint8_t>(1373), 1373, nullptr);
    CHECK(pair.of(Fate::too_big) == 1);
    CHECK(pair.near.send(std::vector<std::uint8_t>(1473), 1473, nullptr).error == EMSGSIZE);
    CHECK(pair.of(Fate::too_big) == 1); // it has not left its host
    pair.near_host.up().filter([](const Packet& packet) { return packet.to.port == 7000; });
    pair.near.send(std::vector<std::uint8_t>(100), 100, nullptr);
    CHECK(pair.of(Fate::filtered) == 1);
    pair.near_host.up().change({.partitioned = true});
    pair.near.send(std::vector<std::uint8_t>(100), 100, nullptr);
    CHECK(pair.of(Fate::partitioned) == 1);
}

TEST_CASE("a socket that is full drops and counts", "[sim]") {
    Pair pair{{}, {.receive_buffer_bytes = 1000}};
    pair.far.on_ready({});
    pair.send(20, 100, 1ms);
    pair.run();
    CHECK(pair.far.receive_drops() == 10);
    CHECK(pair.of(Fate::socket_full) == 10);
    pair.take();
    CHECK(pair.arrived.size() == 10);
}

TEST_CASE("a connected socket hears its peer only, and of a port that is closed", "[sim]") {
    Pair pair{{.delay = 1ms}};
    SimDatagrams stranger{pair.near_host, 0};
    REQUIRE(pair.far.connect(pair.near.local()));
    const dgram::Endpoint far = pair.far.local();
    stranger.send(std::vector<std::uint8_t>(10), 10, &far);
    pair.run();
    CHECK(pair.arrived.empty());
    CHECK(pair.of(Fate::no_socket) == 1);

    pair.far.close();
    pair.near.send(std::vector<std::uint8_t>(10), 10, nullptr);
    while (pair.queue.step(SimTime{200s})) {
    }
    dgram::ReceivedTrain train;
    const auto told = pair.near.receive(train);
    REQUIRE(!told.has_value());
    CHECK(told.error().is(std::errc::connection_refused));
    CHECK(pair.near.receive(train).value() == false); // once
}

TEST_CASE("neighbours are coalesced as the kernel does it", "[sim]") {
    Pair pair{{}, {.coalesces = true}};
    pair.far.on_ready({});
    const auto send = [&](std::size_t bytes) {
        pair.near.send(std::vector<std::uint8_t>(bytes, static_cast<std::uint8_t>(bytes)), bytes,
                       nullptr);
    };
    for (const std::size_t bytes : {100U, 100U, 100U, 60U, 100U, 120U, 120U})
        send(bytes);
    while (pair.queue.step(SimTime{1s})) {
    }
    std::vector<std::vector<std::size_t>> trains;
    dgram::ReceivedTrain train;
    while (pair.far.receive(train).value_or(false)) {
        auto& sizes = trains.emplace_back();
        for (std::size_t i = 0; i < train.count(); ++i)
            sizes.push_back(train[i].size());
    }
    CHECK(trains == std::vector<std::vector<std::size_t>>{{100, 100, 100, 60}, {100}, {120, 120}});
}

TEST_CASE("a socket refuses and blocks as it is told, and says when there is room", "[sim]") {
    Pair pair{{}};
    const std::vector<std::uint8_t> train(1000);
    pair.near.refuse_next(1, EPERM);
    auto outcome = pair.near.send(train, 100, nullptr);
    CHECK(outcome.status == SendStatus::refused);
    CHECK(outcome.segments == 0);
    CHECK(outcome.error == EPERM);

    int ready = 0;
    pair.near.on_ready([&] { ++ready; });
    pair.near.trouble({.block = 1, .block_for = 3ms});
    outcome = pair.near.send(train, 100, nullptr);
    CHECK(outcome.status == SendStatus::would_block);
    CHECK(outcome.segments < 10);
    pair.near.trouble({});
    const std::size_t taken = outcome.segments;
    outcome = pair.near.send(train, 100, nullptr);
    CHECK(outcome.status == SendStatus::would_block);
    CHECK(outcome.segments == 0);
    while (pair.queue.step(SimTime{1s})) {
    }
    CHECK(ready == 1);
    outcome = pair.near.send(train, 100, nullptr);
    CHECK(outcome.status == SendStatus::sent);
    CHECK(outcome.segments == 10);
    while (pair.queue.step(SimTime{2s})) {
    }
    CHECK(pair.arrived.size() == taken + 10);
}
