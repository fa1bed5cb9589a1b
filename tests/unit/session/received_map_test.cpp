// The map of received probes, written by the server's window and read as a peer reads it.
#include "base/random.hpp"
#include "check.hpp"
#include "session/received_map.hpp"
#include "unit/property.hpp"

#include <set>

using namespace wyn;
using namespace wyn::session;

namespace {

struct Told {
    std::uint64_t numbers = 0; // from the newest down, without a gap
    bool right = true;
};

// Compares what a map says with what came.
Told read(const wire::ReceivedMap& map, const std::set<std::uint64_t>& came) {
    Told told;
    wire::StretchReader reader{map};
    std::uint64_t next = map.newest;
    while (const auto stretch = reader.next()) {
        told.right = told.right && stretch->highest == next;
        for (std::uint64_t i = 0; i < stretch->count; ++i)
            told.right = told.right && came.contains(next - i) == stretch->came;
        next -= stretch->count;
        told.numbers += stretch->count;
    }
    told.right = told.right && reader.is_sound();
    return told;
}

} // namespace

TEST_CASE("a map says of every number what the window knows", "[session]") {
    test::check_property("random losses", [] {
        const auto room = *rc::gen::inRange<std::size_t>(40, wire::most_map_bytes + 1);
        const auto chance = *rc::gen::element(0.0, 0.001, 0.05, 0.3, 0.7, 0.99);
        const auto bursts = *rc::gen::element(1, 10, 1000);
        SeededRandom random{*rc::gen::arbitrary<std::uint32_t>()};
        stats::SequenceWindow window;
        std::set<std::uint64_t> came;
        const auto last = *rc::gen::inRange<std::uint64_t>(1, 3000);
        bool lost = false;
        for (std::uint64_t number = 0; number < last; ++number) {
            if (number % static_cast<std::uint64_t>(bursts) == 0) lost = random.chance(chance);
            if (lost) continue;
            window.record(number);
            came.insert(number);
        }
        const wire::ReceivedMap map = map_of(window, room);
        if (came.empty()) return;
        RC_ASSERT(map.newest == *came.rbegin());
        const Told told = read(map, came);
        RC_ASSERT(told.right);
        // At least what fits at a bit each.
        RC_ASSERT(told.numbers >= std::min<std::uint64_t>(map.newest + 1U, 8 * room));
    });
}

TEST_CASE("a map of nothing tells nothing", "[session]") {
    const wire::ReceivedMap map = map_of({}, 40);
    CHECK(map.newest == 0);
    wire::StretchReader reader{map};
    const auto stretch = reader.next();
    CHECK((!stretch || !stretch->came));
}
