#include "base/random.hpp"
#include "check.hpp"
#include "crypto/bulk_tag.hpp"
#include "golden/golden.hpp"
#include "unit/crypto/hex.hpp"

#include <rapidcheck.h>

#include <algorithm>

using namespace wyn;
using namespace wyn::crypto;

namespace {

constexpr std::size_t shortest = tagged_bytes + bulk_tag_bytes;

using Train = std::vector<std::uint8_t>;

Train random_train(std::size_t datagrams, std::size_t segment, std::size_t last,
                   std::uint64_t seed) {
    Train train((datagrams - 1) * segment + last);
    SeededRandom{seed}.fill(train);
    return train;
}

std::string tag_in(const Train& train, std::size_t segment, std::size_t index) {
    return hex(Bytes{train}.subspan(index * segment + tagged_bytes, bulk_tag_bytes));
}

// The tag of one header alone.
std::string lone_tag(const Key128& key, Bytes datagram) {
    Train alone{datagram.begin(), datagram.begin() + shortest};
    BulkTagger{key}.tag(alone, shortest);
    return tag_in(alone, shortest, 0);
}

void flip(Train& train, std::size_t bit) {
    train[bit / 8] = static_cast<std::uint8_t>(train[bit / 8] ^ (1 << bit % 8));
}

} // namespace

TEST_CASE("the tag is the first half of AES-128's CBC-MAC over the header, second half first",
          "[crypto]") {
    // Answers of tests/golden/known_answers.py and, with the halves swapped, of
    // `openssl enc -aes-128-cbc -nopad`.
    Train zeros(shortest);
    BulkTagger{Key128{}}.tag(zeros, shortest);
    CHECK(tag_in(zeros, shortest, 0) == "f795bd4a52e29ed7");

    Train counting_up = counting(shortest);
    BulkTagger{counting_key<Key128>()}.tag(counting_up, shortest);
    CHECK(tag_in(counting_up, shortest, 0) == "76cd8f78c31ebf12");

    Train counting_down = counting(shortest);
    std::transform(counting_down.begin(), counting_down.end(), counting_down.begin(),
                   [](std::uint8_t byte) { return static_cast<std::uint8_t>(~byte); });
    Key128 ones{};
    ones.fill(0xff);
    BulkTagger{ones}.tag(counting_down, shortest);
    CHECK(tag_in(counting_down, shortest, 0) == "f9ec9669a2c03835");
}

TEST_CASE("golden bulk datagrams carry the tag of their port's key", "[crypto]") {
    // The keys that tests/golden/derive_keys.py derives for the golden session.
    const Key128 upload{0x6f, 0xbc, 0x6a, 0x0d, 0x6f, 0xc0, 0x18, 0xeb,
                        0xe2, 0xc1, 0xbc, 0xa5, 0x10, 0xf0, 0x76, 0xd1};
    const Key128 download{0xe3, 0x87, 0x9b, 0xfa, 0x12, 0x81, 0x07, 0x86,
                          0x76, 0xab, 0x03, 0xbf, 0x47, 0xa4, 0x15, 0x60};
    for (const std::string name : {"bulk_primer", "bulk"}) {
        const golden::Packet packet = golden::load(name);
        CHECK(BulkTagger{download}.verify(packet, packet.size())[0]);
        CHECK_FALSE(BulkTagger{upload}.verify(packet, packet.size())[0]);
    }
    const golden::Packet packet = golden::load("bulk_up");
    CHECK(BulkTagger{upload}.verify(packet, packet.size())[0]);
}

TEST_CASE("a train of any length is tagged and checked datagram by datagram", "[crypto]") {
    const Key128 key = counting_key<Key128>(9);
    BulkTagger tagger{key};
    for (std::size_t datagrams = 1; datagrams <= longest_train; ++datagrams) {
        INFO(datagrams << " datagrams");
        const std::size_t segment = shortest + datagrams % 7;
        const Train before = random_train(datagrams, segment, segment, datagrams);
        Train train = before;
        tagger.tag(train, segment);
        const auto right = tagger.verify(train, segment);
        REQUIRE(right.count() == datagrams);
        REQUIRE(right[datagrams - 1]);
        for (std::size_t i = 0; i < datagrams; ++i) {
            REQUIRE(tag_in(train, segment, i) == lone_tag(key, Bytes{train}.subspan(i * segment)));
            std::copy_n(before.begin() + static_cast<std::ptrdiff_t>(i * segment + tagged_bytes),
                        bulk_tag_bytes,
                        train.begin() + static_cast<std::ptrdiff_t>(i * segment + tagged_bytes));
        }
        REQUIRE(train == before); // nothing but the tags was written
    }
}

