#include "daemon/caller_places.hpp"

#include "base/check.hpp"

namespace wyn::daemon {

bool CallerPlaces::take(std::uint32_t uid) {
    const auto place = taken_.find(uid);
    const std::size_t has = place == taken_.end() ? 0 : place->second;
    const bool privileged = is_operator(uid);
    if (has >= (privileged ? of_operator : of_one_user)) return false;
    if (!privileged && by_users_ >= of_all_users) return false;
    ++taken_[uid];
    if (!privileged) ++by_users_;
    return true;
}

void CallerPlaces::give_back(std::uint32_t uid) {
    const auto place = taken_.find(uid);
    WYN_CHECK(place != taken_.end());
    if (--place->second == 0) taken_.erase(place);
    if (!is_operator(uid)) --by_users_;
}

} // namespace wyn::daemon
