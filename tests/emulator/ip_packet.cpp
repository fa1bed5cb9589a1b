#include "emulator/ip_packet.hpp"

#include <algorithm>
#include <array>

namespace wyn::emulator {

namespace {

constexpr std::size_t v4_header = 20;
constexpr std::size_t v6_header = 40;
constexpr std::size_t udp_header = 8;
constexpr std::uint8_t icmp_v4 = 1;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;
constexpr std::uint8_t icmp_v6 = 58;
// TEST-NET-1 and the documentation prefix (RFC 5737, RFC 3849): nobody else's.
constexpr std::array<std::uint8_t, 4> router_v4{192, 0, 2, 1};
constexpr std::array<std::uint8_t, 16> router_v6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0,
                                                 0,    0,    0,    0,    0, 0, 0, 1};
// RFC 4443, section 2.4: as much of the packet as fits into the smallest MTU. The same is within
// what RFC 1812, section 4.3.2.3, allows an IPv4 router.
constexpr std::size_t longest_v6_error = 1280;
constexpr std::size_t longest_v4_error = 576;

std::uint16_t read16(ConstBytes bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}
void write16(Bytes bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8U);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

unsigned version(ConstBytes packet) {
    return packet.empty() ? 0 : packet[0] >> 4U;
}
std::size_t header_of(ConstBytes packet) {
    return version(packet) == 4 ? std::size_t{packet[0] & 15U} * 4 : v6_header;
}
std::uint8_t protocol_of(ConstBytes packet) {
    return packet[version(packet) == 4 ? 9 : 6];
}
ConstBytes addresses_of(ConstBytes packet) {
    return version(packet) == 4 ? packet.subspan(12, 8) : packet.subspan(8, 32);
}

bool is_whole(ConstBytes packet) {
    if (version(packet) == 4)
        return packet.size() >= v4_header && header_of(packet) >= v4_header &&
               header_of(packet) <= packet.size() && read16(packet, 2) == packet.size();
    return version(packet) == 6 && packet.size() >= v6_header &&
           read16(packet, 4) + v6_header == packet.size();
}

bool is_to_one_host(ConstBytes packet) {
    if (version(packet) == 6) return packet[24] != 0xff;
    const bool multicast = (packet[16] & 0xf0U) == 0xe0;
    const bool broadcast =
        std::ranges::all_of(packet.subspan(16, 4), [](std::uint8_t byte) { return byte == 0xff; });
    return !multicast && !broadcast;
}

// FNV-1a (RFC draft-eastlake-fnv, section 2), 64 bits.
std::uint64_t hash(std::uint64_t state, ConstBytes bytes) {
    for (const std::uint8_t byte : bytes)
        state = (state ^ byte) * 0x100000001b3;
    return state;
}

std::uint64_t flow_of(ConstBytes packet) {
    const std::array protocol{protocol_of(packet)};
    std::uint64_t flow = hash(hash(0xcbf29ce484222325, addresses_of(packet)), protocol);
    const std::size_t header = header_of(packet);
    if ((protocol[0] == udp || protocol[0] == tcp) && packet.size() >= header + 4)
        flow = hash(flow, packet.subspan(header, 4));
    return flow;
}

// RFC 1071, of what is added to `sum`.
std::uint16_t checksum(ConstBytes bytes, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        sum += read16(bytes, i);
    if (bytes.size() % 2 == 1) sum += std::uint32_t{bytes.back()} << 8U;
    while (sum >> 16U != 0)
        sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

void mend_header_checksum(Bytes packet) {
    write16(packet, 10, 0);
    write16(packet, 10, checksum(packet.first(header_of(packet))));
}

std::vector<std::uint8_t> too_big_v4(ConstBytes packet, std::uint32_t mtu) {
    const bool may_be_cut = (packet[6] & 0x40U) == 0; // "don't fragment" is not set
    if (may_be_cut) return {};
    constexpr std::size_t head = v4_header + 8;
    const std::size_t quoted = std::min(packet.size(), longest_v4_error - head);
    std::vector<std::uint8_t> answer(head + quoted);
    answer[0] = 0x45;
    write16(answer, 2, static_cast<std::uint16_t>(answer.size()));
    answer[8] = 64;
    answer[9] = icmp_v4;
    std::ranges::copy(router_v4, answer.begin() + 12);
    std::ranges::copy(packet.subspan(12, 4), answer.begin() + 16);
    mend_header_checksum(answer);
    answer[20] = 3; // destination unreachable
    answer[21] = 4; // fragmentation needed
    write16(answer, 26, static_cast<std::uint16_t>(std::min<std::uint32_t>(mtu, 0xffff)));
    std::ranges::copy(packet.first(quoted), answer.begin() + head);
    write16(answer, 22, checksum(ConstBytes{answer}.subspan(v4_header)));
    return answer;
}

std::vector<std::uint8_t> too_big_v6(ConstBytes packet, std::uint32_t mtu) {
    constexpr std::size_t head = v6_header + 8;
    const std::size_t quoted = std::min(packet.size(), longest_v6_error - head);
    std::vector<std::uint8_t> answer(head + quoted);
    answer[0] = 0x60;
    const auto length = static_cast<std::uint16_t>(answer.size() - v6_header);
    write16(answer, 4, length);
    answer[6] = icmp_v6;
    answer[7] = 64;
    std::ranges::copy(router_v6, answer.begin() + 8);
    std::ranges::copy(packet.subspan(8, 16), answer.begin() + 24);
    answer[40] = 2; // packet too big
    write16(answer, 44, static_cast<std::uint16_t>(mtu >> 16U));
    write16(answer, 46, static_cast<std::uint16_t>(mtu));
    std::ranges::copy(packet.first(quoted), answer.begin() + head);
    // RFC 8200, section 8.1: both addresses, the length and the next header are summed up too.
    std::uint32_t sum = length + icmp_v6;
    for (std::size_t i = 8; i < v6_header; i += 2)
        sum += read16(answer, i);
    write16(answer, 42, checksum(ConstBytes{answer}.subspan(v6_header), sum));
    return answer;
}

} // namespace

std::optional<link::Packet> describe(ConstBytes packet) {
    if (!is_whole(packet) || !is_to_one_host(packet)) return std::nullopt;
    const bool v4 = version(packet) == 4;
    return link::Packet{
        .bytes = static_cast<std::uint32_t>(packet.size()),
        .flow = flow_of(packet),
        .traffic_class = v4 ? packet[1] : static_cast<std::uint8_t>(read16(packet, 0) >> 4U),
        .hop_limit = v4 ? packet[8] : packet[7],
    };
}

void rewrite(Bytes packet, const link::Packet& as_it_came_out) {
    const std::uint8_t traffic_class = as_it_came_out.traffic_class;
    if (version(packet) == 4) {
        packet[1] = traffic_class;
        packet[8] = as_it_came_out.hop_limit;
        mend_header_checksum(packet);
    } else {
        packet[0] = static_cast<std::uint8_t>(0x60U | traffic_class >> 4U);
        packet[1] = static_cast<std::uint8_t>(unsigned{traffic_class} << 4U | (packet[1] & 15U));
        packet[7] = as_it_came_out.hop_limit;
    }
}

ConstBytes udp_payload(ConstBytes packet) {
    const std::size_t head = header_of(packet) + udp_header;
    return protocol_of(packet) == udp && packet.size() > head ? packet.subspan(head) : ConstBytes{};
}

void damage(Bytes packet) {
    const std::size_t header = header_of(packet) + (protocol_of(packet) == udp ? udp_header : 0);
    if (packet.size() > header) packet.back() ^= 1U;
}

std::vector<std::uint8_t> too_big(ConstBytes packet, std::uint32_t mtu) {
    return version(packet) == 4 ? too_big_v4(packet, mtu) : too_big_v6(packet, mtu);
}

} // namespace wyn::emulator
