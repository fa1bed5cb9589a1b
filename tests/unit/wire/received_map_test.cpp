#include "check.hpp"
#include "wire/received_map.hpp"

#include <vector>

using namespace wyn;
using namespace wyn::wire;

namespace {

ReceivedMap map_with(std::uint32_t newest, MapForm form, const std::vector<std::uint8_t>& bytes) {
    ReceivedMap map{
        .newest = newest, .form = form, .length = static_cast<std::uint8_t>(bytes.size())};
    std::ranges::copy(bytes, map.bytes.begin());
    return map;
}

struct Read {
    std::vector<Stretch> stretches;
    bool sound = true;
};

Read read(const ReceivedMap& map) {
    Read read;
    StretchReader reader{map};
    while (const auto stretch = reader.next())
        read.stretches.push_back(*stretch);
    read.sound = reader.is_sound();
    return read;
}

bool same(const Stretch& one, const Stretch& other) {
    return one.highest == other.highest && one.count == other.count && one.came == other.came;
}

} // namespace

TEST_CASE("a map of bits is read from the newest number down, the low bits first", "[wire]") {
    const Read found = read(map_with(100, MapForm::bits, {0b0000'0111, 0b1000'0000}));
    REQUIRE(found.stretches.size() == 3);
    CHECK(same(found.stretches[0], {.highest = 100, .count = 3, .came = true}));
    CHECK(same(found.stretches[1], {.highest = 97, .count = 12, .came = false}));
    CHECK(same(found.stretches[2], {.highest = 85, .count = 1, .came = true}));
    CHECK(found.sound);
}

TEST_CASE("bits below number 0 are not read", "[wire]") {
    const Read found = read(map_with(2, MapForm::bits, {0b1111'1101, 0xff}));
    REQUIRE(found.stretches.size() == 3);
    CHECK(same(found.stretches[2], {.highest = 0, .count = 1, .came = true}));
}

TEST_CASE("a map of lengths alternates between what came and what did not", "[wire]") {
    const Read found = read(map_with(1000, MapForm::lengths, {0x85, 0x02, 0x07, 0x01, 0x00, 0x55}));
    REQUIRE(found.stretches.size() == 3);
    CHECK(same(found.stretches[0], {.highest = 1000, .count = 261, .came = true}));
    CHECK(same(found.stretches[1], {.highest = 739, .count = 7, .came = false}));
    CHECK(same(found.stretches[2], {.highest = 732, .count = 1, .came = true}));
    CHECK(found.sound); // what stands behind a zero is not read
}

TEST_CASE("lengths that make no sense are told", "[wire]") {
    const auto is_sound = [](std::uint32_t newest, const std::vector<std::uint8_t>& bytes) {
        return read(map_with(newest, MapForm::lengths, bytes)).sound;
    };
    CHECK(is_sound(9, {10}));               // all there are
    CHECK(is_sound(9, {10, 7}));            // what follows is not read
    CHECK_FALSE(is_sound(9, {11}));         // more than there are
    CHECK_FALSE(is_sound(9, {4, 7}));       // in sum
    CHECK_FALSE(is_sound(1000, {4, 0x83})); // cut off
    CHECK(is_sound(1000, {}));
    CHECK(is_sound(0xffff'ffff, {0x80, 0x80, 0x80, 0x80, 0x10})); // 2^32
    CHECK_FALSE(is_sound(0xffff'ffff, {0x80, 0x80, 0x80, 0x80, 0x80, 0x01}));
    CHECK_FALSE(is_sound(0xffff'ffff, {0x81, 0x80, 0x80, 0x80, 0x10}));
}

TEST_CASE("what is written is read, until there is no more room", "[wire]") {
    ReceivedMap map{.newest = 0xffff'ffff, .length = 8};
    StretchWriter writer{map};
    const std::vector<std::uint64_t> counts{1, 127, 128, 16'384}; // 1, 1, 2 and 3 bytes
    for (const std::uint64_t count : counts)
        CHECK(writer.add(count));
    CHECK_FALSE(writer.add(128));
    CHECK(writer.add(9));
    CHECK_FALSE(writer.add(1));
    const Read found = read(map);
    REQUIRE(found.stretches.size() == 5);
    for (std::size_t i = 0; i < counts.size(); ++i)
        CHECK(found.stretches[i].count == counts[i]);
    CHECK(found.sound);
}
