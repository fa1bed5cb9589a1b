#include "check.hpp"
#include "golden/golden.hpp"
#include "wire/codec.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <numeric>

using namespace wyn;
using namespace wyn::wire;

namespace {

constexpr std::size_t hello_room = hello_extension_room;
constexpr std::size_t assign_room = assign_extension_room;
constexpr std::size_t longest_value = hello_room - 4;

Bytes some_bytes(std::size_t count) {
    static const auto bytes = [] {
        std::array<std::uint8_t, 2 * hello_room> all{};
        std::iota(all.begin(), all.end(), std::uint8_t{1});
        return all;
    }();
    return Bytes{bytes}.first(count);
}

// HELLO with this list, read back from its bytes.
std::expected<Extensions, Drop> through_hello(const Extensions& extensions) {
    std::array<std::uint8_t, sizeof(HelloLayout)> bytes{};
    encode(HandshakeMessage{Hello{.extensions = extensions}}, bytes);
    const auto decoded = decode_handshake(bytes);
    if (!decoded) return std::unexpected{decoded.error()};
    return std::get<Hello>(*decoded).extensions;
}

// What HELLO gives when its list is these bytes, written past add().
std::expected<Extensions, Drop> raw(std::initializer_list<int> bytes) {
    Extensions extensions{.bytes = static_cast<std::uint16_t>(bytes.size())};
    std::transform(bytes.begin(), bytes.end(), extensions.raw.begin(),
                   [](int byte) { return static_cast<std::uint8_t>(byte); });
    return through_hello(extensions);
}

} // namespace

TEST_CASE("up to 32 extensions travel, in their order", "[wire]") {
    Extensions extensions;
    for (std::uint16_t type = 1; type <= most_extensions; ++type)
        REQUIRE(extensions.add(type, some_bytes(type % 5), hello_room));
    CHECK(through_hello(extensions) == extensions);

    SECTION("a 33rd is neither written nor read") {
        const Extensions before = extensions;
        CHECK_FALSE(extensions.add(33, {}, hello_room));
        CHECK(extensions == before);
        extensions.raw[extensions.bytes + 1U] = 33; // type 33, no value, past add()
        extensions.bytes = static_cast<std::uint16_t>(extensions.bytes + 4);
        CHECK(through_hello(extensions) == std::unexpected{Drop::extension});
    }
}

TEST_CASE("an extension that stands there already is neither written nor read", "[wire]") {
    Extensions extensions;
    REQUIRE(extensions.add(7, some_bytes(2), hello_room));
    CHECK_FALSE(extensions.add(7, some_bytes(3), hello_room));
    CHECK(extensions.bytes == 6);
    CHECK(raw({0, 7, 0, 0, 0, 8, 0, 0, 0, 7, 0, 0}) == std::unexpected{Drop::extension});
    CHECK(raw({0, 7, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0}).has_value());
}

TEST_CASE("a list fills its bytes exactly", "[wire]") {
    CHECK(raw({}).has_value());
    CHECK(raw({0, 7, 0, 0}).has_value());
    CHECK(raw({0, 7, 0, 1, 5}).has_value());
    SECTION("a header that is cut off") {
        CHECK(raw({0}) == std::unexpected{Drop::extension});
        CHECK(raw({0, 7, 0}) == std::unexpected{Drop::extension});
        CHECK(raw({0, 7, 0, 0, 1}) == std::unexpected{Drop::extension});
    }
    SECTION("a value that is cut off") {
        CHECK(raw({0, 7, 0, 2, 5}) == std::unexpected{Drop::extension});
        CHECK(raw({0, 7, 0xff, 0xff, 5}) == std::unexpected{Drop::extension});
    }
    SECTION("bytes behind the list that are not zero") {
        std::array<std::uint8_t, sizeof(HelloLayout)> bytes{};
        encode(HandshakeMessage{Hello{}}, bytes);
        REQUIRE(decode_handshake(bytes).has_value());
        bytes[offsetof(HelloLayout, tag) - 1] = 1;
        CHECK(decode_handshake(bytes) == std::unexpected{Drop::extension});
    }
}

TEST_CASE("a value may take all the room that the message has, and no byte more", "[wire]") {
    Extensions extensions;
    CHECK_FALSE(extensions.add(1, some_bytes(longest_value + 1), hello_room));
    CHECK(extensions.bytes == 0);
    CHECK(extensions.add(1, some_bytes(longest_value), hello_room));
    CHECK(extensions.bytes == hello_room);
    CHECK(through_hello(extensions) == extensions);
    CHECK_FALSE(extensions.add(2, {}, hello_room));

    SECTION("which in ASSIGN is less") {
        Assign assign = std::get<Assign>(*decode_handshake(golden::load("assign")));
        assign.extensions = {};
        CHECK_FALSE(assign.extensions.add(1, some_bytes(assign_room - 3), assign_room));
        CHECK(assign.extensions.add(1, some_bytes(assign_room - 4), assign_room));
        std::array<std::uint8_t, sizeof(AssignLayout)> bytes{};
        encode(HandshakeMessage{assign}, bytes);
        CHECK(decode_handshake(bytes) == HandshakeMessage{assign});
    }
    SECTION("and more room than there is makes no more") {
        Extensions greedy;
        CHECK_FALSE(greedy.add(1, some_bytes(longest_value + 1), 10'000));
    }
}

TEST_CASE("bit 15 of the type makes an extension critical", "[wire]") {
    Extensions extensions;
    CHECK(extensions.first_critical() == 0);
    REQUIRE(extensions.add(0x7fff, some_bytes(3), hello_room));
    REQUIRE(extensions.add(0, some_bytes(1), hello_room));
    CHECK(extensions.first_critical() == 0);
    REQUIRE(extensions.add(0x8000, {}, hello_room));
    CHECK(extensions.first_critical() == 0x8000);
    REQUIRE(extensions.add(0xffff, some_bytes(2), hello_room));
    CHECK(extensions.first_critical() == 0x8000); // the first one in the list

    SECTION("and its value is not taken for a type") {
        Extensions other;
        const std::array<std::uint8_t, 4> looks_critical{0x80, 0x01, 0, 0};
        REQUIRE(other.add(1, looks_critical, hello_room));
        CHECK(other.first_critical() == 0);
    }
    SECTION("reading does not judge: it is the receiver who refuses") {
        CHECK(through_hello(extensions) == extensions);
        const auto newer = decode_handshake(golden::load("hello_newer"));
        CHECK(std::get<Hello>(*newer).extensions.first_critical() == 0x8001);
    }
}

TEST_CASE("whatever add() takes comes back from the wire", "[wire]") {
    const auto random_lists = [] {
        Extensions extensions;
        const auto count = *rc::gen::inRange<std::size_t>(0, 40);
        for (std::size_t i = 0; i < count; ++i) {
            const auto type = *rc::gen::inRange<std::uint16_t>(0, 60);
            const auto size =
                *rc::gen::weightedOneOf<std::size_t>({{5, rc::gen::inRange<std::size_t>(0, 8)},
                                                      {1, rc::gen::inRange<std::size_t>(0, 450)}});
            extensions.add(type, some_bytes(size), hello_room);
        }
        const auto back = through_hello(extensions);
        RC_ASSERT(back.has_value());
        RC_ASSERT(*back == extensions);
    };
    CHECK(rc::check("random lists", random_lists));
}
