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
        std::array<std::uint8_t, wire::longest_feedback> bytes{};
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

TEST_CASE("silence is told once, after the idle time, and again after the next silence",
          "[session]") {
    Downloading downloading;
    const auto silences = [&](MonoTime now) {
        downloading.out.clear();
        downloading.port.on_timer(now, downloading.out);
        std::size_t count = 0;
        for (const PortNews& news : downloading.out.news)
            count += std::holds_alternative<PortSilent>(news) ? 1U : 0U;
        return count;
    };
    CHECK(silences(start + 4999ms) == 0);
    CHECK(silences(start + 5s) == 1);
    CHECK(silences(start + 20s) == 0);
    const std::vector<std::uint8_t> message = downloading.beat1();
    downloading.port.on_train(start + 21s,
                              {.bytes = message,
                               .segment_size = message.size(),
                               .from = server,
                               .stamp = {start + 21s, StampOrigin::kernel}},
                              downloading.out);
    CHECK(silences(start + 25s) == 0);
    CHECK(silences(start + 26s) == 1);
}
