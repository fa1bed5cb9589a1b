#include "check.hpp"
#include "daemon/caller_places.hpp"

using namespace wyn;
using daemon::CallerPlaces;

namespace {

constexpr std::uint32_t own = 990;
constexpr std::uint32_t somebody = 1000;

// How many places this user gets one after the other.
std::size_t taken_by(CallerPlaces& places, std::uint32_t uid) {
    std::size_t count = 0;
    while (count < 1000 && places.take(uid))
        ++count;
    return count;
}

} // namespace

TEST_CASE("root and the daemon's own user are operators, and nobody else is", "[daemon]") {
    const CallerPlaces places{own};
    CHECK(places.is_operator(0));
    CHECK(places.is_operator(own));
    CHECK_FALSE(places.is_operator(somebody));
    CHECK_FALSE(places.is_operator(65534));
}

TEST_CASE("one user gets some of the places and leaves some for others", "[daemon]") {
    CallerPlaces places{own};
    CHECK(taken_by(places, somebody) == CallerPlaces::of_one_user);
    CHECK(places.take(somebody + 1));
}

TEST_CASE("all users together leave the operators theirs", "[daemon]") {
    CallerPlaces places{own};
    std::size_t taken = 0;
    for (std::uint32_t uid = somebody; uid < somebody + 100; ++uid)
        taken += taken_by(places, uid);
    CHECK(taken == CallerPlaces::of_all_users);
    CHECK(taken_by(places, 0) == CallerPlaces::of_operator);
    CHECK(taken_by(places, own) == CallerPlaces::of_operator);
}

TEST_CASE("a daemon that takes all of its own user's places cannot keep root out", "[daemon]") {
    CallerPlaces places{own};
    CHECK(taken_by(places, own) == CallerPlaces::of_operator);
    CHECK(places.take(0));
}

TEST_CASE("a place that was given back is there again, for its user and for all", "[daemon]") {
    CallerPlaces places{own};
    for (const std::uint32_t uid : {somebody, somebody + 1})
        CHECK(taken_by(places, uid) == CallerPlaces::of_one_user);
    CHECK_FALSE(places.take(somebody + 2));
    places.give_back(somebody);
    CHECK_FALSE(places.take(somebody + 1)); // has its own number already
    CHECK(places.take(somebody + 2));
    CHECK_FALSE(places.take(somebody));
    for (int round = 0; round < 100; ++round) {
        places.give_back(somebody + 1);
        CHECK(places.take(somebody + 1));
    }
}
