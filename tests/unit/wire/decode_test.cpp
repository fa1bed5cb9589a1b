#include "check.hpp"
#include "golden/golden.hpp"
#include "unit/wire/decoding.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string_view>

using namespace wyn;
using namespace wyn::wire;

namespace {

using Decoded = std::expected<AnyMessage, Drop>;

const std::map<std::string, golden::Packet>& packets() {
    static const auto all = [] {
        std::map<std::string, golden::Packet> loaded;
        for (const std::string& name : golden::names())
            loaded[name] = golden::load(name);
        return loaded;
    }();
    return all;
}

std::string_view verdict_of(const Decoded& decoded) {
    return decoded ? "ok" : name(decoded.error());
}

// What decode promises about any bytes: a message that is written to bytes which say the same, or a
// reason. True when it was a message.
bool keeps_its_promise(Bytes bytes) {
    const Decoded decoded = decode_any(bytes);
    if (!decoded) {
        RC_ASSERT(static_cast<std::size_t>(decoded.error()) < drop_reasons);
        return false;
    }
    std::vector<std::uint8_t> again = encode_any(*decoded);
    if (const auto* bulk = std::get_if<BulkHeader>(&*decoded)) again.resize(bulk->length);
    const Decoded second = decode_any(again);
    RC_ASSERT(second.has_value());
    RC_ASSERT(*second == *decoded);
    return true;
}

// Puts `value` where a length field claims the size.
void set_length(golden::Packet& packet) {
    packet[4] = static_cast<std::uint8_t>(packet.size() >> 8);
    packet[5] = static_cast<std::uint8_t>(packet.size());
}

bool is_handshake(Type type) {
    return type <= Type::refuse;
}

} // namespace

TEST_CASE("fields are accepted within their range and nowhere else", "[wire]") {
    const auto boundaries = golden::boundaries();
    REQUIRE(boundaries.size() > 100);
    for (const golden::Boundary& boundary : boundaries) {
        INFO(boundary.line);
        golden::Packet packet = packets().at(boundary.packet);
        REQUIRE(boundary.offset + boundary.value.size() <= packet.size());
        std::copy(boundary.value.begin(), boundary.value.end(),
                  packet.begin() + static_cast<std::ptrdiff_t>(boundary.offset));
        CHECK(verdict_of(decode_any(packet)) == boundary.verdict);
    }
}

TEST_CASE("each decoder takes its own messages only", "[wire]") {
    for (const auto& [file, packet] : packets()) {
        INFO(file);
        const Type type = *peek_type(packet);
        CHECK(decode_handshake(packet).has_value() == is_handshake(type));
        CHECK(decode_bulk(packet).has_value() == (type == Type::bulk));
        const bool sealed = !is_handshake(type) && type != Type::bulk;
        CHECK(decode_sealed(packet).has_value() == sealed);
        if (!sealed && packet[2] == protocol_version)
            CHECK(decode_sealed(packet) == std::unexpected{Drop::type});
    }
}

namespace {

// Whether messages of this type, which have several lengths without counting anything, may have
// this one.
bool may_be_long(Type type, std::size_t size) {
    if (type == Type::bulk) return size >= shortest_bulk;
    if (type == Type::size) return size >= shortest_size;
    if (type == Type::sized) return size >= shortest_sized;
    return (type == Type::probe || type == Type::echo) && size >= shortest_probe &&
           size <= longest_probe;
}

} // namespace

TEST_CASE("a datagram of any other length is dropped", "[wire]") {
    for (const auto& [file, packet] : packets()) {
        for (std::size_t size = 0; size < packet.size(); ++size) {
            INFO(file << ", cut to " << size << " bytes");
            golden::Packet cut{packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)};
            REQUIRE_FALSE(decode_any(cut).has_value());
            if (size >= 6) set_length(cut);
            // Payload may be missing, and what makes up a length, nothing else.
            REQUIRE(verdict_of(decode_any(cut)) ==
                    (may_be_long(*peek_type(packet), size) ? "ok" : "length"));
        }
        INFO(file << ", with one byte more");
        golden::Packet longer = packet;
        longer.push_back(0);
        CHECK(verdict_of(decode_any(longer)) == "length");
        set_length(longer);
        CHECK(verdict_of(decode_any(longer)) ==
              (may_be_long(*peek_type(packet), longer.size()) ? "ok" : "length"));
    }
}

