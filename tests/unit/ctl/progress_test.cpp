#include "check.hpp"
#include "ctl/progress.hpp"

using namespace wyn;
using namespace wyn::ctl;
using session::ProbePhase;
using session::ProbeProgress;

namespace {

constexpr Style unicode{.unicode = true};
const std::string target = "probe fra1.example.net 198.51.100.7:6711  from 192.0.2.7   UDP";

ProbeProgress idle_at(Duration rtt) {
    return {.phase = ProbePhase::idle, .elapsed = 500ms, .planned = 1s, .rtt = rtt};
}
ProbeProgress loaded_at(ProbePhase phase, std::uint64_t bps) {
    return {.phase = phase, .elapsed = 4900ms, .planned = 10s, .rate = BitRate{bps}, .rtt = 14ms};
}

} // namespace

TEST_CASE("before anything is measured the picture says what is waited for", "[ctl]") {
    ProgressView view{target, unicode, 80};
    view.update({});
    CHECK(view.lines() ==
          std::vector<std::string>{target, "", "  reaching the ports   ^C = finish now"});
}

TEST_CASE("each phase that was seen has its row, the present one a mark", "[ctl]") {
    ProgressView view{target, unicode, 80};
    view.update(idle_at(11200us));
    view.update(idle_at(22400us));
    CHECK(view.lines().at(2) == "▸ idle       ▅█                         22.4 ms");
    view.update(loaded_at(ProbePhase::down, 472'000'000));
    view.update(loaded_at(ProbePhase::down, 944'000'000));
    REQUIRE(view.lines().size() == 5);
    CHECK(view.lines().at(2) == "  idle       ▅█                         22.4 ms");
    CHECK(view.lines().at(3) == "▸ download   ▅█                      944 Mbit/s   RTT 14.0 ms");
    CHECK(view.lines().at(4) ==
          "  [███████████████░░░░░░░░░░░░░░░░░] 4.9 / 10.0 s   ^C = finish now");
    view.update(loaded_at(ProbePhase::up, 48'300'000));
    CHECK(view.lines().size() == 6);
    view.update({.phase = ProbePhase::closing});
    CHECK(view.lines().back() == "  finishing   ^C = finish now");
}

TEST_CASE("a round trip that was not measured yet is not shown as zero", "[ctl]") {
    ProgressView view{target, unicode, 80};
    view.update(idle_at(Duration::zero()));
    REQUIRE(view.lines().size() == 4);
    CHECK(view.lines().at(2).find('0') == std::string::npos);
    view.update({.phase = ProbePhase::down, .rate = BitRate{1'000'000}});
    CHECK(view.lines().at(3).find("RTT") == std::string::npos);
}

TEST_CASE("a row keeps the newest twenty values", "[ctl]") {
    ProgressView view{target, unicode, 80};
    view.update(loaded_at(ProbePhase::up, 1'000'000'000));
    for (int i = 0; i < 20; ++i)
        view.update(loaded_at(ProbePhase::up, 1'000'000));
    CHECK(view.lines().at(2).find("████████████████████") != std::string::npos);
}

TEST_CASE("the bar is full at its end and never beyond", "[ctl]") {
    ProgressView view{target, {}, 80};
    ProbeProgress late = loaded_at(ProbePhase::down, 1);
    late.elapsed = 11s;
    view.update(late);
    CHECK(view.lines().back() ==
          "  [################################] 10.0 / 10.0 s   ^C = finish now");
    late.planned = 500ms;
    view.update(late);
    CHECK(view.lines().back().find("] 0.5 / 0.5 s") != std::string::npos);
}

TEST_CASE("no line is longer than the terminal is wide", "[ctl]") {
    for (const std::size_t width : {1U, 10U, 20U, 40U, 60U, 79U, 80U, 200U})
        for (const bool colour : {false, true}) {
            ProgressView view{
                target + std::string(60, 'x'), {.colour = colour, .unicode = true}, width};
            view.update(idle_at(11ms));
            view.update(loaded_at(ProbePhase::down, 944'000'000));
            CHECK(view.lines().size() == 5);
            for (const std::string& line : view.lines()) {
                INFO(width << ": " << line);
                CHECK(columns(line) <= width);
            }
        }
}
