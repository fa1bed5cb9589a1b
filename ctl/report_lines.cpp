#include "ctl/report_lines.hpp"

#include "ctl/path_values.hpp"
#include "ctl/report_json.hpp"
#include "verdict/engine.hpp"

#include <nlohmann/json.hpp>

namespace wyn::ctl {

namespace {

using session::ProbePhase;

std::string_view name_of(ProbePhase phase) {
    switch (phase) {
    case ProbePhase::opening: return "opening";
    case ProbePhase::idle: return "idle";
    case ProbePhase::down: return "down";
    case ProbePhase::up: return "up";
    case ProbePhase::resting: return "resting";
    case ProbePhase::closing: return "closing";
    case ProbePhase::done: return "done";
    }
    return "done";
}

Json unless_zero(Duration duration) {
    return duration == Duration::zero() ? Json(nullptr) : Json(duration.count());
}

Json phase_value(Duration elapsed, const session::ProbeProgress& progress) {
    return {{"event", "phase"},
            {"elapsed_ns", elapsed.count()},
            {"phase", name_of(progress.phase)},
            {"planned_ns", unless_zero(progress.planned)}};
}

Json interval_value(Duration elapsed, const session::ProbeProgress& progress) {
    const bool loads = progress.phase == ProbePhase::down || progress.phase == ProbePhase::up;
    return {{"event", "interval"},
            {"elapsed_ns", elapsed.count()},
            {"phase", name_of(progress.phase)},
            {"payload_bps", loads ? Json(progress.rate.bps()) : Json(nullptr)},
            {"rtt_ns", unless_zero(progress.rtt)}};
}

} // namespace

std::string hello_line(const Report& report) {
    return one_line({{"event", "hello"},
                     {"schema", "wyndrvr.lines/1"},
                     {"id", session_value(report.session)},
                     {"tool", tool_value(report.server_release)},
                     {"start", date_value(report.start)},
                     {"target", target_value(report.options, report.server)},
                     {"local", local_value(report)},
                     {"test", test_value(report)}});
}

std::vector<std::string> ProgressLines::update(Duration elapsed,
                                               const session::ProbeProgress& progress) {
    std::vector<std::string> lines;
    if (phase_ != progress.phase) lines.push_back(one_line(phase_value(elapsed, progress)));
    phase_ = progress.phase;
    lines.push_back(one_line(interval_value(elapsed, progress)));
    return lines;
}

std::vector<std::string> closing_lines(const Report& report, const verdict::Evidence& evidence) {
    std::vector<std::string> lines;
    if (const auto verdict = verdict::judge(evidence))
        for (const verdict::Finding& finding : verdict->findings)
            lines.push_back(one_line({{"event", "finding"}, {"data", finding_value(finding)}}));
    if (report.failure)
        lines.push_back(one_line({{"event", "error"}, {"data", failure_value(*report.failure)}}));
    lines.push_back(one_line({{"event", "result"}, {"data", report_value(report, evidence)}}));
    return lines;
}

} // namespace wyn::ctl
