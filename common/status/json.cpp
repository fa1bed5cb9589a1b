#include "status/model.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wyn::status {

namespace {

constexpr std::string_view schema = "wyndrvr.status/1";

using nlohmann::json;

json encode(const Session& session) {
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

Session decode_session(const json& from) {
    Session session;
    from.at("id").get_to(session.id);
    from.at("client").get_to(session.client);
    from.at("key").get_to(session.key);
    const json& ports = from.at("ports");
    ports.at("control").get_to(session.control_port);
    ports.at("upload").get_to(session.upload_port);
    ports.at("download").get_to(session.download_port);
    from.at("age_ns").get_to(session.age_ns);
    from.at("open").get_to(session.open);
    if (!from.at("rtt_ns").is_null()) session.rtt_ns = from.at("rtt_ns").get<std::uint64_t>();
    from.at("tests_count").get_to(session.tests);
    if (!from.at("running").is_null()) from.at("running").get_to(session.running);
    from.at("test_payload_bytes").get_to(session.test_payload_bytes);
    from.at("in_bytes").get_to(session.bytes_in);
    from.at("out_bytes").get_to(session.bytes_out);
    from.at("dropped_count").get_to(session.dropped);
    return session;
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
    from.at("max_sessions").get_to(limits.max_sessions);
    from.at("max_sessions_per_address").get_to(limits.max_sessions_per_address);
    from.at("max_rate_bps").get_to(limits.max_rate_bps);
    from.at("max_total_rate_bps").get_to(limits.max_total_rate_bps);
    from.at("max_volume_bytes").get_to(limits.max_volume_bytes);
    from.at("max_duration_ns").get_to(limits.max_duration_ns);
    from.at("require_key").get_to(limits.require_key);
    return limits;
}

Status decode(const json& from) {
    Status status;
    from.at("version").get_to(status.version);
    from.at("pid").get_to(status.pid);
    from.at("uptime_ns").get_to(status.uptime_ns);
    from.at("listen").get_to(status.listen);
    from.at("connection_parallelism").get_to(status.connection_parallelism);
    from.at("port_parallelism").get_to(status.port_parallelism);
    from.at("config_files").get_to(status.config_files);
    from.at("ports").at("total_count").get_to(status.ports_total);
    from.at("ports").at("free_count").get_to(status.ports_free);
    status.limits = decode_limits(from.at("limits"));
    from.at("admitted_count").get_to(status.admitted);
    from.at("cookies_sent_count").get_to(status.cookies_sent);
    from.at("refused_count").get_to(status.refused);
    from.at("dropped_count").get_to(status.dropped);
    from.at("ended_count").get_to(status.ended);
    for (const json& session : from.at("sessions"))
        status.sessions.push_back(decode_session(session));
    return status;
}

} // namespace

std::string to_json(const Status& status) {
    json document{
        {"schema", schema},
        {"version", status.version},
        {"pid", status.pid},
        {"uptime_ns", status.uptime_ns},
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
        document["sessions"].push_back(encode(session));
    return document.dump();
}

Result<Status> from_json(const std::string& text) {
    try {
        const json document = json::parse(text);
        const auto said = document.at("schema").get<std::string>();
        if (said != schema)
            return fail(fmt::format("the daemon's answer is of schema '{}', not {}", said, schema));
        return decode(document);
    } catch (const json::exception& error) {
        return fail(fmt::format("the daemon's answer cannot be understood: {}", error.what()));
    }
}

} // namespace wyn::status