TEST_CASE("each changed bit of the 40 bytes is noticed, none behind them", "[crypto]") {
    BulkTagger tagger{counting_key<Key128>()};
    const std::size_t segment = shortest + 3;
    Train train = random_train(3, segment, segment, 1);
    tagger.tag(train, segment);
    for (std::size_t bit = 0; bit < 8 * segment; ++bit) {
        INFO("bit " << bit << " of the second datagram");
        Train changed = train;
        flip(changed, 8 * segment + bit);
        const auto right = tagger.verify(changed, segment);
        REQUIRE(right[0]);
        REQUIRE(right[2]);
        REQUIRE(right[1] == (bit >= 8 * shortest));
    }
}

TEST_CASE("the last datagram of a train may be shorter", "[crypto]") {
    BulkTagger tagger{counting_key<Key128>()};
    constexpr std::size_t segment = 1000;
    Train train = random_train(5, segment, 60, 2);
    tagger.tag(train, segment);
    CHECK(tagger.verify(train, segment).count() == 5);

    SECTION("down to the header") {
        train.resize(4 * segment + shortest);
        CHECK(tagger.verify(train, segment).count() == 5);
    }
    SECTION("and when it has no room for a tag it has none") {
        train.resize(4 * segment + shortest - 1);
        CHECK(tagger.verify(train, segment).to_ulong() == 0b01111);
        train.resize(4 * segment + 1);
        CHECK(tagger.verify(train, segment).to_ulong() == 0b01111);
        train.resize(4 * segment);
        CHECK(tagger.verify(train, segment).to_ulong() == 0b01111);
    }
}

TEST_CASE("datagrams too short for a tag are never right", "[crypto]") {
    BulkTagger tagger{counting_key<Key128>()};
    const Train bytes = random_train(1, 1, 400, 3);
    CHECK(tagger.verify({}, 0).none());
    CHECK(tagger.verify({}, shortest).none());
    CHECK(tagger.verify(bytes, 0).none());
    CHECK(tagger.verify(bytes, shortest - 1).none());
    CHECK(tagger.verify(Bytes{bytes}.first(shortest - 1), 1000).none());
}

TEST_CASE("of a train that is too long the first 128 datagrams are checked", "[crypto]") {
    BulkTagger tagger{counting_key<Key128>()};
    Train train = random_train(longest_train, shortest, shortest, 4);
    tagger.tag(train, shortest);
    Train longer = train;
    longer.insert(longer.end(), train.begin(), train.begin() + 2 * shortest);
    CHECK(tagger.verify(longer, shortest).count() == longest_train);
}

TEST_CASE("whatever a train looks like, it verifies after tagging and not with another key",
          "[crypto]") {
    CHECK(rc::check("random trains", [] {
        const auto segment = *rc::gen::inRange<std::size_t>(shortest, 1600);
        const auto datagrams = *rc::gen::inRange<std::size_t>(1, longest_train + 1);
        const auto last = *rc::gen::inRange<std::size_t>(shortest, segment + 1);
        const auto seed = *rc::gen::arbitrary<std::uint64_t>();
        Train train = random_train(datagrams, segment, last, seed);
        const auto key = SeededRandom{seed}.bytes<16>();
        BulkTagger{key}.tag(train, segment);
        RC_ASSERT(BulkTagger{key}.verify(train, segment).count() == datagrams);
        Key128 other = key;
        other[seed % 16] ^= 1;
        RC_ASSERT(BulkTagger{other}.verify(train, segment).none());
    }));
}

TEST_CASE("datagrams that left together have the tags that each has alone", "[crypto]") {
    const Key128 key = counting_key<Key128>();
    constexpr std::size_t segment = shortest + 5;
    Train train = random_train(44, segment, segment, 5);
    for (std::size_t i = 1; i < 44; ++i) // bytes 16 to 31 are the train's
        std::copy_n(train.begin() + 16, 16,
                    train.begin() + static_cast<std::ptrdiff_t>(i * segment + 16));
    const std::size_t odd = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{43});
    INFO("but for the " << odd << ". one");
    if (odd != 0) flip(train, 8 * (odd * segment + 31));
    BulkTagger tagger{key};
    tagger.tag(train, segment);
    for (std::size_t i = 0; i < 44; ++i)
        REQUIRE(tag_in(train, segment, i) ==
                lone_tag(key, Bytes{train}.subspan(i * segment, segment)));
    CHECK(tagger.verify(train, segment).count() == 44);
    flip(train, 8 * (7 * segment + 20)); // in the half that is shared
    CHECK(tagger.verify(train, segment).count() == 43);
    CHECK_FALSE(tagger.verify(train, segment)[7]);
}
