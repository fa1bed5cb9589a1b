// Known answers; those without a source were computed by tests/golden/known_answers.py.
#include "check.hpp"
#include "crypto/primitives.hpp"
#include "unit/crypto/hex.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::crypto;

namespace {

struct Answer {
    std::size_t message_bytes;
    std::string_view digest;
};

// The message of known_answers.py that no power of two divides.
std::string blake2b(Bytes key, std::size_t output_bytes, Bytes message) {
    std::vector<std::uint8_t> out(output_bytes);
    Blake2b{key, output_bytes}.compute({message}, out);
    return hex(out);
}

} // namespace

TEST_CASE("this host's OpenSSL offers what the protocol needs", "[crypto]") {
    const auto offered = self_test();
    INFO((offered ? std::string{} : offered.error().what()));
    CHECK(offered.has_value());
}

TEST_CASE("keyed BLAKE2b-512 gives the answers of its authors", "[crypto]") {
    // Key 00..3f, message 00, 01, 02, ...: lines of blake2b-kat.txt of the reference
    // implementation.
    const std::array answers{
        Answer{0, "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
                  "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568"},
        Answer{1, "961f6dd1e4dd30f63901690c512e78e4b45e4742ed197c3c5e45c549fd25f2e4"
                  "187b0bc9fe30492b16b0d0bc4ef9b0f34c7003fac09a5ef1532e69430234cebd"},
        Answer{64, "65676d800617972fbd87e4b9514e1c67402b7a331096d3bfac22f1abb95374ab"
                   "c942f16e9ab0ead33b87c91968a6e509e119ff07787b3ef483e1dcdccf6e3022"},
        Answer{127, "76d2d819c92bce55fa8e092ab1bf9b9eab237a25267986cacf2b8ee14d214d73"
                    "0dc9a5aa2d7b596e86a1fd8fa0804c77402d2fcd45083688b218b1cdfa0dcbcb"},
        Answer{128, "72065ee4dd91c2d8509fa1fc28a37c7fc9fa7d5b3f8ad3d0d7a25626b57b1b44"
                    "788d4caf806290425f9890a3a2a35a905ab4b37acfd0da6e4517b2525c9651e4"},
        Answer{129, "64475dfe7600d7171bea0b394e27c9b00d8e74dd1e416a79473682ad3dfdbb70"
                    "6631558055cfc8a40e07bd015a4540dcdea15883cbbf31412df1de1cd4152b91"},
        Answer{255, "142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e9248"
                    "4be1c1e73ba10906d5d1853db6a4106e0a7bf9800d373d6dee2d46d62ef2a461"},
    };
    for (const Answer& answer : answers)
        CHECK(blake2b(counting(64), 64, counting(answer.message_bytes)) == answer.digest);
}

TEST_CASE("keyed BLAKE2b of 256 and 128 bits is another function each", "[crypto]") {
    const std::array of_256_bits{
        Answer{0, "4e51e7a913fc80137da52880fecca175bf81e117d5c68126dc2774033517ea0d"},
        Answer{3, "e14fc9161564dd081204f2dd6146a9ffbef66f95d5dc80e0a225e213c09dad7b"},
        Answer{240, "2285160e4b9bdfc43fa8e7681ad6879ad6ddff6112e998af4e2ace318600933d"},
        Answer{496, "80660e531c2fa5a68e74f6be194021b8e65d9b3e38170f3e12ebb2c39185dedf"},
    };
    for (const Answer& answer : of_256_bits)
        CHECK(blake2b(counting(32), 32, counting_to_250(answer.message_bytes)) == answer.digest);
    const std::array of_128_bits{
        Answer{0, "3daf97bce7888fd59773c66bf647459c"},
        Answer{3, "194701a386811588a35d83be1f36769c"},
        Answer{240, "1415eb8070f6d7e8a7f07c3c69d1d7e2"},
        Answer{496, "ad74847d82097285d4afe641b5f87aea"},
    };
    for (const Answer& answer : of_128_bits) {
        const auto message = counting_to_250(answer.message_bytes);
        CHECK(blake2b(counting(32), 16, message) == answer.digest);
        CHECK(hex(Tagger{counting_key<Key256>()}.tag({message})) == answer.digest);
    }
}

