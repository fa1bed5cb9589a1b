#include "status/call.hpp"

#include "status/document.hpp"
#include "status/interface.hpp"
#include "status/reply.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace wyn::status {

namespace {

using nlohmann::json;

// Takes the parameters out of a call one by one, and remembers the first that is wrong: of another
// type, out of its range, missing, or one that nobody has asked for.
class Parameters {
public:
    // Absent, null and {} all mean that there are none.
    explicit Parameters(const json& call) {
        const auto found = call.find("parameters");
        if (found == call.end() || found->is_null()) return;
        if (found->is_object())
            given_ = &*found;
        else
            wrong_ = "parameters";
    }

    // Null: it was not given; or not of use, and then it is the wrong one.
    const json* take(const std::string& name, bool (json::*has_type)() const noexcept) {
        known_.push_back(name);
        if (given_ == nullptr) return nullptr;
        const auto found = given_->find(name);
        if (found == given_->end() || found->is_null()) return nullptr;
        if (((*found).*has_type)()) return &*found;
        reject(name);
        return nullptr;
    }
    void reject(const std::string& name) {
        if (!wrong_) wrong_ = name;
    }
    std::optional<std::string> wrong() const {
        if (wrong_ || given_ == nullptr) return wrong_;
        for (const auto& [name, value] : given_->items())
            if (std::ranges::find(known_, name) == known_.end()) return name;
        return std::nullopt;
    }

private:
    const json* given_ = nullptr;
    std::vector<std::string> known_;
    std::optional<std::string> wrong_;
};

template <typename NoParameters>
void read(Parameters& /*from*/, NoParameters& /*call*/) {}

void read(Parameters& from, GetInterfaceDescription& call) {
    if (const json* const name = from.take("interface", &json::is_string))
        call.interface = name->get<std::string>();
    else
        from.reject("interface");
}

void read(Parameters& from, Watch& call) {
    const std::string name = "interval_ms";
    const json* const given = from.take(name, &json::is_number_integer);
    if (given == nullptr) return;
    const bool fits =
        given->is_number_unsigned() &&
        given->get<std::uint64_t>() >= static_cast<std::uint64_t>(Watch::shortest.count()) &&
        given->get<std::uint64_t>() <= static_cast<std::uint64_t>(Watch::longest.count());
    if (!fits) return from.reject(name);
    call.interval = std::chrono::milliseconds{given->get<std::int64_t>()};
}

void read(Parameters& from, Drain& call) {
    if (const json* const on = from.take("on", &json::is_boolean)) call.on = on->get<bool>();
}

void read(Parameters& from, EndSession& call) {
    const json* const name = from.take("session", &json::is_string);
    const auto id = name == nullptr ? std::nullopt : session_from(name->get<std::string>());
    if (!id) return from.reject("session");
    call.session = *id;
}

void read(Parameters& from, SetLogLevel& call) {
    const json* const level = from.take("level", &json::is_string);
    if (level == nullptr) return from.reject("level");
    call.level = level->get<std::string>();
    if (std::ranges::find(log_level_names, call.level) == log_level_names.end())
        from.reject("level");
}

// The call of that name with its parameters, or the answer that refuses it.
template <std::size_t index = 0>
std::expected<Call, std::string> read_call(std::string_view method, const json& message) {
    if constexpr (index == std::variant_size_v<Call>) {
        return std::unexpected{refuse_method(method)};
    } else {
        using One = std::variant_alternative_t<index, Call>;
        if (One::method != method) return read_call<index + 1>(method, message);
        One call;
        Parameters parameters{message};
        read(parameters, call);
        if (const auto wrong = parameters.wrong()) return std::unexpected{refuse_parameter(*wrong)};
        return call;
    }
}

// Absent and null mean no. False when it is something else than a truth value.
bool read_flag(const json& message, const char* name, bool& flag) {
    const auto found = message.find(name);
    if (found == message.end() || found->is_null()) return true;
    if (!found->is_boolean()) return false;
    flag = found->get<bool>();
    return true;
}

json parameters_of(const Call& call) {
    if (const auto* description = std::get_if<GetInterfaceDescription>(&call))
        return {{"interface", description->interface}};
    if (const auto* watch = std::get_if<Watch>(&call))
        return {{"interval_ms", watch->interval.count()}};
    if (const auto* drain = std::get_if<Drain>(&call)) return {{"on", drain->on}};
    if (const auto* end = std::get_if<EndSession>(&call))
        return {{"session", session_name(end->session)}};
    if (const auto* set = std::get_if<SetLogLevel>(&call)) return {{"level", set->level}};
    return json::object();
}

} // namespace

std::string_view method_of(const Call& call) {
    return std::visit([](const auto& one) { return one.method; }, call);
}

bool changes(const Call& call) {
    return std::visit([](const auto& one) { return one.changes; }, call);
}

std::expected<Request, std::string> decode_request(std::string_view text) {
    const auto message = parse_shallow(text);
    if (!message || !message->is_object()) return std::unexpected{refuse_parameter("method")};
    Request request;
    if (!read_flag(*message, "oneway", request.oneway))
        return std::unexpected{refuse_parameter("oneway")};
    const auto refuse = [&](std::string answer) {
        return std::unexpected{request.oneway ? std::string{} : std::move(answer)};
    };
    if (!read_flag(*message, "more", request.more)) return refuse(refuse_parameter("more"));
    const auto method = message->find("method");
    if (method == message->end() || !method->is_string()) return refuse(refuse_parameter("method"));
    auto call = read_call(method->get<std::string>(), *message);
    if (!call) return refuse(std::move(call.error()));
    request.call = std::move(*call);
    return request;
}

std::string encode_request(const Request& request) {
    json message{{"method", method_of(request.call)}};
    if (json parameters = parameters_of(request.call); !parameters.empty())
        message["parameters"] = std::move(parameters);
    if (request.more) message["more"] = true;
    if (request.oneway) message["oneway"] = true;
    return framed(message);
}

std::string session_name(std::uint64_t id) {
    return fmt::format("{:016x}", id);
}

std::optional<std::uint64_t> session_from(std::string_view name) {
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id, 16);
    if (error != std::errc{} || end != name.data() + name.size() || session_name(id) != name)
        return std::nullopt;
    return id;
}

} // namespace wyn::status
