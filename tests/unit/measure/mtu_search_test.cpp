#include "base/random.hpp"
#include "check.hpp"
#include "measure/mtu_search.hpp"

#include <algorithm>
#include <vector>

using namespace wyn;
using measure::MtuLimit;
using measure::MtuSearch;

namespace {

std::vector<std::uint16_t> sizes(std::vector<std::uint16_t> of) {
    return of;
}

// One direction of a path, and what becomes of a search over it.
struct Path {
    std::uint16_t device = 9000; // of the sending host
    std::uint16_t mtu = 1500;    // of the narrowest place
    bool tells = false;          // its router sends ICMP
    double loss = 0;             // of a packet or of its answer

    struct Found {
        std::optional<std::uint16_t> mtu;
        MtuLimit limit = MtuLimit::none;
        int rounds = 0;  // that sent something, first tries and others
        int packets = 0; // that left the host
    };

    Found explore(MtuSearch search, std::uint64_t seed = 1) {
        SeededRandom random{seed};
        Found found;
        search.on_hint(device);
        while (!search.done()) {
            REQUIRE(++found.rounds < 200);
            bool begun = false;
            const std::vector<std::uint16_t> round{search.sizes().begin(), search.sizes().end()};
            for (const std::uint16_t size : round) {
                if (size > device) {
                    begun = search.on_refused(size) || begun;
                    continue;
                }
                ++found.packets;
                if (size > mtu && tells) search.on_hint(mtu);
                const bool lost = loss > 0 && random.chance(loss);
                if (size <= mtu && !lost) begun = search.on_passed(size) || begun;
            }
            if (!begun) search.on_silence();
        }
        found.mtu = search.mtu();
        found.limit = search.limit();
        return found;
    }
};

} // namespace

TEST_CASE("an ordinary path costs one packet, and ends at the host's device", "[measure]") {
    const auto found = Path{.device = 1500}.explore({540, 9000});
    CHECK(found.mtu == 1500);
    CHECK(found.limit == MtuLimit::host);
    CHECK(found.rounds == 1);
    CHECK(found.packets == 1);
}

TEST_CASE("a path of jumbo frames carries all that is to be tried", "[measure]") {
    const auto found = Path{.device = 9000, .mtu = 9000}.explore({540, 9000});
    CHECK(found.mtu == 9000);
    CHECK(found.limit == MtuLimit::none);
    CHECK(found.packets == 2);
}

TEST_CASE("a tunnel's device is found by what the kernel says of it", "[measure]") {
    const auto found = Path{.device = 1412}.explore({540, 9000});
    CHECK(found.mtu == 1412);
    CHECK(found.limit == MtuLimit::host);
    CHECK(found.rounds == 2);
}

TEST_CASE("a router that says so is believed once the size that it names has passed", "[measure]") {
    for (const auto mtu : sizes({1280, 1371, 1420, 1492, 1499})) {
        INFO(mtu);
        const auto found = Path{.device = 1500, .mtu = mtu, .tells = true}.explore({540, 9000});
        CHECK(found.mtu == mtu);
        CHECK(found.limit == MtuLimit::router);
    }
}

TEST_CASE("the edge of a black hole is found to the byte", "[measure]") {
    for (const auto device : sizes({1500, 9000}))
        for (const auto mtu : sizes({576, 1000, 1279, 1280, 1281, 1371, 1420, 1492, 1499})) {
            INFO(device << " " << mtu);
            const auto found = Path{.device = device, .mtu = mtu}.explore({540, 9000});
            CHECK(found.mtu == mtu);
            CHECK(found.limit == MtuLimit::silence);
            CHECK(found.rounds <= 25);
        }
    const auto jumbo = Path{.device = 9000, .mtu = 4352}.explore({540, 9000});
    CHECK(jumbo.mtu == 4352);
    CHECK(jumbo.limit == MtuLimit::silence);
}

