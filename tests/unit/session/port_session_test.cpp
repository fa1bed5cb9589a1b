// What one port makes of trains, beyond what the simulated sessions show (tests/sim).
#include "check.hpp"
#include "session/port_session.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};
constexpr std::size_t size = 200;
const dgram::Endpoint server{dgram::Address::v4(192, 0, 2, 9), 7002};
const crypto::PortKeys keys{.client_to_server = {1}, .server_to_client = {2}, .bulk = {3}};

// A client's download port in the middle of a test.
struct Downloading {
    Downloading()
        : port{{.side = Side::client,
                .role = PortRole::download,
                .session = 5,
                .keys = keys,
                .peer = server},
               start,
               random} {
        port.on_timer(start, out);
        port.on_order(start, BeginReceiving{.test = 1}, out);
        out.clear();
    }
    // An answer to a beat that was asked; a stranger to it is dropped as unexpected.
    std::vector<std::uint8_t> beat1() {
        std::array<std::uint8_t, wire::longest_sealed> bytes{};
        const std::size_t length = sealer.seal(wire::Beat{.step = 1, .number = 99}, bytes);
        return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)};
    }
    std::vector<std::uint8_t> bulk(std::size_t count) {
        std::vector<std::uint8_t> train(count * size);
        wire::encode_bulk({.length = size, .test = 1, .sequence = next, .step = 1}, train, size);
        next += count;
        tagger.tag(train, size);
        return train;
    }
    void arrive(std::span<const std::uint8_t> bytes, std::size_t segment = size) {
        port.on_train(start + 1ms,
                      {.bytes = bytes,
                       .segment_size = segment,
                       .from = server,
                       .stamp = {start + 1ms, StampOrigin::kernel}},
                      out);
    }
    PortSnapshot snapshot() {
        out.clear();
        port.on_timer(start + 1s, out);
        for (const PortNews& news : out.news)
            if (const auto* found = std::get_if<PortSnapshot>(&news)) return *found;
        return {};
    }

    SeededRandom random{1};
    Sealer sealer{5, keys.server_to_client};
    crypto::BulkTagger tagger{keys.bulk};
    Outbox out;
    PortSession port;
    std::uint64_t next = 0;
};

std::vector<std::uint8_t> operator+(std::vector<std::uint8_t> one,
                                    const std::vector<std::uint8_t>& other) {
    one.insert(one.end(), other.begin(), other.end());
    return one;
}

} // namespace

TEST_CASE("a message that was coalesced behind bulk is read as what it is", "[session]") {
    Downloading downloading;
    downloading.arrive(downloading.bulk(5) + downloading.beat1()); // 96 bytes: the short last one
    const PortSnapshot snapshot = downloading.snapshot();
    CHECK(snapshot.received.packets == 5);
    CHECK(snapshot.received.rejected == 0);
    CHECK(snapshot.drops.of(wire::Drop::unexpected) == 1); // the beat reached its place
    CHECK(snapshot.drops.total() == 1);
    CHECK(snapshot.datagrams_in == 6);
    CHECK(snapshot.bytes_in == 5 * size + 96);
    CHECK(snapshot.messages_in == 1);
    CHECK(snapshot.message_bytes_in == 96);
}

TEST_CASE("one damaged datagram costs its train nothing but itself", "[session]") {
    for (const std::size_t damaged : {0U, 2U, 4U}) {
        for (const std::size_t byte : {0U, 3U, 20U, 35U}) { // magic, type, sent_ns, tag
            INFO(damaged << " " << byte);
            Downloading downloading;
            std::vector<std::uint8_t> train = downloading.bulk(5);
            train[damaged * size + byte] ^= 0x40;
            downloading.arrive(train);
            const PortSnapshot snapshot = downloading.snapshot();
            CHECK(snapshot.received.packets == 4);
            CHECK(snapshot.datagrams_in == 4);
            CHECK(snapshot.bytes_in == 4 * size);
            CHECK(snapshot.drops.total() == 1);
        }
    }
}

