#include "status/varlink.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace wyn::status {

namespace {

using nlohmann::json;

constexpr std::string_view info_method = "org.varlink.service.GetInfo";
constexpr int deepest_reply = 16; // a status has 3 levels

std::string framed(const json& message) {
    // Peer text may hold invalid UTF-8: replaced, never thrown about.
    std::string text = message.dump(-1, ' ', false, json::error_handler_t::replace);
    text.push_back('\0');
    return text;
}

std::string error_reply(std::string_view error, const json& parameters) {
    return framed({{"error", error}, {"parameters", parameters}});
}

json info() {
    return {{"vendor", "wyndrvr"},
            {"product", "wyndrvrd"},
            {"version", WYN_VERSION},
            {"url", ""},
            {"interfaces", {"io.wyndrvr.Daemon", "org.varlink.service"}}};
}

// Absent, null and {} all mean that there are none.
bool has_parameters(const json& call) {
    const auto parameters = call.find("parameters");
    return parameters != call.end() && !parameters->is_null() && !parameters->empty();
}

// Looks without copying: a copy takes stack for each level that a caller nests.
bool is_oneway(const json& call) {
    const auto oneway = call.find("oneway");
    return oneway != call.end() && oneway->is_boolean() && oneway->get<bool>();
}

} // namespace

bool MessageReader::add(std::string_view bytes, std::size_t longest) {
    buffer_ += bytes;
    return buffer_.size() <= longest || buffer_.find('\0') <= longest;
}

std::optional<std::string> MessageReader::next() {
    const std::size_t end = buffer_.find('\0');
    if (end == std::string::npos) return std::nullopt;
    std::string message = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return message;
}

std::string make_call(std::string_view method) {
    return framed({{"method", method}});
}

std::string answer_call(std::string_view message, const std::function<std::string()>& status) {
    const json call = json::parse(message, nullptr, false);
    if (!call.is_object() || !call.contains("method") || !call["method"].is_string())
        return error_reply("org.varlink.service.InvalidParameter", {{"parameter", "method"}});
    if (is_oneway(call)) return {}; // nothing here has an effect
    const auto method = call["method"].get<std::string>();
    if (method != status_method && method != info_method)
        return error_reply("org.varlink.service.MethodNotFound", {{"method", method}});
    if (has_parameters(call))
        return error_reply("org.varlink.service.InvalidParameter", {{"parameter", "parameters"}});
    return framed({{"parameters", method == info_method ? info() : json::parse(status())}});
}

Result<std::string> parse_reply(std::string_view message) {
    bool too_deep = false; // to be written again: that takes stack for each level
    const auto is_shallow = [&](int depth, json::parse_event_t /*event*/, const json& /*parsed*/) {
        too_deep = too_deep || depth > deepest_reply;
        return depth <= deepest_reply;
    };
    const json reply = json::parse(message, is_shallow, false);
    if (!reply.is_object() || too_deep) return fail("the daemon's answer is not a JSON object");
    if (reply.contains("error"))
        return fail(fmt::format("the daemon answers {}", escaped(reply["error"].dump(), 200)));
    if (!reply.contains("parameters")) return fail("the daemon's answer has no parameters");
    return reply["parameters"].dump();
}

} // namespace wyn::status
