#include "check.hpp"
#include "crypto/message_tag.hpp"
#include "unit/crypto/hex.hpp"

#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::crypto;

namespace {

// Of RFC 4493, section 4, where its examples take the first 0, 16, 40 and 64 bytes of one message.
constexpr Key128 key_of_rfc{0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                            0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
constexpr std::array<std::uint8_t, 64> message_of_rfc{
    0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a,
    0xae, 0x2d, 0x8a, 0x57, 0x1e, 0x03, 0xac, 0x9c, 0x9e, 0xb7, 0x6f, 0xac, 0x45, 0xaf, 0x8e, 0x51,
    0x30, 0xc8, 0x1c, 0x46, 0xa3, 0x5c, 0xe4, 0x11, 0xe5, 0xfb, 0xc1, 0x19, 0x1a, 0x0a, 0x52, 0xef,
    0xf6, 0x9f, 0x24, 0x45, 0xdf, 0x4f, 0x9b, 0x17, 0xad, 0x2b, 0x41, 0x7b, 0xe6, 0x6c, 0x37, 0x10};

struct Answer {
    std::size_t bytes;
    std::string tag;
};

} // namespace

TEST_CASE("the tag of a message is AES-CMAC: the examples of RFC 4493", "[crypto]") {
    MessageTagger tagger{key_of_rfc};
    const std::vector<Answer> answers{{0, "bb1d6929e95937287fa37d129b756746"},
                                      {16, "070a16b46b4d4144f79bdd9dd04a287c"},
                                      {40, "dfa66747de9ae63030ca32611497c827"},
                                      {64, "51f0bebf7e3b9d92fc49741779363cfe"}};
    // Twice: what was tagged before must leave no trace.
    for (int round = 0; round < 2; ++round)
        for (const auto& [bytes, tag] : answers)
            CHECK(hex(tagger.tag(Bytes{message_of_rfc}.first(bytes))) == tag);
}

TEST_CASE("messages as long as ours have the tags that another program gives", "[crypto]") {
    // Printed by tests/golden/known_answers.py.
    MessageTagger tagger{counting_key<Key128>()};
    const std::vector<Answer> answers{
        {80, "46e1796ec7f1efdf265e567d7091ce15"},   {200, "fd16dbc7e2b5a519fa40647f57866166"},
        {1184, "39e9f8cad8b40013b12bae4f762d5033"}, {1280, "f6d6543891e42560699848e977bba877"},
        {1281, "045e33b5af73e9a8ce749d2ec1409ea6"}, {2560, "707a36d2f9c411aeaf6efbfa9fdd17dc"},
        {8956, "7b88d45abc259f7a8e67a6802a4a8b43"}};
    for (const auto& [bytes, tag] : answers)
        CHECK(hex(tagger.tag(counting_to_250(bytes))) == tag);
}

TEST_CASE("a message's tag is right for its key and that message only", "[crypto]") {
    MessageTagger tagger{counting_key<Key128>()};
    const auto message = counting_to_250(88);
    const Tag128 tag = tagger.tag(message);
    REQUIRE(tagger.verify(message, tag));
    CHECK_FALSE(MessageTagger{counting_key<Key128>(1)}.verify(message, tag));
    CHECK_FALSE(tagger.verify(Bytes{message}.first(87), tag));
    for (std::size_t bit = 0; bit < 8 * message.size(); ++bit) {
        auto changed = message;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << bit % 8));
        REQUIRE_FALSE(tagger.verify(changed, tag));
    }
    for (std::size_t bit = 0; bit < 8 * tag.size(); ++bit) {
        Tag128 changed = tag;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << bit % 8));
        REQUIRE_FALSE(tagger.verify(message, changed));
    }
    CHECK(tagger.verify(message, tag));
}

TEST_CASE("what a filled-up message would look like when whole has another tag", "[crypto]") {
    MessageTagger tagger{counting_key<Key128>()};
    auto message = counting_to_250(24);
    const Tag128 tag = tagger.tag(message);
    message.push_back(0x80);
    message.resize(32, 0);
    CHECK_FALSE(tagger.verify(message, tag));
}
