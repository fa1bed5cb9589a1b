#include "rt/nap_policy.hpp"

#include <algorithm>

namespace wyn::rt {

namespace {

// A loop is busy when half of most_busy rounds in a row began soon after the one before. A nap that
// brings less than two descriptors was in vain and takes back what several rounds added.
constexpr int naps_between_rounds = 2;
constexpr int most_busy = 32;
constexpr int cost_of_vain_nap = 4;
// To fall asleep and wake up costs 10 to 20 us on a virtual machine.
constexpr Duration shortest_nap = 200us;

} // namespace

Duration NapPolicy::longest_nap(Haste haste) {
    switch (haste) {
    case Haste::none: return 20ms;
    case Haste::some: return 1ms;
    case Haste::utmost: return Duration::zero();
    }
    return Duration::zero();
}

Duration NapPolicy::on_round(MonoTime began, MonoTime ended, std::size_t served, Haste haste,
                             MonoTime due) {
    const Duration longest = longest_nap(haste);
    const bool soon = began - rested_until_ < naps_between_rounds * longest;
    const bool in_vain = napped_ && served < 2;
    busyness_ = !soon     ? 0
                : in_vain ? std::max(busyness_ - cost_of_vain_nap, 0)
                          : std::min(busyness_ + 1, most_busy);
    rested_until_ = ended;
    napped_ = false;
    if (busyness_ < most_busy / 2) return Duration::zero();
    if (haste == Haste::none) return longest;
    const Duration nap = std::min(longest, due - ended);
    return nap < shortest_nap ? Duration::zero() : nap;
}

void NapPolicy::woke(MonoTime now) {
    rested_until_ = now;
    napped_ = true;
}

} // namespace wyn::rt
