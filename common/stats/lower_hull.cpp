#include "stats/lower_hull.hpp"

#include <algorithm>

namespace wyn::stats {

namespace {

double slope_between(const LowerHull::Point& a, const LowerHull::Point& b) noexcept {
    return (b.y - a.y) / (b.x - a.x);
}

// How far `b` lies above the line from `a` to `c`, times c.x - a.x, which is positive.
double height_above(const LowerHull::Point& a, const LowerHull::Point& b,
                    const LowerHull::Point& c) noexcept {
    return (b.y - a.y) * (c.x - a.x) - (c.y - a.y) * (b.x - a.x);
}

} // namespace

void LowerHull::add(Point point) noexcept {
    const auto have = points();
    const auto place = std::ranges::lower_bound(have, point.x, {}, &Point::x);
    auto at = static_cast<std::size_t>(place - have.begin());
    if (at < count_ && points_[at].x == point.x) {
        if (points_[at].y <= point.y) return;
        remove(at);
    }
    if (at > 0 && at < count_ && height_above(points_[at - 1], point, points_[at]) >= 0) return;
    insert(at, point);
    while (at + 2 < count_ && above_neighbours(at + 1) >= 0)
        remove(at + 1);
    while (at >= 2 && above_neighbours(at - 1) >= 0)
        remove(--at);
    if (count_ > most_points) drop_least_important();
}

void LowerHull::add_all(const LowerHull& other) noexcept {
    for (const Point& point : other.points())
        add(point);
}

const LowerHull::Point& LowerHull::touched_by(double slope) const noexcept {
    std::size_t low = 0;
    std::size_t high = count_ - 1;
    while (low < high) { // the first vertex whose edge to the next one is no less steep
        const std::size_t middle = (low + high) / 2;
        if (slope_between(points_[middle], points_[middle + 1]) >= slope)
            high = middle;
        else
            low = middle + 1;
    }
    return points_[low];
}

void LowerHull::insert(std::size_t at, Point point) noexcept {
    std::copy_backward(points_.begin() + static_cast<std::ptrdiff_t>(at),
                       points_.begin() + static_cast<std::ptrdiff_t>(count_),
                       points_.begin() + static_cast<std::ptrdiff_t>(count_) + 1);
    points_[at] = point;
    ++count_;
}

void LowerHull::remove(std::size_t at) noexcept {
    std::copy(points_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
              points_.begin() + static_cast<std::ptrdiff_t>(count_),
              points_.begin() + static_cast<std::ptrdiff_t>(at));
    --count_;
}

double LowerHull::above_neighbours(std::size_t at) const noexcept {
    return height_above(points_[at - 1], points_[at], points_[at + 1]);
}

// The ends stay, so that the hull goes on covering its time.
void LowerHull::drop_least_important() noexcept {
    const auto depth = [this](std::size_t at) { // below the line through its neighbours
        return -above_neighbours(at) / (points_[at + 1].x - points_[at - 1].x);
    };
    std::size_t least = 1;
    for (std::size_t at = 2; at + 1 < count_; ++at)
        if (depth(at) < depth(least)) least = at;
    remove(least);
}

} // namespace wyn::stats
