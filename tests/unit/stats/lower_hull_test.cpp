#include "base/random.hpp"
#include "check.hpp"
#include "stats/lower_hull.hpp"
#include "unit/property.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace wyn;
using stats::LowerHull;
using test::check_property;

namespace {

LowerHull of(const std::vector<LowerHull::Point>& points) {
    LowerHull hull;
    for (const LowerHull::Point& point : points)
        hull.add(point);
    return hull;
}

double support(const std::vector<LowerHull::Point>& points, double slope) {
    double least = std::numeric_limits<double>::infinity();
    for (const LowerHull::Point& point : points)
        least = std::min(least, point.y - slope * point.x);
    return least;
}

} // namespace

TEST_CASE("a hull keeps what a line from below can touch", "[stats]") {
    const LowerHull hull = of({{0, 5}, {1, 1}, {2, 3}, {3, 0}, {4, 4}, {5, 2}});
    CHECK(std::ranges::equal(hull.points(),
                             std::vector<LowerHull::Point>{{0, 5}, {1, 1}, {3, 0}, {5, 2}}));
    CHECK(hull.support(0) == 0);
    CHECK(hull.touched_by(-100) == LowerHull::Point{0, 5});
    CHECK(hull.touched_by(100) == LowerHull::Point{5, 2});
    CHECK(hull.touched_by(0) == LowerHull::Point{3, 0});
}

TEST_CASE("of points above one another the lowest counts, of those on a line the ends", "[stats]") {
    CHECK(of({{1, 7}, {1, 3}, {1, 5}}).points().size() == 1);
    CHECK(of({{1, 7}, {1, 3}, {1, 5}}).support(0) == 3);
    CHECK(of({{0, 0}, {1, 1}, {2, 2}, {3, 3}}).points().size() == 2);
    CHECK(of({{3, 3}, {1, 1}, {0, 0}, {2, 2}}).points().size() == 2);
    CHECK(of({{0, 0}, {2, 9}, {2, 1}, {3, 0}}).points().size() == 2);
}

TEST_CASE("a hull supports every slope as all of its points do, in any order", "[stats]") {
    check_property("integral points",
                   [](const std::vector<std::pair<std::int16_t, std::int16_t>>& drawn) {
                       RC_PRE(!drawn.empty());
                       std::vector<LowerHull::Point> points;
                       for (const auto& [x, y] : drawn)
                           points.push_back({static_cast<double>(x), static_cast<double>(y)});
                       const LowerHull hull = of(points);
                       for (int i = -40; i <= 40; ++i) {
                           const double slope = i / 8.0;
                           RC_ASSERT(hull.support(slope) == support(points, slope));
                       }
                       const auto kept = hull.points();
                       for (std::size_t i = 1; i < kept.size(); ++i)
                           RC_ASSERT(kept[i - 1].x < kept[i].x);
                   });
}

TEST_CASE("noise above a line leaves few points", "[stats]") {
    SeededRandom random{1};
    LowerHull hull;
    for (int i = 0; i < 100'000; ++i)
        hull.add({i * 1e7, i * 230.0 - 1e5 * std::log1p(-random.unit())});
    CHECK(hull.points().size() < 40);
}

TEST_CASE("a curve of more corners than are kept is followed closely", "[stats]") {
    LowerHull hull;
    std::vector<LowerHull::Point> points;
    for (int i = -2000; i <= 2000; ++i) {
        const double x = i * 1e6;
        points.push_back({x, x * x / 1e10}); // every one of them is on the hull
        hull.add(points.back());
    }
    CHECK(hull.points().size() == LowerHull::most_points);
    CHECK(hull.points().front() == points.front());
    CHECK(hull.points().back() == points.back());
    for (int i = -30; i <= 30; ++i) {
        const double slope = i / 100.0;
        CHECK(hull.support(slope) >= support(points, slope));
        CHECK(hull.support(slope) - support(points, slope) < 0.001 * 4e8);
    }
}
