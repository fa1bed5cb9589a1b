// The lower convex hull of a cloud of points: what a straight line below all of them can touch.
//
// Of points that follow a line with noise above it only a few dozen are on the hull, whatever their
// number. Memory is fixed: should there be more, the one goes that changes the hull least. The hull
// then passes above that point, by as little as possible.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

namespace wyn::stats {

class LowerHull {
public:
    struct Point {
        double x = 0;
        double y = 0;

        bool operator==(const Point&) const = default;
    };
    static constexpr std::size_t most_points = 128;

    // In any order of x; a rising one costs least. Finite values only.
    void add(Point point) noexcept;
    void add_all(const LowerHull& other) noexcept;

    bool empty() const noexcept { return count_ == 0; }
    // By rising x; between neighbours the slope rises.
    std::span<const Point> points() const noexcept { return std::span{points_}.first(count_); }

    // The vertex that a line of this slope touches from below: it has the least y - slope * x, and
    // of equals the least x. Not when empty.
    const Point& touched_by(double slope) const noexcept;
    // That least value: the height at x = 0 of the highest such line below all points.
    double support(double slope) const noexcept {
        const Point& point = touched_by(slope);
        return point.y - slope * point.x;
    }

private:
    void insert(std::size_t at, Point point) noexcept;
    void remove(std::size_t at) noexcept;
    void drop_least_important() noexcept;
    // How far the point lies above the line through its neighbours, times a positive factor; not
    // positive: it is on the hull.
    double above_neighbours(std::size_t at) const noexcept;

    std::array<Point, most_points + 1> points_{};
    std::size_t count_ = 0;
};
static_assert(std::is_trivially_copyable_v<LowerHull>);

} // namespace wyn::stats