TEST_CASE("every datagram of a train that may not talk is counted", "[session]") {
    Downloading downloading;
    const std::vector<std::uint8_t> train = downloading.bulk(5);
    downloading.port.on_train(start,
                              {.bytes = train,
                               .segment_size = size,
                               .from = {server.address, 7003},
                               .stamp = {start, StampOrigin::kernel}},
                              downloading.out);
    const PortSnapshot snapshot = downloading.snapshot();
    CHECK(snapshot.drops.of(wire::Drop::source) == 5);
    CHECK(snapshot.received.packets == 0);
}

TEST_CASE("bulk that nobody asked for is counted and forgotten", "[session]") {
    Downloading downloading;
    downloading.port.on_order(start, EndTest{.test = 1}, downloading.out);
    downloading.arrive(downloading.bulk(3));
    CHECK(downloading.snapshot().drops.of(wire::Drop::unexpected) == 3);
}

TEST_CASE("an empty datagram is dropped for its length", "[session]") {
    Downloading downloading;
    downloading.arrive({}, 0);
    CHECK(downloading.snapshot().drops.of(wire::Drop::length) == 1);
}

namespace {

// A client's port without a test.
struct Resting {
    explicit Resting(PortRole role, Duration sign_of_life = Duration::max())
        : port{{.side = Side::client,
                .role = role,
                .session = 5,
                .keys = keys,
                .peer = server,
                .sign_of_life = sign_of_life},
               start,
               random} {}

    // What it does from one time to another, woken when it wants to be; its beats are answered when
    // they are heard.
    void run(MonoTime from, MonoTime until, bool heard) {
        beats = echoed = snapshots = 0;
        for (now = std::max(from, port.due()); now < until; now = std::max(now, port.due())) {
            out.clear();
            port.on_timer(now, out);
            for (const PortNews& news : out.news)
                snapshots += std::holds_alternative<PortSnapshot>(news) ? 1 : 0;
            for (const OutDatagram& sent : out.datagrams)
                if (const auto body = opener.open(out.view(sent)); body.has_value())
                    if (const auto* beat = std::get_if<wire::Beat>(&*body)) on_beat(*beat, heard);
        }
    }
    void on_beat(const wire::Beat& beat, bool heard) {
        if (beat.step != 0) return;
        ++beats;
        if (!heard) return;
        std::array<std::uint8_t, wire::longest_sealed> bytes{};
        const std::size_t length = sealer.seal(
            wire::Beat{.step = 1, .number = beat.number, .confirmed = true, .echo = beat.challenge},
            bytes);
        Outbox ignored;
        port.on_train(now,
                      {.bytes = std::span{bytes}.first(length),
                       .segment_size = length,
                       .from = server,
                       .stamp = {now, StampOrigin::kernel}},
                      ignored);
        echoed += static_cast<int>(ignored.datagrams.size()); // BEAT2
    }

    SeededRandom random{1};
    Sealer sealer{5, keys.server_to_client};
    Opener opener{5, keys.client_to_server};
    Outbox out;
    PortSession port;
    MonoTime now{};
    int beats = 0;
    int echoed = 0;
    int snapshots = 0;
};

} // namespace

TEST_CASE("a port that has nothing to do rests: it beats less often, and tells less", "[session]") {
    const bool control = GENERATE(true, false);
    Resting port{control ? PortRole::control : PortRole::upload};
    port.run(start, start + 2s, true);
    CHECK(port.beats >= 8);
    CHECK(port.echoed == port.beats);
    CHECK(port.snapshots >= 7);
    CHECK_FALSE(port.port.rests(start + 1999ms));
    CHECK(port.port.rests(start + 5s));
    port.run(start + 10s, start + 110s, true);
    CHECK(port.beats >= (control ? 40 : 4)); // half of the idle time of 5 s; 25 s
    CHECK(port.beats <= (control ? 41 : 5));
    CHECK(port.echoed == 0); // both know that the other is there
    CHECK(port.snapshots <= 4);
    SECTION("and is back at once when there is something") {
        port.port.on_order(start + 110s, SetProbing{500ms}, port.out);
        port.run(start + 110s, start + 112s, true);
        CHECK(port.beats >= 7);
        CHECK(port.echoed == port.beats);
        CHECK(port.snapshots >= 7);
    }
}

