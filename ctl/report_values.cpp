#include "ctl/report_values.hpp"

#include "verdict/engine.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace wyn::ctl {

std::string one_line(const Json& value) {
    // Names come from the command line: whatever bytes they hold, the document is valid JSON.
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json ns_or_null(const std::optional<Duration>& value) {
    return value ? Json(value->count()) : Json(nullptr);
}

Json date_value(WallTime time) {
    const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
    const auto days = std::chrono::floor<std::chrono::days>(since);
    const std::chrono::year_month_day day{std::chrono::sys_days{days}};
    const std::chrono::hh_mm_ss clock{since - days};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

Json session_value(std::uint64_t session) {
    return session == 0 ? Json(nullptr) : Json(fmt::format("{:016x}", session));
}

Json tool_value(std::string_view server_release) {
    return {{"client", WYN_VERSION},
            {"server", server_release.empty() ? Json(nullptr) : Json(server_release)}};
}

Json endpoint_value(const std::optional<dgram::Endpoint>& endpoint) {
    if (!endpoint) return nullptr;
    return {{"address", dgram::print(endpoint->address)}, {"port", endpoint->port}};
}

Json target_value(const NetworkOptions& options, const std::optional<dgram::Endpoint>& server) {
    return {{"name", options.host},
            {"address", server ? Json(dgram::print(server->address)) : Json(nullptr)},
            {"port", server ? server->port : options.port}};
}

Json test_value(const Report& report) {
    const ProbeOptions& options = report.options;
    return {
        {"kind", "probe"},
        {"protocol", "udp"},
        {"search", options.rate ? Json(nullptr) : Json(wire::name(options.search()))},
        {"rate_bps", options.rate ? Json(options.rate->bps()) : Json(nullptr)},
        {"duration_ns", ns_or_null(options.duration)},
        {"sustained_ns",
         options.sustained == Duration::zero() ? Json(nullptr) : Json(options.sustained.count())},
        {"staircase", options.staircase},
        {"budget_bytes", options.budget_bytes == 0 ? Json(nullptr) : Json(options.budget_bytes)},
        {"payload_bytes", options.payload_bytes ? Json(*options.payload_bytes) : Json(nullptr)},
        {"pacing", wire::name(options.pacing)},
        {"offload", options.offload},
        {"dscp", options.traffic_class.dscp()},
        {"ecn", dgram::name(options.traffic_class.ecn())},
        {"parallel", options.parallel},
        {"port_parallelism", print(options.port_parallelism)}};
}

Json failure_value(const Failure& failure) {
    return {{"code", static_cast<int>(failure.code)},
            {"reason", failure.reason},
            {"message", failure.sentence},
            {"advice", failure.advice}};
}

Json failure_value(const std::optional<Failure>& failure) {
    return failure ? failure_value(*failure) : Json(nullptr);
}

Json finding_value(const verdict::Finding& finding) {
    Json evidence = Json::object();
    for (const verdict::Value& value : finding.evidence)
        evidence[value.key()] = value.is_whole()
                                    ? Json(static_cast<std::int64_t>(std::llround(value.number)))
                                    : Json(value.number);
    return {{"code", verdict::name(finding.code)},
            {"direction", finding.direction ? Json(wire::name(*finding.direction)) : Json(nullptr)},
            {"level", verdict::name(finding.level)},
            {"confidence", verdict::name(finding.confidence)},
            {"sentence", finding.sentence},
            {"evidence", std::move(evidence)},
            {"advice", finding.advice.empty() ? Json(nullptr) : Json(finding.advice)}};
}

Json verdict_value(const verdict::Evidence& evidence) {
    const auto verdict = verdict::judge(evidence);
    if (!verdict) return nullptr;
    Json findings = Json::array();
    for (const verdict::Finding& finding : verdict->findings)
        findings.push_back(finding_value(finding));
    const auto latency = [](const std::optional<verdict::Load>& load) {
        return load ? load->latency : std::nullopt;
    };
    const auto grade = verdict::grade_of(latency(evidence.down), latency(evidence.up));
    return {{"level", verdict::name(verdict->level)},
            {"summary", verdict->summary},
            {"grade", grade ? Json(verdict::name(*grade)) : Json(nullptr)},
            {"findings", std::move(findings)}};
}

} // namespace wyn::ctl
