// IP packets, as the link emulator sees, rewrites and answers them.
#include "check.hpp"
#include "emulator/ip_packet.hpp"

#include <algorithm>
#include <string_view>

using namespace wyn;
using namespace wyn::emulator;

namespace {

std::vector<std::uint8_t> from_hex(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    std::string digits;
    for (const char c : text) {
        if (c != ' ') digits += c;
        if (digits.size() < 2) continue;
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits, nullptr, 16)));
        digits.clear();
    }
    return bytes;
}

// "hello" from 10.0.0.1:4096 to 10.0.0.2:8192, DSCP 46, ECT(0), "don't fragment", TTL 64; the
// header's checksum was reckoned apart, after RFC 1071.
std::vector<std::uint8_t> v4() {
    return from_hex("45 ba 00 21 12 34 40 00 40 11 13 dc 0a 00 00 01 0a 00 00 02 "
                    "10 00 20 00 00 0d 00 00 68 65 6c 6c 6f");
}
// The same from fd00::1 to fd00::2, with a flow label.
std::vector<std::uint8_t> v6() {
    return from_hex("6b a1 23 45 00 0d 11 40 "
                    "fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 "
                    "fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 "
                    "10 00 20 00 00 0d 00 00 68 65 6c 6c 6f");
}

// 0xffff when the checksum that is among them is right (RFC 1071).
std::uint32_t sum_of(std::span<const std::uint8_t> bytes, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8U : bytes[i];
    while (sum >> 16U != 0)
        sum = (sum & 0xffffU) + (sum >> 16U);
    return sum;
}

} // namespace

TEST_CASE("a packet of either family is described as a link sees it", "[emulator]") {
    for (const auto& packet : {v4(), v6()}) {
        const auto seen = describe(packet);
        REQUIRE(seen);
        CHECK(seen->bytes == packet.size());
        CHECK(seen->traffic_class == 0xba);
        CHECK(seen->hop_limit == 64);
    }
}

TEST_CASE("packets of one flow have one number, and those of another port another one",
          "[emulator]") {
    auto longer = v4();
    longer.push_back('!');
    longer[3] = static_cast<std::uint8_t>(longer.size());
    auto other_port = v4();
    other_port[23] = 1;
    auto other_host = v4();
    other_host[19] = 3;
    CHECK(describe(longer)->flow == describe(v4())->flow);
    CHECK(describe(other_port)->flow != describe(v4())->flow);
    CHECK(describe(other_host)->flow != describe(v4())->flow);
}

TEST_CASE("what is not a whole packet to one host is not carried", "[emulator]") {
    CHECK_FALSE(describe({}));
    for (const auto& whole : {v4(), v6()}) {
        for (std::size_t length = 0; length < whole.size(); ++length)
            CHECK_FALSE(describe(ConstBytes{whole}.first(length)));
        auto with_more = whole;
        with_more.push_back(0);
        CHECK_FALSE(describe(with_more));
    }
    auto other_version = v4();
    other_version[0] = 0x55;
    CHECK_FALSE(describe(other_version));
    auto short_header = v4();
    short_header[0] = 0x44;
    CHECK_FALSE(describe(short_header));
    auto multicast_v4 = v4();
    multicast_v4[16] = 224;
    CHECK_FALSE(describe(multicast_v4));
    auto broadcast = v4();
    std::fill_n(broadcast.begin() + 16, 4, std::uint8_t{255});
    CHECK_FALSE(describe(broadcast));
    auto multicast_v6 = v6();
    multicast_v6[24] = 0xff;
    CHECK_FALSE(describe(multicast_v6));
}

TEST_CASE("a rewritten packet differs in nothing but its marks, its hop limit and its checksum",
          "[emulator]") {
    for (const auto& packet : {v4(), v6()}) {
        auto seen = *describe(packet);
        seen.traffic_class = 0x03;
        seen.hop_limit = 60;
        auto rewritten = packet;
        rewrite(rewritten, seen);
        CHECK(describe(rewritten)->traffic_class == 0x03);
        CHECK(describe(rewritten)->hop_limit == 60);
        rewrite(rewritten, *describe(packet));
        CHECK(rewritten == packet);
    }
    auto v4_packet = v4();
    rewrite(v4_packet, {.traffic_class = 1, .hop_limit = 2});
    CHECK(sum_of(std::span{v4_packet}.first(20)) == 0xffff);
}

TEST_CASE("damage is behind the headers, where there is something", "[emulator]") {
    for (const auto& packet : {v4(), v6()}) {
        auto damaged = packet;
        damage(damaged);
        CHECK(damaged != packet);
        CHECK(std::ranges::equal(std::span{damaged}.first(packet.size() - 1),
                                 std::span{packet}.first(packet.size() - 1)));
    }
    auto empty = v4();
    empty.resize(28);
    empty[3] = 28;
    const auto before = empty;
    damage(empty);
    CHECK(empty == before);
}

TEST_CASE("the payload of UDP is found, and no other", "[emulator]") {
    for (const auto& packet : {v4(), v6()}) {
        const auto payload = udp_payload(packet);
        CHECK(std::string(payload.begin(), payload.end()) == "hello");
    }
    auto tcp = v4();
    tcp[9] = 6;
    CHECK(udp_payload(tcp).empty());
}

TEST_CASE("a router's answer to an IPv4 packet that is too big names the MTU and quotes it",
          "[emulator]") {
    const auto packet = v4();
    const auto answer = too_big(packet, 1400);
    const auto seen = describe(answer);
    REQUIRE(seen);         // a whole packet
    CHECK(answer[9] == 1); // ICMP
    CHECK(std::ranges::equal(std::span{answer}.subspan(16, 4), std::span{packet}.subspan(12, 4)));
    CHECK(answer[20] == 3);
    CHECK(answer[21] == 4);
    CHECK((answer[26] << 8 | answer[27]) == 1400);
    CHECK(sum_of(std::span{answer}.first(20)) == 0xffff);
    CHECK(sum_of(std::span{answer}.subspan(20)) == 0xffff);
    CHECK(std::ranges::equal(std::span{answer}.subspan(28), packet));
}

TEST_CASE("a packet that may be cut gets no answer from a router that does not cut", "[emulator]") {
    auto packet = v4();
    packet[6] = 0;
    CHECK(too_big(packet, 1400).empty());
}

TEST_CASE("the answer to an IPv6 packet sums up its pseudo-header and is no longer than 1280 bytes",
          "[emulator]") {
    auto packet = v6();
    packet.resize(40 + 1600);
    packet[4] = 1600 >> 8;
    packet[5] = 1600 & 255;
    const auto answer = too_big(packet, 0x10001);
    REQUIRE(describe(answer));
    CHECK(answer.size() == 1280);
    CHECK(answer[40] == 2);
    CHECK(std::vector(answer.begin() + 44, answer.begin() + 48) ==
          std::vector<std::uint8_t>{0, 1, 0, 1});
    CHECK(std::ranges::equal(std::span{answer}.subspan(24, 16), std::span{packet}.subspan(8, 16)));
    const auto length = static_cast<std::uint32_t>(answer.size() - 40);
    const std::uint32_t pseudo = sum_of(std::span{answer}.subspan(8, 32), length + 58);
    CHECK(sum_of(std::span{answer}.subspan(40), pseudo) == 0xffff);
}
