// The bytes of packets that are in an emulated link.
#include "check.hpp"
#include "emulator/carrier.hpp"

using namespace wyn;
using namespace wyn::emulator;
using link::WorldTime;

namespace {

// A UDP datagram of IPv4 with `payload` bytes of this value; its checksum of UDP is left out.
std::vector<std::uint8_t> datagram(std::size_t payload, std::uint8_t value) {
    std::vector<std::uint8_t> bytes(28 + payload, value);
    const std::array<std::uint8_t, 28> head{0x45,
                                            0x02,
                                            static_cast<std::uint8_t>(bytes.size() >> 8U),
                                            static_cast<std::uint8_t>(bytes.size()),
                                            0,
                                            0,
                                            0x40,
                                            0,
                                            64,
                                            17,
                                            0,
                                            0,
                                            10,
                                            0,
                                            0,
                                            1,
                                            10,
                                            0,
                                            0,
                                            2,
                                            0x10,
                                            0,
                                            0x20,
                                            0,
                                            0,
                                            0,
                                            0,
                                            0};
    std::ranges::copy(head, bytes.begin());
    rewrite(bytes, *describe(bytes)); // with a checksum that is right
    return bytes;
}

void offer(Carrier& carrier, WorldTime now, const std::vector<std::uint8_t>& packet) {
    carrier.offer(now, packet, *describe(packet));
}

std::vector<std::uint8_t> copy_of(ConstBytes bytes) {
    return {bytes.begin(), bytes.end()};
}

} // namespace

TEST_CASE("packets come out as they went in, after the delay of the link", "[emulator]") {
    Carrier carrier{{.link = {.delay = 10ms}, .schedule = {}}, 1};
    offer(carrier, WorldTime{1ms}, datagram(100, 'a'));
    offer(carrier, WorldTime{2ms}, datagram(50, 'b'));
    CHECK_FALSE(carrier.take(WorldTime{10ms}));
    CHECK(carrier.due() == WorldTime{11ms});
    const auto first = carrier.take(WorldTime{20ms});
    REQUIRE(first);
    CHECK(copy_of(first->delivered) == datagram(100, 'a'));
    const auto second = carrier.take(WorldTime{20ms});
    REQUIRE(second);
    CHECK(copy_of(second->delivered) == datagram(50, 'b'));
    CHECK(carrier.kept() == 0);
}

TEST_CASE("a copy has the bytes of its original, and both are let go of", "[emulator]") {
    Carrier carrier{{.link = {.duplicate = 1, .delay = 10ms}, .schedule = {}}, 1};
    offer(carrier, WorldTime{}, datagram(100, 'a'));
    int delivered = 0;
    while (const auto departure = carrier.take(WorldTime{20ms})) {
        CHECK(copy_of(departure->delivered) == datagram(100, 'a'));
        ++delivered;
    }
    CHECK(delivered == 2);
    CHECK(carrier.kept() == 0);
}

TEST_CASE("what is lost leaves nothing behind but its record", "[emulator]") {
    Carrier carrier{{.link = {.loss = 1}, .schedule = {}}, 1};
    for (int i = 0; i < 100; ++i) {
        offer(carrier, WorldTime{i * 1ms}, datagram(100, 'a'));
        const auto departure = carrier.take(WorldTime{i * 1ms});
        REQUIRE(departure);
        CHECK(departure->record.fate == link::Fate::lost);
        CHECK(departure->delivered.empty());
        CHECK(copy_of(departure->sent) == datagram(100, 'a'));
    }
    CHECK(carrier.kept() == 0);
}

TEST_CASE("marks of the link are in the bytes that come out", "[emulator]") {
    Carrier carrier{{.link = {.hops = 3, .mark_ecn = 1, .dscp = 10}, .schedule = {}}, 1};
    offer(carrier, WorldTime{}, datagram(100, 'a'));
    const auto departure = carrier.take(WorldTime{});
    REQUIRE(departure);
    const auto seen = describe(departure->delivered);
    REQUIRE(seen);
    CHECK(seen->hop_limit == 61);
    CHECK(link::dscp_of(seen->traffic_class) == 10);
    CHECK(link::ecn_of(seen->traffic_class) == link::Ecn::ce);
}

TEST_CASE("a damaged packet differs in its last byte", "[emulator]") {
    Carrier carrier{{.link = {.corrupt = 1}, .schedule = {}}, 1};
    offer(carrier, WorldTime{}, datagram(100, 'a'));
    const auto departure = carrier.take(WorldTime{});
    REQUIRE(departure);
    auto expected = datagram(100, 'a');
    expected.back() ^= 1U;
    CHECK(copy_of(departure->delivered) == expected);
}

TEST_CASE("a packet that is too big is answered only by a link that answers", "[emulator]") {
    for (const bool answers : {false, true}) {
        Carrier carrier{{.link = {.mtu = 100, .icmp_too_big = answers}, .schedule = {}}, 1};
        offer(carrier, WorldTime{}, datagram(100, 'a'));
        const auto departure = carrier.take(WorldTime{});
        REQUIRE(departure);
        CHECK(departure->record.fate == link::Fate::too_big);
        CHECK(departure->delivered.empty());
        CHECK(departure->answer.empty() == !answers);
        CHECK(carrier.kept() == 0);
    }
}