TEST_CASE("a port that probes as often as it would beat leaves the beats out", "[session]") {
    Resting port{PortRole::control};
    port.run(start, start + 2s, true);
    port.port.on_order(start + 2s, SetProbing{10ms}, port.out);
    port.run(start + 2s, start + 102s, true);
    CHECK(port.beats >= 40); // twice in the idle time of 5 s
    CHECK(port.beats <= 42);
    CHECK(port.echoed == port.beats); // it does not rest: the server learns the round trip
    CHECK(port.snapshots >= 390);     // and it has much to tell
}

TEST_CASE("a port whose owner waits for signs of life gives them, resting or not", "[session]") {
    Resting port{PortRole::upload, 500ms};
    port.run(start, start + 10s, true);
    port.run(start + 10s, start + 20s, true);
    CHECK(port.snapshots >= 19);
    CHECK(port.snapshots <= 21);
}

TEST_CASE("silence is told once, after the idle time, and again after the next silence",
          "[session]") {
    Resting silent{PortRole::control};
    const auto silences = [&](MonoTime now) {
        silent.out.clear();
        silent.port.on_timer(now, silent.out);
        std::size_t count = 0;
        for (const PortNews& news : silent.out.news)
            count += std::holds_alternative<PortSilent>(news) ? 1U : 0U;
        return count;
    };
    CHECK(silences(start + 4999ms) == 0);
    CHECK(silences(start + 5s) == 1);
    CHECK(silences(start + 20s) == 0);
    const std::vector<std::uint8_t> message = [&] {
        std::array<std::uint8_t, wire::longest_sealed> bytes{};
        const std::size_t length = silent.sealer.seal(wire::Beat{.step = 1, .number = 99}, bytes);
        return std::vector<std::uint8_t>(bytes.begin(),
                                         bytes.begin() + static_cast<std::ptrdiff_t>(length));
    }();
    silent.port.on_train(start + 21s,
                         {.bytes = message,
                          .segment_size = message.size(),
                          .from = server,
                          .stamp = {start + 21s, StampOrigin::kernel}},
                         silent.out);
    CHECK(silences(start + 25s) == 0);
    CHECK(silences(start + 26s) == 1);
}

namespace {

// The two ends of a control port, with a network between them that the test is.
struct Probed {
    Probed() {
        server.on_train(start, train(client_sealer, wire::Beat{.step = 0}), out);
        const auto beat = std::get<wire::Beat>(*client_opener.open(out.view(out.datagrams.at(0))));
        server.on_train(start, train(client_sealer, wire::Beat{.step = 2, .echo = beat.challenge}),
                        out);
        out.clear();
    }
    dgram::ReceivedTrain train(Sealer& sealer, const wire::SealedBody& body) {
        bytes.resize(wire::longest_sealed);
        bytes.resize(sealer.seal(body, bytes));
        return {.bytes = bytes,
                .segment_size = bytes.size(),
                .from = client,
                .stamp = {start, StampOrigin::kernel},
                .traffic_class = dgram::TrafficClass{46, dgram::Ecn::ect0}};
    }
    wire::Echo echo() {
        REQUIRE(out.datagrams.size() == 1);
        const auto body = client_opener.open(out.view(out.datagrams[0]));
        REQUIRE(body.has_value());
        return std::get<wire::Echo>(*body);
    }

    dgram::Endpoint client{dgram::Address::v4(192, 0, 2, 1), 40000};
    SeededRandom random{1};
    Sealer client_sealer{5, keys.client_to_server};
    Opener client_opener{5, keys.server_to_client};
    std::vector<std::uint8_t> bytes;
    Outbox out;
    PortSession server{{.side = Side::server,
                        .role = PortRole::control,
                        .session = 5,
                        .keys = keys,
                        .peer = {client.address, 0}},
                       start,
                       random};
};

} // namespace

