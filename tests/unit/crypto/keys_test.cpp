#include "check.hpp"
#include "crypto/keys.hpp"
#include "crypto/message_tag.hpp"
#include "golden/golden.hpp"
#include "unit/crypto/hex.hpp"

#include <map>
#include <set>

using namespace wyn;
using namespace wyn::crypto;

namespace {

const Key256 golden_psk = counting_key<Key256>();

Bytes without_tag(const golden::Packet& packet) {
    return Bytes{packet}.first(packet.size() - 16);
}

SessionKeys golden_keys() {
    return derive_session_keys(golden_psk, without_tag(golden::load("hello_with_cookie")),
                               without_tag(golden::load("assign")));
}

// Every key of a session, with its name.
std::map<std::string, std::string> all_of(const SessionKeys& keys) {
    return {{"assign", hex(keys.assign)},
            {"control client to server", hex(keys.control.client_to_server)},
            {"control server to client", hex(keys.control.server_to_client)},
            {"control bulk", hex(keys.control.bulk)},
            {"upload client to server", hex(keys.upload.client_to_server)},
            {"upload server to client", hex(keys.upload.server_to_client)},
            {"upload bulk", hex(keys.upload.bulk)},
            {"download client to server", hex(keys.download.client_to_server)},
            {"download server to client", hex(keys.download.server_to_client)},
            {"download bulk", hex(keys.download.bulk)}};
}

} // namespace

TEST_CASE("the golden session has the keys that another script derives", "[crypto]") {
    // Printed by tests/golden/derive_keys.py.
    const std::map<std::string, std::string> expected{
        {"assign", "434dad160c1f2ad23c899964f9b89dbed7ddb2582f94984fea8d2cdac8ed0e03"},
        {"control client to server", "73612c19fa20d8bd9cc2269f315879fd"},
        {"control server to client", "ee9468e199e64794f3ee3a16020fc0d4"},
        {"control bulk", "02500e7f1081cc8651aae2634d014986"},
        {"upload client to server", "b867023166c0621020a465f50d1f6d97"},
        {"upload server to client", "0877a52e39d6291ac3d4d1d7066a0097"},
        {"upload bulk", "6fbc6a0d6fc018ebe2c1bca510f076d1"},
        {"download client to server", "83589f95aead2c65ec246ade465684a3"},
        {"download server to client", "d6114111d154e60cb0998079fb6765b1"},
        {"download bulk", "e3879bfa1281078676ab03bf47a41560"}};
    CHECK(all_of(golden_keys()) == expected);
    CHECK(hex(hello_key(golden_psk)) ==
          "cb0c62f32e6de0bd74d6924b0f298c86930668dd95ffc0406e4000ac55c95674");
    CHECK(hex(refuse_key()) == "cc7da82c864379ac6f21268f704c5854f16b1b296febfbfd1cfb2402dc58fcfe");
}

TEST_CASE("no two keys of a session are the same", "[crypto]") {
    std::set<std::string> halves; // bulk keys are half as long
    for (const auto& [name, key] : all_of(golden_keys()))
        halves.insert(key.substr(0, 32));
    CHECK(halves.size() == 10);
}

TEST_CASE("each bit of the key and of both messages changes every key of a session", "[crypto]") {
    const golden::Packet hello = golden::load("hello_with_cookie");
    const golden::Packet assign = golden::load("assign");
    const auto before = all_of(golden_keys());
    const auto all_differ = [&before](const SessionKeys& keys) {
        for (const auto& [name, key] : all_of(keys))
            if (key == before.at(name)) return false;
        return true;
    };
    const auto flipped = [](Bytes bytes, std::size_t bit) {
        std::vector<std::uint8_t> changed{bytes.begin(), bytes.end()};
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << bit % 8));
        return changed;
    };
    for (std::size_t bit = 0; bit < 8 * without_tag(hello).size(); ++bit)
        REQUIRE(all_differ(derive_session_keys(golden_psk, flipped(without_tag(hello), bit),
                                               without_tag(assign))));
    for (std::size_t bit = 0; bit < 8 * without_tag(assign).size(); ++bit)
        REQUIRE(all_differ(derive_session_keys(golden_psk, without_tag(hello),
                                               flipped(without_tag(assign), bit))));
    for (std::size_t i = 0; i < golden_psk.size(); ++i) {
        Key256 psk = golden_psk;
        psk[i] ^= 0x80;
        REQUIRE(all_differ(derive_session_keys(psk, without_tag(hello), without_tag(assign))));
    }
}

TEST_CASE("golden packets carry the tags of their keys", "[crypto]") {
    const SessionKeys keys = golden_keys();
    const auto expect = [](const std::string& name, auto tag_of) {
        INFO(name);
        const golden::Packet packet = golden::load(name);
        CHECK(hex(tag_of(without_tag(packet))) == hex(Bytes{packet}.last(16)));
    };
    const std::vector<std::pair<std::string, Key256>> of_handshake{
        {"hello_first", hello_key(golden_psk)},
        {"hello_with_cookie", hello_key(golden_psk)},
        {"hello_anonymous", hello_key(Key256{})},
        {"assign", keys.assign},
        {"refuse_busy", refuse_key()}};
    for (const auto& [name, key] : of_handshake)
        expect(name, [&key](Bytes message) { return Tagger{key}.tag({message}); });
    const std::vector<std::pair<std::string, Key128>> sealed{
        {"beat0", keys.control.client_to_server},
        {"beat1", keys.control.server_to_client},
        {"beat1_confirmed", keys.upload.server_to_client},
        {"feedback", keys.download.client_to_server},
        {"feedback_extremes", keys.upload.server_to_client},
        {"start_fixed_down", keys.control.client_to_server},
        {"report_receiver", keys.control.server_to_client}};
    for (const auto& [name, key] : sealed)
        expect(name, [&key](Bytes message) { return MessageTagger{key}.tag(message); });
}
