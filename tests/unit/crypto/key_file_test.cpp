#include "check.hpp"
#include "crypto/keys.hpp"
#include "unit/crypto/hex.hpp"

#include <fmt/format.h>

using namespace wyn;
using namespace wyn::crypto;

namespace {

const std::string key_a = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const std::string key_b = "FFEEDDCCBBAA99887766554433221100ffeeddccbbaa99887766554433221100";
const std::string zeros(64, '0');

// The sentence of the refusal; fails the test when the text is accepted.
std::string refusal(const std::string& text) {
    const auto keys = parse_key_file(text, "keys");
    REQUIRE_FALSE(keys.has_value());
    return keys.error().what();
}

} // namespace

TEST_CASE("a key file names keys by number, with or without a name", "[crypto]") {
    const auto keys = REQUIRE_OK(parse_key_file("# ours\n"
                                                "\n"
                                                "17 " +
                                                    key_a +
                                                    " office-1.example_net\n"
                                                    "  \t \n"
                                                    "\t4294967295\t" +
                                                    key_b +
                                                    "  \r\n"
                                                    "   # indented\n",
                                                "keys"));
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].id == 17);
    CHECK(hex(keys[0].psk) == key_a);
    CHECK(keys[0].name == "office-1.example_net");
    CHECK(keys[1].id == 4294967295);
    CHECK(hex(keys[1].psk) == "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100");
    CHECK(keys[1].name == "key 4294967295");
}

TEST_CASE("the last line of a key file needs no end", "[crypto]") {
    CHECK(REQUIRE_OK(parse_key_file("1 " + key_a, "keys")).size() == 1);
}

TEST_CASE("a name has at most 32 characters of a few kinds", "[crypto]") {
    const std::string longest(32, 'n');
    CHECK(REQUIRE_OK(parse_key_file("1 " + key_a + " " + longest, "keys"))[0].name == longest);
    const std::string what =
        "keys:1: key 1: a name has at most 32 letters, digits, '.', '_' or '-'";
    CHECK(refusal("1 " + key_a + " " + longest + "n") == what);
    for (const std::string bad : {"a/b", "a\"b", "a=b", "caf\xc3\xa9", "a\x01", "#later"})
        CHECK(refusal(fmt::format("1 {} {}", key_a, bad)) == what);
}

TEST_CASE("each mistake in a key file is told with its line", "[crypto]") {
    const std::string number = "keys:2: expected a key id from 1 to 4294967295";
    for (const std::string id : {"0", "-1", "4294967296", "0x11", "1a", "one", "99999999999999"})
        CHECK(refusal(fmt::format("\n{} {}", id, key_a)) == number);
    const std::string digits = "keys:1: key 5: expected 64 hexadecimal digits";
    CHECK(refusal("5") == digits);
    CHECK(refusal("5 " + key_a.substr(1)) == digits);
    CHECK(refusal("5 " + key_a + "0") == digits);
    CHECK(refusal("5 g" + key_a.substr(1)) == digits);
    CHECK(refusal("5 0x" + key_a.substr(2)) == digits);
    CHECK(refusal("5 -1" + key_a.substr(2)) == digits);
    CHECK(refusal("5 +1" + key_a.substr(2)) == digits);
    CHECK(refusal("5 " + zeros) == "keys:1: key 5: a key of zeros is no key");
    CHECK(refusal("5 " + key_a + " name more") == "keys:1: key 5: expected nothing after the name");
    CHECK(refusal("5 " + key_a + "\n6 " + key_b + "\n5 " + key_b) ==
          "keys:3: key 5 was given before");
    CHECK(refusal("") == "keys: no key in this file");
    CHECK(refusal("# 5 " + key_a + "\n") == "keys: no key in this file");
    CHECK(refusal(std::string("5 ") + key_a.substr(0, 10) + '\0' + key_a.substr(11)) == digits);
}

TEST_CASE("a refusal never shows a key", "[crypto]") {
    for (const char* const text : {"5 {0}0", "5 {0} name more", "5 {0} na/me", "5 {0}\n5 {0}",
                                   "{0} 5", "5, {0}", "name {0}", "5 {0}{0}"}) {
        const std::string said = refusal(fmt::format(fmt::runtime(text), key_a));
        INFO(said);
        for (std::size_t at = 0; at + 8 <= key_a.size(); ++at)
            REQUIRE(said.find(key_a.substr(at, 8)) == std::string::npos);
    }
}

TEST_CASE("a key ring gives the key of a number", "[crypto]") {
    Keyring ring{REQUIRE_OK(parse_key_file("17 " + key_a + " office\n4 " + key_b, "keys"))};
    CHECK_FALSE(ring.empty());
    CHECK(ring.find(17).known);
    CHECK(hex(ring.find(17).psk) == key_a);
    CHECK(ring.name_of(17) == "office");
    CHECK(ring.name_of(4) == "key 4");

    SECTION("number 0 is everybody's: a key of zeros") {
        CHECK(ring.find(0).known);
        CHECK(ring.find(0).psk == Key256{});
        CHECK(ring.name_of(0) == "anonymous");
    }
    SECTION("a number that it does not have gives a key that nobody has") {
        const Keyring::Found found = ring.find(5);
        CHECK_FALSE(found.known);
        CHECK(found.psk != Key256{});
        CHECK(hex(found.psk) != key_a);
        CHECK(ring.name_of(5) == "key 5");
    }
    SECTION("it moves, and keeps its keys") {
        const Keyring moved{std::move(ring)};
        CHECK(hex(moved.find(17).psk) == key_a);
    }
    SECTION("it can be replaced by another one") {
        ring = Keyring{REQUIRE_OK(parse_key_file("9 " + key_b, "keys"))};
        CHECK(ring.find(9).known);
        CHECK_FALSE(ring.find(17).known);
    }
}

TEST_CASE("an empty key ring knows the anonymous client only", "[crypto]") {
    const Keyring ring;
    CHECK(ring.empty());
    CHECK(ring.find(0).known);
    CHECK_FALSE(ring.find(1).known);
}