TEST_CASE("an echo leaves as its probe came: as long, and with its code point", "[session]") {
    Probed port;
    const auto probe = port.train(port.client_sealer, wire::Probe{.length = 777, .number = 0});
    port.server.on_train(start, probe, port.out);
    CHECK(port.out.datagrams.at(0).size == 777);
    REQUIRE(port.out.datagrams[0].options.has_value());
    CHECK(port.out.datagrams[0].options->traffic_class == 46 << 2); // without its ECN bits
    CHECK_FALSE(port.out.datagrams[0].options->departure_id.has_value());
    CHECK(port.echo().traffic_class == (46 << 2 | 2));
}

TEST_CASE("the kernel is asked when an echo leaves if the probe wants to know", "[session]") {
    Probed port;
    port.server.on_train(
        start, port.train(port.client_sealer, wire::Probe{.number = 0, .stamp_echo = true}),
        port.out);
    CHECK(port.out.datagrams.at(0).options->departure_id == 0U);
    port.out.clear();
    port.server.on_departure({.id = 0, .stamp = {start + 3us, StampOrigin::kernel}});
    port.server.on_train(start + 1ms, port.train(port.client_sealer, wire::Probe{.number = 1}),
                         port.out);
    const wire::Echo echo = port.echo();
    CHECK(echo.followed.number == 0);
    CHECK(echo.followed.stamped_after[0] == 3us);
}

TEST_CASE("a copy of a probe is dropped, not answered, and counted as a duplicate", "[session]") {
    Probed port;
    const auto probe = port.train(port.client_sealer, wire::Probe{.number = 0});
    port.server.on_train(start, probe, port.out);
    port.out.clear();
    port.server.on_train(start, probe, port.out);
    CHECK(port.out.datagrams.empty());
    port.server.on_train(start, port.train(port.client_sealer, wire::Probe{.number = 1}), port.out);
    const wire::Echo echo = port.echo();
    CHECK(echo.received == 2);
    CHECK(echo.duplicates == 1);
}

TEST_CASE("a port wants its host's clocks once a second while it is probed, and tells of them",
          "[session]") {
    Probed port;
    CHECK_FALSE(port.server.wants_clock(start + 5s)); // nobody has probed
    const auto probe = [&port](MonoTime now, std::uint32_t number) {
        port.out.clear();
        port.server.on_train(now, port.train(port.client_sealer, wire::Probe{.number = number}),
                             port.out);
    };
    probe(start, 0);
    CHECK(port.server.wants_clock(start));
    ClockReading reading{.mono = start, .discipline = {ClockSync::synchronised, 1234us}};
    port.server.on_clock(reading);
    CHECK_FALSE(port.server.wants_clock(start + 999ms));
    probe(start + 1s, 1);
    CHECK(port.echo().clock.discipline == reading.discipline);
    CHECK(port.server.wants_clock(start + 1s));
    CHECK_FALSE(port.server.wants_clock(start + 3s)); // the client has stopped
}

TEST_CASE("a client sends no probe before the server has confirmed the port", "[session]") {
    Resting port{PortRole::control};
    const auto probes = [&port](MonoTime now) {
        port.out.clear();
        port.port.on_timer(now, port.out);
        return std::ranges::count_if(port.out.datagrams, [&port](const OutDatagram& datagram) {
            return wire::peek_type(port.out.view(datagram)) == wire::Type::probe;
        });
    };
    port.port.on_order(start, SetProbing{10ms}, port.out);
    for (const Duration passed : {10ms, 20ms, 100ms})
        CHECK(probes(start + passed) == 0);
    SECTION("but then") {
        port.run(start + 100ms, start + 200ms, true); // BEAT1 confirms it
        CHECK(port.port.due() <= start + 210ms);
        CHECK(probes(start + 210ms) == 1);
    }
    SECTION("nor when it is told to stop before") {
        port.out.clear();
        port.port.on_order(start + 150ms, SetProbing{}, port.out);
        CHECK(std::ranges::any_of(port.out.news, [](const PortNews& news) {
            const auto* latency = std::get_if<LatencyNews>(&news);
            return latency != nullptr && latency->over;
        }));
    }
}
