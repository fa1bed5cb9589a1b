#include "rt/nap_policy.hpp"

#include <algorithm>

namespace wyn::rt {

namespace {

// A loop is busy when half of most_busy rounds in a row began soon after the one before. A nap that
// brings less than two descriptors was in vain and takes back what several rounds added.
constexpr Duration soon_after = 2 * NapPolicy::nap;
constexpr int most_busy = 32;
constexpr int cost_of_vain_nap = 4;

} // namespace

bool NapPolicy::on_round(MonoTime began, MonoTime ended, std::size_t served) {
    const bool soon = began - rested_until_ < soon_after;
    const bool in_vain = napped_ && served < 2;
    busyness_ = !soon     ? 0
                : in_vain ? std::max(busyness_ - cost_of_vain_nap, 0)
                          : std::min(busyness_ + 1, most_busy);
    rested_until_ = ended;
    napped_ = false;
    return busyness_ >= most_busy / 2;
}

void NapPolicy::woke(MonoTime now) {
    rested_until_ = now;
    napped_ = true;
}

} // namespace wyn::rt