TEST_CASE("a tagger tags many messages, in parts or whole", "[crypto]") {
    Tagger tagger{counting_key<Key256>()};
    const auto message = counting_to_250(496);
    for (const std::size_t cut : std::array<std::size_t, 6>{0, 1, 127, 128, 495, 496}) {
        const auto tag = tagger.tag({Bytes{message}.first(cut), Bytes{message}.subspan(cut)});
        CHECK(hex(tag) == "ad74847d82097285d4afe641b5f87aea");
        CHECK(tagger.verify({message}, tag));
    }
    CHECK(hex(tagger.tag({})) == "3daf97bce7888fd59773c66bf647459c");
}

TEST_CASE("a tag is right for its key and message only", "[crypto]") {
    Tagger tagger{counting_key<Key256>()};
    const auto message = counting(80);
    const Tag128 tag = tagger.tag({message});
    REQUIRE(tagger.verify({message}, tag));
    CHECK_FALSE(Tagger{counting_key<Key256>(1)}.verify({message}, tag));
    for (std::size_t bit = 0; bit < 8 * message.size(); ++bit) {
        auto changed = message;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << bit % 8));
        REQUIRE_FALSE(tagger.verify({changed}, tag));
    }
    for (std::size_t bit = 0; bit < 8 * tag.size(); ++bit) {
        Tag128 changed = tag;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << bit % 8));
        REQUIRE_FALSE(tagger.verify({message}, changed));
    }
    CHECK_FALSE(tagger.verify({Bytes{message}.first(79)}, tag));
}

TEST_CASE("SipHash-2-4 of 128 bits gives the answers of its authors", "[crypto]") {
    // Key 00..0f, message 00, 01, 02, ...: lines of vectors_sip128 of the reference implementation.
    const std::array answers{
        Answer{0, "a3817f04ba25a8e66df67214c7550293"},
        Answer{1, "da87c1d86b99af44347659119b22fc45"},
        Answer{7, "a1f1ebbed8dbc153c0b84aa61ff08239"},
        Answer{8, "3b62a9ba6258f5610f83e264f31497b4"},
        Answer{15, "5493e99933b0a8117e08ec0f97cfc3d9"},
        Answer{16, "6ee2a4ca67b054bbfd3315bf85230577"},
        Answer{63, "5150d1772f50834a503e069a973fbd7c"},
    };
    for (const Answer& answer : answers)
        CHECK(hex(siphash(counting_key<Key128>(), counting(answer.message_bytes))) ==
              answer.digest);
}

TEST_CASE("a key for one purpose is BLAKE2b-256 of the purpose's name", "[crypto]") {
    const Key256 secret = counting_key<Key256>();
    CHECK(hex(derive(secret, "assign")) == blake2b(secret, 32, bytes_of("assign")));
    CHECK(derive(secret, "assign") != derive(secret, "assigN"));
    CHECK(derive(secret, "assign") != derive(counting_key<Key256>(1), "assign"));
    CHECK(hex(derive(secret, "")) ==
          "4e51e7a913fc80137da52880fecca175bf81e117d5c68126dc2774033517ea0d");
}

TEST_CASE("comparison looks at length and every byte", "[crypto]") {
    CHECK(same({}, {}));
    const auto bytes = counting(33);
    CHECK(same(bytes, bytes));
    CHECK_FALSE(same(bytes, Bytes{bytes}.first(32)));
    CHECK_FALSE(same(Bytes{bytes}.first(32), bytes));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto other = bytes;
        other[i] = static_cast<std::uint8_t>(other[i] + 1);
        CHECK_FALSE(same(bytes, other));
    }
}

TEST_CASE("what was wiped is zeros", "[crypto]") {
    auto secret = counting(40, 1);
    wipe(std::span{secret}.first(39));
    CHECK(std::count(secret.begin(), secret.end(), 0) == 39);
    CHECK(secret.back() == 40);
}
