#include "ctl/latency_events.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wyn::ctl {

namespace {

using stats::Way;

template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

std::string_view name(Way way) {
    switch (way) {
    case Way::up: return "up";
    case Way::down: return "down";
    case Way::unknown: return "unknown";
    }
    return "unknown";
}

// The kind of an event, and what is to be said of it.
struct Words {
    std::string_view kind;
    Ink ink = Ink::plain;
    std::string text;
};

std::string probes_from(std::uint32_t count, std::uint32_t number) {
    return fmt::format("{} from {} on", count_of(count, "probe"), number);
}

Words words_of(const stats::LossRun& run, const Style& style) {
    std::string text =
        run.count == 1 ? fmt::format("probe {}", run.number) : probes_from(run.count, run.number);
    const std::uint32_t unknown = run.count - run.lost_up - run.lost_down;
    if (run.lost_up > 0) text += fmt::format(", {} {}", glyphs(style).up, run.lost_up);
    if (run.lost_down > 0) text += fmt::format(", {} {}", glyphs(style).down, run.lost_down);
    if (unknown > 0) text += fmt::format(", {} nobody knows where", unknown);
    text += fmt::format(", {} without an answer", print_ns(run.silence.count()));
    if (!run.ended) text += ", up to the end";
    return {run.outage ? "outage over" : "lost", run.outage ? Ink::red : Ink::yellow,
            std::move(text)};
}

Words words_of(const stats::OutageBegan& outage, const Style& /*style*/) {
    return {"outage", Ink::red, fmt::format("no answer from probe {} on", outage.number)};
}

Words words_of(const stats::Reordered& reordered, const Style& style) {
    const stats::Displacement& found = reordered.displacement;
    return {"reordered", Ink::plain,
            fmt::format("{} probe {}, overtaken by up to {} and {}",
                        reordered.way == Way::up ? glyphs(style).up : glyphs(style).down,
                        found.number, found.extent, print_ns(found.late.count()))};
}

Words words_of(const stats::DelayShift& shift, const Style& style) {
    const std::string_view arrow = shift.way == Way::up     ? glyphs(style).up
                                   : shift.way == Way::down ? glyphs(style).down
                                                            : "both ways or unknown";
    return {"delay step", Ink::yellow,
            fmt::format("lowest RTT {} {} {} ms from probe {} on, {}", in_ms(shift.step.from),
                        glyphs(style).arrow, in_ms(shift.step.to), shift.step.number, arrow)};
}

Words words_of(const stats::ClockStep& step, const Style& /*style*/) {
    const Duration size = std::max(step.size, -step.size);
    return {"clock step", Ink::yellow,
            fmt::format("the server's clock {} {} against ours before probe {}",
                        step.size > 0s ? "gained" : "lost", print_ns(size.count()), step.number)};
}

Json json_of(const stats::LossRun& run) {
    return {{"event", "loss_run"},
            {"number", run.number},
            {"count", run.count},
            {"up", run.lost_up},
            {"down", run.lost_down},
            {"unknown", run.count - run.lost_up - run.lost_down},
            {"silence_ns", run.silence.count()},
            {"outage", run.outage},
            {"ended", run.ended}};
}

Json json_of(const stats::OutageBegan& outage) {
    return {{"event", "outage"}, {"number", outage.number}};
}

Json json_of(const stats::Reordered& reordered) {
    return {{"event", "reordering"},
            {"direction", name(reordered.way)},
            {"number", reordered.displacement.number},
            {"extent", reordered.displacement.extent},
            {"late_ns", reordered.displacement.late.count()}};
}

Json json_of(const stats::DelayShift& shift) {
    return {{"event", "delay_step"},
            {"direction", shift.way == Way::unknown ? Json(nullptr) : Json(name(shift.way))},
            {"number", shift.step.number},
            {"from_ns", shift.step.from.count()},
            {"to_ns", shift.step.to.count()}};
}

Json json_of(const stats::ClockStep& step) {
    return {{"event", "clock_step"}, {"number", step.number}, {"step_ns", step.size.count()}};
}

} // namespace

MonoTime time_of(const stats::LatencyEvent& event) {
    return std::visit(Overloaded{[](const stats::Reordered& one) { return one.displacement.at; },
                                 [](const stats::DelayShift& one) { return one.step.at; },
                                 [](const auto& one) { return one.at; }},
                      event);
}

std::string event_as_text(const stats::LatencyEvent& event, WallTime when, const Style& style) {
    const Words words =
        std::visit([&style](const auto& one) { return words_of(one, style); }, event);
    return fmt::format("{}  {}  {}", date_value(when).get<std::string>(),
                       painted(style, words.ink, left(words.kind, 11)), words.text);
}

Json event_as_json(const stats::LatencyEvent& event, WallTime when) {
    Json object = std::visit([](const auto& one) { return json_of(one); }, event);
    Json whole{{"event", object["event"]}, {"time", date_value(when)}};
    whole.update(object);
    return whole;
}

} // namespace wyn::ctl