TEST_CASE("the bulk at the front of a train is counted, up to the first other message", "[wire]") {
    constexpr std::size_t segment = 40;
    golden::Packet train;
    for (int i = 0; i < 5; ++i) {
        golden::Packet one = golden::load("bulk_primer");
        one.resize(segment);
        train.insert(train.end(), one.begin(), one.end());
    }
    CHECK(count_of_type_bulk(train, segment) == 5);
    train.resize(4 * segment + 4); // the last one is short, but tells its type
    CHECK(count_of_type_bulk(train, segment) == 5);
    train.resize(4 * segment + 3);
    CHECK(count_of_type_bulk(train, segment) == 4);
    train[segment + 2] = 99; // another version
    CHECK(count_of_type_bulk(train, segment) == 4);
    for (const std::size_t place : {0U, 1U, 3U}) {
        golden::Packet broken = train;
        broken[2 * segment + place] ^= 1U;
        CHECK(count_of_type_bulk(broken, segment) == 2);
    }
    CHECK(count_of_type_bulk({}, segment) == 0);
}

TEST_CASE("datagrams are alike when their headers are but for numbers that rise by one", "[wire]") {
    constexpr std::size_t segment = 64;
    constexpr std::size_t header = 32;
    std::vector<std::uint8_t> train(5 * segment, 0xaa);
    encode_bulk({.length = segment, .test = 7, .sequence = 254, .sent_ns = 9, .step = 3}, train,
                segment);
    CHECK(count_alike(train, segment) == 5);
    CHECK(count_alike(Bytes{train}.first(segment), segment) == 1);
    CHECK(count_alike(Bytes{train}.first(5 * segment - 1), segment) == 4); // its length differs
    for (std::size_t at = 0; at < header; ++at) {
        INFO("byte " << at);
        train[3 * segment + at] ^= 0x80;
        CHECK(count_alike(train, segment) == 3);
        train[3 * segment + at] ^= 0x80;
    }
    train[3 * segment + header] ^= 0x80; // the tag, and after it the payload, are another matter
    CHECK(count_alike(train, segment) == 5);
}

TEST_CASE("the type shows in the first four bytes, whatever follows", "[wire]") {
    golden::Packet packet = golden::load("stop");
    CHECK(peek_type(packet) == Type::stop);
    packet[2] = 99; // another version
    packet[5] = 99; // and length
    CHECK(peek_type(packet) == Type::stop);
    packet.resize(4);
    CHECK(peek_type(packet) == Type::stop);
    packet[3] = 0;
    CHECK(peek_type(packet) == std::nullopt);
    packet.resize(3);
    CHECK(peek_type(packet) == std::nullopt);
    CHECK(peek_type({}) == std::nullopt);
}

