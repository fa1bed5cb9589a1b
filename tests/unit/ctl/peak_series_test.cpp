#include "check.hpp"
#include "ctl/peak_series.hpp"

using namespace wyn;
using namespace wyn::ctl;

namespace {

constexpr Style unicode{.unicode = true};

} // namespace

TEST_CASE("a curve of peaks keeps what it is given while there is room", "[ctl]") {
    PeakSeries peaks;
    CHECK(peaks.cells().empty());
    peaks.add({.highest = 3ms, .lost = 0});
    peaks.add({.highest = {}, .lost = 2});
    REQUIRE(peaks.cells().size() == 2);
    CHECK(peaks.cells()[0] == PeakSeries::Cell{.highest = 3ms, .lost = 0});
    CHECK(peaks.cells()[1] == PeakSeries::Cell{.highest = {}, .lost = 2});
    CHECK(peaks.merged() == 1);
}

TEST_CASE("a curve of months has as many cells as one of minutes, and loses no peak and no loss",
          "[ctl]") {
    PeakSeries peaks;
    const int seconds = 100'000;
    for (int i = 0; i < seconds; ++i)
        peaks.add({.highest = i == 77'777 ? 900ms : 10ms, .lost = i % 1000 == 0 ? 1U : 0U});
    CHECK(peaks.cells().size() <= PeakSeries::most_cells);
    CHECK(peaks.cells().size() >= PeakSeries::most_cells / 2);
    CHECK(peaks.merged() == 512);
    std::uint64_t lost = 0;
    std::size_t high = 0;
    for (const PeakSeries::Cell& cell : peaks.cells()) {
        lost += cell.lost;
        if (cell.highest == 900ms) ++high;
    }
    CHECK(lost == 100);
    CHECK(high == 1);
    CHECK(peaks.cells()[77'777 / 512].highest == 900ms);
}

TEST_CASE("a curve is drawn from its lowest to its highest, with a cross for a loss", "[ctl]") {
    const std::array<PeakSeries::Cell, 4> cells{{{.highest = 10ms, .lost = 0},
                                                 {.highest = 30ms, .lost = 0},
                                                 {.highest = 20ms, .lost = 1},
                                                 {.highest = {}, .lost = 0}}};
    CHECK(draw(unicode, cells, 10) == "▁█× ");
    CHECK(draw({}, cells, 10).size() == 4);
    SECTION("several in a bar when there is less room: the worst of them") {
        CHECK(draw(unicode, std::span{cells}.first(2), 1) == "▁");
        CHECK(draw(unicode, cells, 2) == "█×"); // 30 of 20 to 30 ms
    }
}
