#include "check.hpp"
#include "status/call.hpp"
#include "status/interface.hpp"
#include "status/model.hpp"
#include "status/reply.hpp"

#include <nlohmann/json.hpp>

#include <regex>
#include <set>
#include <string>

using namespace wyn;
using namespace wyn::status;

namespace {

using nlohmann::json;
using Names = std::set<std::string>;

// What follows each of these words at the beginning of a line.
Names named(const std::string& text, const std::string& word) {
    const std::regex expression{"(^|\n)" + word + " ([A-Za-z.]+)"};
    Names names;
    for (std::sregex_iterator it{text.begin(), text.end(), expression}, end; it != end; ++it)
        names.insert((*it)[2]);
    return names;
}

// The members, one a line, of what is described from `begin` on.
Names members(const std::string& text, const std::string& begin) {
    const std::size_t at = text.find("\n" + begin);
    REQUIRE(at != std::string::npos);
    const std::string block = text.substr(at, text.find("\n)", at) - at);
    const std::regex expression{"\n  ([a-z_]+): "};
    Names names;
    for (std::sregex_iterator it{block.begin(), block.end(), expression}, end; it != end; ++it)
        names.insert((*it)[1]);
    return names;
}

Names keys(const json& object) {
    Names names;
    for (const auto& [key, value] : object.items())
        names.insert(key);
    return names;
}

template <std::size_t index = 0>
Names methods_of(std::string_view interface) {
    if constexpr (index == std::variant_size_v<Call>) {
        return {};
    } else {
        Names names = methods_of<index + 1>(interface);
        const std::string_view method = std::variant_alternative_t<index, Call>::method;
        if (method.starts_with(interface)) names.emplace(method.substr(interface.size() + 1));
        return names;
    }
}

} // namespace

TEST_CASE("the methods that are described are those that are answered", "[status]") {
    for (const std::string_view interface : interfaces) {
        const std::string text = *describe_interface(interface);
        CHECK(named(text, "interface") == Names{std::string{interface}});
        CHECK(named(text, "method") == methods_of(interface));
        for (const std::string& method : named(text, "method")) {
            INFO(method);
            const auto request =
                decode_request(R"({"method":")" + std::string{interface} + '.' + method + "\"}");
            const bool is_known =
                request.has_value() || request.error().find("MethodNotFound") == std::string::npos;
            CHECK(is_known);
        }
    }
}

TEST_CASE("the errors that are described are those that there are", "[status]") {
    const auto name_of = [](std::string bytes) {
        bytes.pop_back();
        const auto name = json::parse(bytes)["error"].get<std::string>();
        return name.substr(name.rfind('.') + 1);
    };
    CHECK(named(*describe_interface(daemon_interface), "error") ==
          Names{name_of(refuse_stranger("m")), name_of(refuse_session("s")),
                name_of(refuse_configuration({})), name_of(refuse_caller())});
    CHECK(named(*describe_interface(service_interface), "error") ==
          Names{name_of(refuse_parameter("p")), name_of(refuse_method("m")),
                name_of(refuse_single_answer()), name_of(reply_description("x"))});
}

TEST_CASE("a status has the members that are described, and so has what is in it", "[status]") {
    const std::string text = *describe_interface(daemon_interface);
    const json document = json::parse(to_json(Status{.sessions = {{}}}));
    CHECK(members(text, "method Status") == keys(document));
    CHECK(members(text, "method Watch") == keys(document));
    CHECK(members(text, "type Limits") == keys(document["limits"]));
    CHECK(members(text, "type Session") == keys(document["sessions"][0]));
}

TEST_CASE("the levels of the log are described as they are called", "[status]") {
    std::string levels;
    for (const std::string_view level : log_level_names)
        levels += (levels.empty() ? "" : ", ") + std::string{level};
    CHECK(describe_interface(daemon_interface)->find("\ntype LogLevel (" + levels + ")\n") !=
          std::string::npos);
}

TEST_CASE("brackets of a description match", "[status]") {
    for (const std::string_view interface : interfaces) {
        const auto description = describe_interface(interface);
        REQUIRE(description);
        int open = 0;
        for (const char c : *description) {
            if (c == '(') ++open;
            if (c == ')') --open;
            CHECK(open >= 0);
        }
        CHECK(open == 0);
    }
}

TEST_CASE("an interface that is not here has no description", "[status]") {
    for (const char* const name :
         {"", "io.wyndrvr", "io.wyndrvr.Daemon.Status", "IO.wyndrvr.Daemon"})
        CHECK(!describe_interface(name).has_value());
}