namespace {

// The one length that messages of this type have; of those with several the least.
std::size_t length_of(Type type) {
    switch (type) {
    case Type::hello: return 512;
    case Type::cookie:
    case Type::stop:
    case Type::ready: return 64;
    case Type::start: return 80;
    case Type::assign: return 256;
    case Type::refuse:
    case Type::beat0:
    case Type::beat1:
    case Type::beat2: return 96;
    case Type::probe:
    case Type::echo: return 160;
    case Type::close:
    case Type::closed: return 48;
    case Type::report: return 480;
    case Type::size: return 48;
    case Type::sized: return 64;
    case Type::bulk: return 40;
    case Type::feedback: return 176;
    }
    return 0;
}

void check_type_flip(const golden::Packet& original, const golden::Packet& changed) {
    const auto to = peek_type(changed);
    const Decoded decoded = decode_any(changed);
    const std::string_view verdict = verdict_of(decoded);
    const bool same_version = original[2] == protocol_version;
    if (!to)
        CHECK(verdict == (same_version ? "type" : "version"));
    else if (!same_version && !is_handshake(*to))
        CHECK(verdict == "version");
    else if (*to == Type::feedback) // as long as its count of records says
        CHECK((verdict == "length" || verdict == "value"));
    else if (*to == Type::size || *to == Type::sized) // of any length but the shortest ones
        CHECK((original.size() < length_of(*to)) == (verdict == "length"));
    else if (*to != Type::bulk && original.size() != length_of(*to) &&
             !may_be_long(*to, original.size()))
        CHECK(verdict == "length");
    else // sound as a message of the other type, or with a value that it forbids
        CHECK((verdict == "ok" || verdict == "value"));
    if (decoded) CHECK(encode_any(*decoded)[3] == static_cast<std::uint8_t>(*to));
}

// The header of a message, for what a changed bit should have changed in it.
std::pair<std::uint64_t, std::uint64_t> session_and_counter(const AnyMessage& message) {
    if (const auto* sealed = std::get_if<SealedMessage>(&message))
        return {sealed->session, sealed->counter};
    if (const auto* handshake = std::get_if<HandshakeMessage>(&message))
        if (const auto* assign = std::get_if<Assign>(handshake)) return {assign->session, 0};
    return {0, 0};
}

// Why a datagram is dropped whose byte at this offset of the header has changed; nothing when it
// must be read all the same.
std::optional<std::string_view> reason_to_drop(Type type, std::size_t offset) {
    const bool reads_version = type != Type::hello && type != Type::cookie && type != Type::refuse;
    if (offset < 2) return "magic";
    if (offset == 2 && reads_version) return "version";
    if (offset == 4 || offset == 5) return "length";
    return std::nullopt;
}

void check_other_flip(const golden::Packet& original, const golden::Packet& changed,
                      std::size_t offset, std::uint64_t flipped_bit) {
    const Type type = *peek_type(original);
    const Decoded before = decode_any(original);
    const Decoded after = decode_any(changed);
    if (const auto reason = reason_to_drop(type, offset)) {
        CHECK(verdict_of(after) == *reason);
        return;
    }
    REQUIRE(after.has_value());
    auto [session, counter] = session_and_counter(*before);
    const bool sealed = std::holds_alternative<SealedMessage>(*before);
    if (offset >= 8 && offset < 16 && (sealed || type == Type::assign)) session ^= flipped_bit;
    if (offset >= 16 && sealed) counter ^= flipped_bit;
    CHECK(session_and_counter(*after) == std::pair{session, counter});
    // Nothing else has changed.
    AnyMessage restored = *after;
    if (auto* message = std::get_if<SealedMessage>(&restored)) {
        message->session = std::get<SealedMessage>(*before).session;
        message->counter = std::get<SealedMessage>(*before).counter;
    } else if (type == Type::assign) {
        std::get<Assign>(std::get<HandshakeMessage>(restored)).session =
            session_and_counter(*before).first;
    }
    CHECK(restored == *before);
}

} // namespace

TEST_CASE("each bit of the header changes what it stands for, or the datagram is dropped",
          "[wire]") {
    for (const auto& [file, packet] : packets()) {
        if (*peek_type(packet) == Type::bulk) continue; // its own test below
        for (std::size_t bit = 0; bit < 8 * sizeof(HeaderLayout); ++bit) {
            const std::size_t offset = bit / 8;
            INFO(file << ": byte " << offset << ", bit " << 7 - bit % 8);
            golden::Packet changed = packet;
            changed[offset] = static_cast<std::uint8_t>(changed[offset] ^ (0x80 >> bit % 8));
            if (offset == 3)
                check_type_flip(packet, changed);
            else
                check_other_flip(packet, changed, offset, std::uint64_t{1} << (63 - bit % 64));
        }
    }
}