TEST_CASE("a forged word of a router costs no byte of a path that carries more", "[measure]") {
    MtuSearch whole{540, 1500};
    whole.on_hint(552);
    CHECK_FALSE(whole.on_passed(1500));
    CHECK(whole.done());
    CHECK(whole.mtu() == 1500);
    CHECK(whole.limit() == MtuLimit::none);

    MtuSearch hole{540, 1500};
    hole.on_hint(552);
    for (int i = 0; i < 3; ++i)
        hole.on_silence();
    CHECK(hole.on_passed(1492));
    while (!hole.done()) {
        CHECK(*std::ranges::min_element(hole.sizes()) > 1492);
        hole.on_silence();
    }
    CHECK(hole.mtu() == 1492);
}

TEST_CASE("the other host's device ends a search for what it cannot take", "[measure]") {
    MtuSearch search{540, 9000};
    CHECK_FALSE(search.on_far_hint(1500));
    CHECK(std::ranges::equal(search.sizes(), std::array<std::uint16_t, 1>{1500}));
    CHECK_FALSE(search.on_passed(1500));
    CHECK(search.done());
    CHECK(search.limit() == MtuLimit::host);

    MtuSearch told_less{540, 9000}; // perhaps by a router, of the way back
    told_less.on_far_hint(1280);
    CHECK(std::ranges::equal(told_less.sizes(), std::array<std::uint16_t, 1>{1500}));
}

TEST_CASE("a path that answers nothing has no known MTU", "[measure]") {
    MtuSearch search{540, 9000};
    int silences = 0;
    while (!search.done()) {
        search.on_silence();
        REQUIRE(++silences < 60);
    }
    CHECK_FALSE(search.mtu());
    CHECK(search.limit() == MtuLimit::silence);
}

TEST_CASE("chance hardly ever makes a path look narrower than it is", "[measure]") {
    int wrong = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const auto whole = Path{.device = 1500, .loss = 0.2}.explore({540, 9000}, seed);
        const auto hole = Path{.device = 1500, .mtu = 1420, .loss = 0.2}.explore({540, 9000}, seed);
        wrong += whole.mtu == 1500 && whole.limit == MtuLimit::host ? 0 : 1;
        wrong += hole.mtu == 1420 && hole.limit == MtuLimit::silence ? 0 : 1;
    }
    CHECK(wrong <= 1); // of 2000, at an answer lost in five
    int at_the_worst = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const auto whole = Path{.device = 1500, .loss = 0.51}.explore({540, 9000}, seed);
        at_the_worst += whole.mtu == 1500 && whole.limit == MtuLimit::host ? 0 : 1;
    }
    CHECK(at_the_worst <= 5); // every other one: a path that loses 30 % each way
}

TEST_CASE("while a black hole is confirmed other answers change nothing", "[measure]") {
    MtuSearch search{540, 1500};
    for (int i = 0; i < 3; ++i)
        search.on_silence();
    CHECK(search.on_passed(1492));
    for (int i = 0; i < 3; ++i)
        search.on_silence(); // nothing between 1492 and 1500 passes
    REQUIRE(std::ranges::equal(search.sizes(), std::array<std::uint16_t, 1>{1493}));
    CHECK_FALSE(search.on_far_hint(1500));
    CHECK_FALSE(search.on_passed(1480));
    CHECK(std::ranges::equal(search.sizes(), std::array<std::uint16_t, 1>{1493}));
    for (int i = 0; i < 12; ++i)
        search.on_silence();
    CHECK(search.done());
    CHECK(search.mtu() == 1492);
    CHECK(search.limit() == MtuLimit::silence);
    CHECK_FALSE(search.on_passed(1480));
    search.on_passed(1500); // later than anybody waits
    CHECK(search.mtu() == 1500);
    CHECK(search.limit() == MtuLimit::none);
}

TEST_CASE("an answer that comes very late counts, and the search goes on above it", "[measure]") {
    MtuSearch search{540, 1500};
    for (int i = 0; i < 3; ++i)
        search.on_silence(); // 1500 is taken for lost
    CHECK_FALSE(search.on_passed(1280));
    CHECK_FALSE(search.on_passed(1500));
    CHECK(search.done());
    CHECK(search.mtu() == 1500);
    CHECK(search.limit() == MtuLimit::none);
}
