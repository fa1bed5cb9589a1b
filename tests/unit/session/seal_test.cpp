#include "base/random.hpp"
#include "check.hpp"
#include "crypto/keys.hpp"
#include "golden/golden.hpp"
#include "session/seal.hpp"

#include <numeric>
#include <set>

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr std::uint64_t golden_session = 0x1122334455667788;

crypto::SessionKeys golden_keys() {
    crypto::Key256 psk{};
    std::iota(psk.begin(), psk.end(), std::uint8_t{0});
    const golden::Packet hello = golden::load("hello_with_cookie");
    const golden::Packet assign = golden::load("assign");
    return crypto::derive_session_keys(psk, wire::covered_by_tag(hello),
                                       wire::covered_by_tag(assign));
}

// A probe with this number, sealed by a peer whose counter stands there.
std::vector<std::uint8_t> sealed_probe(std::uint64_t counter, std::uint32_t number = 0) {
    Sealer sealer{1, crypto::Key128{5}};
    sealer.start_at(counter);
    std::array<std::uint8_t, wire::longest_sealed> bytes{};
    const std::size_t size = sealer.seal(wire::Probe{.number = number}, bytes);
    return {bytes.data(), bytes.data() + size};
}

} // namespace

TEST_CASE("golden packets open once, with the key of their port and direction", "[session]") {
    const crypto::SessionKeys keys = golden_keys();
    const std::vector<std::pair<std::string, crypto::Key128>> packets{
        {"beat0", keys.control.client_to_server},
        {"beat1", keys.control.server_to_client},
        {"beat1_confirmed", keys.upload.server_to_client},
        {"stop", keys.control.client_to_server},
        {"close_by_server", keys.control.server_to_client},
        {"feedback", keys.download.client_to_server},
        {"feedback_extremes", keys.upload.server_to_client}};
    for (const auto& [name, key] : packets) {
        INFO(name);
        const golden::Packet packet = golden::load(name);
        Opener opener{golden_session, key};
        const auto body = opener.open(packet);
        REQUIRE(body.has_value());
        CHECK(*body == wire::decode_sealed(packet)->body);
        CHECK(opener.open(packet).error() == wire::Drop::replayed);
        CHECK(Opener{golden_session + 1, key}.open(packet).error() == wire::Drop::session);
        CHECK(Opener{golden_session, keys.control.bulk}.open(packet).error() == wire::Drop::tag);
    }
}

TEST_CASE("a message that was changed in any bit does not open", "[session]") {
    const auto probe = sealed_probe(1);
    for (std::size_t bit = 0; bit < 8 * probe.size(); ++bit) {
        INFO("bit " << bit);
        auto changed = probe;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << bit % 8));
        REQUIRE_FALSE((Opener{1, crypto::Key128{5}}.open(changed).has_value()));
    }
}

TEST_CASE("what does not open leaves no trace in the window", "[session]") {
    Opener opener{1, crypto::Key128{5}};
    auto forged = sealed_probe(1'000'000);
    forged.back() ^= 1;
    REQUIRE(opener.open(forged).error() == wire::Drop::tag);
    CHECK(opener.open(sealed_probe(1)).has_value());
}

TEST_CASE("a sealer counts from 1, and again for a message that is said again", "[session]") {
    Sealer sealer{1, crypto::Key128{5}};
    std::array<std::uint8_t, wire::longest_sealed> bytes{};
    for (std::uint64_t counter = 1; counter <= 3; ++counter) {
        const std::size_t size = sealer.seal(wire::Close{wire::End::completed}, bytes);
        const auto message = wire::decode_sealed(std::span{bytes}.first(size));
        REQUIRE(message.has_value());
        CHECK(message->counter == counter);
        CHECK(message->session == 1);
    }
}

TEST_CASE("counters are accepted once, in any order, within 1024 of the highest", "[session]") {
    ReplayWindow window;
    CHECK_FALSE(window.accept(0));
    CHECK(window.accept(1));
    CHECK_FALSE(window.accept(1));
    CHECK(window.accept(1100));
    CHECK(window.accept(77)); // the last one of the window
    CHECK_FALSE(window.accept(76));
    CHECK_FALSE(window.accept(77));
    CHECK(window.accept(1099));
    CHECK_FALSE(window.accept(1100));
    CHECK(window.accept(2123)); // all but 1100 of the window is new
    CHECK_FALSE(window.accept(1100));
    CHECK(window.accept(1101));
    CHECK(window.accept(2124)); // 1100 falls out
    CHECK_FALSE(window.accept(1100));
}

TEST_CASE("the window says the same as one that remembers everything", "[session]") {
    SeededRandom random{1};
    for (const std::uint64_t reach : {3U, 64U, 1000U, 1100U, 5000U}) {
        ReplayWindow window;
        std::set<std::uint64_t> seen;
        std::uint64_t highest = 0;
        for (int i = 0; i < 20'000; ++i) {
            const std::uint64_t near = highest + 40 + random.below(60);
            const std::uint64_t counter = near - std::min(near, random.below(reach + 100));
            const bool in_window = counter + ReplayWindow::width > highest && counter != 0;
            const bool is_new = in_window && seen.insert(counter).second;
            REQUIRE(window.accept(counter) == is_new);
            if (is_new) highest = std::max(highest, counter);
        }
    }
}

TEST_CASE("a counter may jump to the end of its range", "[session]") {
    constexpr std::uint64_t last = ~std::uint64_t{0};
    ReplayWindow window;
    CHECK(window.accept(5));
    CHECK(window.accept(last));
    CHECK_FALSE(window.accept(last));
    CHECK_FALSE(window.accept(6));
    CHECK(window.accept(last - 1023));
    CHECK_FALSE(window.accept(last - 1024));
}