TEST_CASE("each bit of a bulk header changes one field, or the datagram is dropped", "[wire]") {
    const golden::Packet packet = golden::load("bulk");
    const BulkHeader before = *decode_bulk(packet);
    for (std::size_t bit = 0; bit < 8 * sizeof(BulkLayout); ++bit) {
        const std::size_t offset = bit / 8;
        INFO("byte " << offset << ", bit " << 7 - bit % 8);
        golden::Packet changed = packet;
        changed[offset] = static_cast<std::uint8_t>(changed[offset] ^ (0x80 >> bit % 8));
        const auto after = decode_bulk(changed);
        if (offset < 6 || bit / 2 == 64) { // times end at 2^62: the two highest bits of sent_ns
            REQUIRE_FALSE(after.has_value());
            static constexpr std::array expected{Drop::magic, Drop::magic,  Drop::version,
                                                 Drop::type,  Drop::length, Drop::length};
            CHECK(after.error() == (offset < 6 ? expected[offset] : Drop::value));
            continue;
        }
        REQUIRE(after.has_value());
        BulkHeader expected = before;
        const auto bit_of = [bit](std::size_t end) {
            return std::uint64_t{1} << (8 * end - 1 - bit);
        };
        if (offset < 8)
            expected.test = static_cast<std::uint16_t>(expected.test ^ bit_of(8));
        else if (offset < 16)
            expected.sequence ^= bit_of(16);
        else if (offset < 24)
            expected.sent_ns ^= bit_of(24);
        else if (offset < 28)
            expected.step ^= static_cast<std::uint32_t>(bit_of(28));
        else if (offset < 32)
            expected.receipt ^= static_cast<std::uint32_t>(bit_of(32));
        CHECK(*after == expected); // the tag is not the decoder's business
    }
}

TEST_CASE("any bytes give exactly one message or one reason", "[wire]") {
    CHECK(rc::check("random bytes", [] {
        const auto size = *rc::gen::inRange<std::size_t>(0, 2001);
        const auto bytes = *rc::gen::container<std::vector<std::uint8_t>>(
            size, rc::gen::arbitrary<std::uint8_t>());
        keeps_its_promise(bytes);
        RC_ASSERT(decode_handshake(bytes).has_value() + decode_bulk(bytes).has_value() +
                      decode_sealed(bytes).has_value() <=
                  1);
    }));
    CHECK(rc::check("random bytes that begin like a message of the right length", [] {
        const auto& [file, model] = *rc::gen::elementOf(packets());
        golden::Packet bytes =
            *rc::gen::container<golden::Packet>(model.size(), rc::gen::arbitrary<std::uint8_t>());
        std::copy_n(model.begin(), 8, bytes.begin());
        RC_TAG(keeps_its_promise(bytes) ? "message" : "dropped");
    }));
}

TEST_CASE("a damaged message is read for what it says, or dropped", "[wire]") {
    CHECK(rc::check("bytes of golden packets replaced, cut off and appended", [] {
        golden::Packet bytes = (*rc::gen::elementOf(packets())).second;
        const auto places = *rc::gen::container<std::vector<std::size_t>>(
            *rc::gen::inRange<std::size_t>(0, 6), rc::gen::inRange<std::size_t>(0, bytes.size()));
        for (const std::size_t place : places)
            bytes[place] = *rc::gen::weightedOneOf<std::uint8_t>(
                {{2, rc::gen::arbitrary<std::uint8_t>()},
                 {1, rc::gen::element<std::uint8_t>(0, 1, 2, 0x7f, 0x80, 0xff)}});
        const auto size = *rc::gen::weightedOneOf<std::size_t>(
            {{3, rc::gen::just(bytes.size())}, {1, rc::gen::inRange<std::size_t>(0, 1300)}});
        bytes.resize(size);
        if (size >= 6 && *rc::gen::arbitrary<bool>()) set_length(bytes);
        RC_TAG(keeps_its_promise(bytes) ? "message" : "dropped");
    }));
}
