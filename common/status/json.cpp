#include "base/text.hpp"
#include "status/call.hpp"
#include "status/document.hpp"

#include <fmt/format.h>

#include <concepts>
#include <limits>
#include <stdexcept>
#include <utility>

namespace wyn::status {

namespace {

constexpr std::string_view schema = "wyndrvr.status/1";

using nlohmann::json;

// The whole number at `key`; nlohmann::json would take 1.5, -1 and true for one as well.
template <std::unsigned_integral Number>
void read(const json& from, const std::string& key, Number& into) {
    const json& value = from.at(key);
    if (!value.is_number_unsigned() || !std::in_range<Number>(value.get<std::uint64_t>()))
        throw std::out_of_range{fmt::format("'{}' is not a number from 0 to {}", key,
                                            std::numeric_limits<Number>::max())};
    value.get_to(into);
}

void read(const json& from, const std::string& key, std::map<std::string, std::uint64_t>& into) {
    const json& counts = from.at(key);
    for (const auto& [reason, count] : counts.get_ref<const json::object_t&>())
        read(counts, reason, into[reason]);
}

json encode(const Limits& limits) {
    return {{"max_sessions", limits.max_sessions},
            {"max_sessions_per_address", limits.max_sessions_per_address},
            {"max_rate_bps", limits.max_rate_bps},
            {"max_total_rate_bps", limits.max_total_rate_bps},
            {"max_volume_bytes", limits.max_volume_bytes},
            {"max_duration_ns", limits.max_duration_ns},
            {"require_key", limits.require_key}};
}

Limits decode_limits(const json& from) {
    Limits limits;
    read(from, "max_sessions", limits.max_sessions);
    read(from, "max_sessions_per_address", limits.max_sessions_per_address);
    read(from, "max_rate_bps", limits.max_rate_bps);
    read(from, "max_total_rate_bps", limits.max_total_rate_bps);
    read(from, "max_volume_bytes", limits.max_volume_bytes);
    read(from, "max_duration_ns", limits.max_duration_ns);
    from.at("require_key").get_to(limits.require_key);
    return limits;
}

Status decode(const json& from) {
    Status status;
    from.at("version").get_to(status.version);
    read(from, "pid", status.pid);
    read(from, "uptime_ns", status.uptime_ns);
    from.at("draining").get_to(status.draining);
    from.at("log_level").get_to(status.log_level);
    from.at("listen").get_to(status.listen);
    from.at("connection_parallelism").get_to(status.connection_parallelism);
    from.at("port_parallelism").get_to(status.port_parallelism);
    from.at("config_files").get_to(status.config_files);
    read(from.at("ports"), "total_count", status.ports_total);
    read(from.at("ports"), "free_count", status.ports_free);
    status.limits = decode_limits(from.at("limits"));
    read(from, "admitted_count", status.admitted);
    read(from, "cookies_sent_count", status.cookies_sent);
    read(from, "refused_count", status.refused);
    read(from, "dropped_count", status.dropped);
    read(from, "ended_count", status.ended);
    for (const json& session : from.at("sessions").get_ref<const json::array_t&>())
        status.sessions.push_back(session_of(session));
    return status;
}

} // namespace

json document_of(const Session& session) {
    return {{"id", session.id},
            {"client", session.client},
            {"key", session.key},
            {"ports",
             {{"control", session.control_port},
              {"upload", session.upload_port},
              {"download", session.download_port}}},
            {"age_ns", session.age_ns},
            {"open", session.open},
            {"rtt_ns", session.rtt_ns ? json(*session.rtt_ns) : json(nullptr)},
            {"tests_count", session.tests},
            {"running", session.running.empty() ? json(nullptr) : json(session.running)},
            {"test_payload_bytes", session.test_payload_bytes},
            {"in_bytes", session.bytes_in},
            {"out_bytes", session.bytes_out},
            {"dropped_count", session.dropped}};
}

Session session_of(const json& from) {
    Session session;
    from.at("id").get_to(session.id);
    from.at("client").get_to(session.client);
    from.at("key").get_to(session.key);
    const json& ports = from.at("ports");
    read(ports, "control", session.control_port);
    read(ports, "upload", session.upload_port);
    read(ports, "download", session.download_port);
    read(from, "age_ns", session.age_ns);
    from.at("open").get_to(session.open);
    if (!from.at("rtt_ns").is_null()) read(from, "rtt_ns", session.rtt_ns.emplace());
    read(from, "tests_count", session.tests);
    if (!from.at("running").is_null()) from.at("running").get_to(session.running);
    read(from, "test_payload_bytes", session.test_payload_bytes);
    read(from, "in_bytes", session.bytes_in);
    read(from, "out_bytes", session.bytes_out);
    read(from, "dropped_count", session.dropped);
    return session;
}

json document_of(const Status& status) {
    json document{
        {"schema", schema},
        {"version", status.version},
        {"pid", status.pid},
        {"uptime_ns", status.uptime_ns},
        {"draining", status.draining},
        {"log_level", status.log_level},
        {"listen", status.listen},
        {"connection_parallelism", status.connection_parallelism},
        {"port_parallelism", status.port_parallelism},
        {"config_files", status.config_files},
        {"ports", {{"total_count", status.ports_total}, {"free_count", status.ports_free}}},
        {"limits", encode(status.limits)},
        {"admitted_count", status.admitted},
        {"cookies_sent_count", status.cookies_sent},
        {"refused_count", status.refused},
        {"dropped_count", status.dropped},
        {"ended_count", status.ended},
        {"sessions", json::array()}};
    for (const Session& session : status.sessions)
        document["sessions"].push_back(document_of(session));
    return document;
}

std::string written(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string framed(const json& message) {
    std::string text = written(message);
    text.push_back('\0');
    return text;
}

std::optional<json> parse_shallow(std::string_view text) {
    bool too_deep = false; // to be written again: that takes stack for each level
    const auto is_shallow = [&](int above, json::parse_event_t event, const json& /*parsed*/) {
        const bool opens =
            event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
        too_deep = too_deep || (opens && above >= deepest_message);
        return !too_deep;
    };
    json document = json::parse(text, is_shallow, false);
    if (document.is_discarded() || too_deep) return std::nullopt;
    return document;
}

std::string to_json(const Status& status) {
    return written(document_of(status));
}

Result<Status> from_json(const std::string& text) {
    try {
        const json document = json::parse(text);
        const auto said = document.at("schema").get<std::string>();
        if (said != schema)
            return fail(fmt::format("the daemon's answer is of schema '{}', not {}", escaped(said),
                                    schema));
        return decode(document);
    } catch (const std::exception& error) { // of nlohmann::json, or of read()
        return fail(fmt::format("the daemon's answer cannot be understood: {}",
                                escaped(error.what(), 200)));
    }
}

} // namespace wyn::status
