#include "check.hpp"
#include "daemon/control_calls.hpp"
#include "status/call.hpp"
#include "status/interface.hpp"
#include "unit/daemon/operator_desk.hpp"
#include "unit/golden_text.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace wyn;
using daemon::answer_call;
using test::Desk;
using Done = std::vector<std::string>;

namespace {

enum class Who : std::uint8_t { anybody, root };

std::string message_of(std::string_view method, std::string_view rest = "") {
    return R"({"method":"io.wyndrvr.Daemon.)" + std::string{method} + '"' + std::string{rest} + '}';
}

daemon::Answer answer(Desk& desk, std::string_view message, Who who = Who::root) {
    return answer_call(message, {.uid = 7, .may_change = who == Who::root}, desk);
}

bool has(const std::string& text, std::string_view piece) {
    return text.find(piece) != std::string::npos;
}

// As it goes over the socket; the end of a message is made visible.
std::string shown(std::string_view bytes) {
    std::string text;
    for (const char c : bytes)
        text += c == '\0' ? std::string{"\\0\n"} : std::string(1, c);
    return text;
}

// A daemon with the same answers whatever is built.
Desk known_desk() {
    Desk desk;
    desk.now = {.version = "0.1.0",
                .pid = 812,
                .uptime_ns = 42'000'000'000,
                .draining = true,
                .log_level = "info",
                .listen = "[::]:6711",
                .connection_parallelism = "thread",
                .port_parallelism = "single",
                .config_files = {"/etc/wyndrvr/wyndrvrd.toml"},
                .ports_total = 1001,
                .ports_free = 995,
                .limits = {.max_sessions = 64,
                           .max_sessions_per_address = 32,
                           .max_duration_ns = 60'000'000'000},
                .admitted = 318,
                .cookies_sent = 400,
                .refused = {{"busy", 2}},
                .dropped = {{"cookie_stale", 7}},
                .ended = {{"completed", 316}},
                .sessions = {{.id = "0000000000000017",
                              .client = "198.51.100.7:41873",
                              .key = "office",
                              .control_port = 7811,
                              .upload_port = 7864,
                              .download_port = 7893,
                              .age_ns = 3'000'000'000,
                              .open = true,
                              .rtt_ns = 11'200'000,
                              .tests = 2,
                              .running = "up",
                              .test_payload_bytes = 21'700'000,
                              .bytes_in = 22'000'000,
                              .bytes_out = 480'000,
                              .dropped = 1},
                             {.id = "8f3c000000000001",
                              .client = "[2001:db8::1]:50000",
                              .key = "anonymous",
                              .control_port = 7000,
                              .upload_port = 7001,
                              .download_port = 7002,
                              .age_ns = 250'000'000}}};
    desk.reloaded = daemon::Reloaded{.changed = {"max_sessions"}, .needs_restart = {"bind_port"}};
    return desk;
}

} // namespace

TEST_CASE("a question is answered to anybody", "[daemon]") {
    Desk desk = known_desk();
    for (const char* const method : {"Status", "Sessions"}) {
        const auto answered = answer(desk, message_of(method), Who::anybody);
        CHECK(has(answered.bytes, "0000000000000017"));
        CHECK(!answered.watch);
    }
    CHECK(desk.done.empty());
}

TEST_CASE("what changes something is done for root", "[daemon]") {
    Desk desk;
    for (const std::string& message :
         {message_of("Reload"), message_of("Drain"),
          message_of("Drain", R"(,"parameters":{"on":false})"),
          message_of("EndSession", R"(,"parameters":{"session":"0000000000000017"})"),
          message_of("SetLogLevel", R"(,"parameters":{"level":"debug"})")})
        CHECK(has(answer(desk, message).bytes, R"({"parameters":{)"));
    CHECK(desk.done == Done{"reload", "drain", "drain undone", "end 23 for 7", "log debug"});
}

TEST_CASE("what changes something is not done for anybody else", "[daemon]") {
    Desk desk;
    for (const std::string& rest : {std::string{}, std::string{R"(,"oneway":true)"}}) {
        for (const std::string& message :
             {message_of("Reload", rest), message_of("Drain", rest),
              message_of("EndSession", R"(,"parameters":{"session":"0000000000000017"})" + rest),
              message_of("SetLogLevel", R"(,"parameters":{"level":"debug"})" + rest)}) {
            const std::string bytes = answer(desk, message, Who::anybody).bytes;
            CHECK(has(bytes, "NotPermitted") == rest.empty());
            CHECK(bytes.empty() == !rest.empty());
        }
    }
    CHECK(desk.done.empty());
}

TEST_CASE("a call with a mistake in it does nothing", "[daemon]") {
    Desk desk;
    for (const std::string& message :
         {message_of("Reload", R"(,"parameters":{"now":true})"),
          message_of("Drain", R"(,"parameters":{"on":1})"),
          message_of("EndSession", R"(,"parameters":{"session":"17"})"),
          message_of("SetLogLevel", R"(,"parameters":{"level":"loud"})")})
        CHECK(has(answer(desk, message).bytes, "InvalidParameter"));
    CHECK(desk.done.empty());
}

TEST_CASE("what is to be done without an answer is done, and not answered", "[daemon]") {
    Desk desk;
    CHECK(answer(desk, message_of("Drain", R"(,"oneway":true)")).bytes.empty());
    CHECK(answer(desk, message_of("Reload", R"(,"oneway":true)")).bytes.empty());
    CHECK(desk.done == Done{"drain", "reload"});
}

TEST_CASE("a question that wants no answer is none", "[daemon]") {
    Desk desk;
    for (const char* const method : {"Status", "Sessions", "Watch"}) {
        const auto answered = answer(desk, message_of(method, R"(,"oneway":true,"more":true)"));
        CHECK(answered.bytes.empty());
        CHECK(!answered.watch);
    }
}

TEST_CASE("a session that is not there cannot be ended", "[daemon]") {
    Desk desk;
    CHECK(has(
        answer(desk, message_of("EndSession", R"(,"parameters":{"session":"00000000000000ff"})"))
            .bytes,
        R"({"error":"io.wyndrvr.Daemon.NoSuchSession",)"
        R"("parameters":{"session":"00000000000000ff"}})"));
}

TEST_CASE("a configuration that is not right is answered with all that is wrong", "[daemon]") {
    Desk desk;
    desk.reloaded = std::unexpected{config::Problems{"a.toml:1:1: one", "a.toml:2:1: two"}};
    CHECK(has(answer(desk, message_of("Reload")).bytes,
              R"({"error":"io.wyndrvr.Daemon.BadConfiguration",)"
              R"("parameters":{"problems":["a.toml:1:1: one","a.toml:2:1: two"]}})"));
}

TEST_CASE("every level of the configuration can be set, and no other", "[daemon]") {
    Desk desk;
    Done expected;
    REQUIRE(settings::log_levels.size() == status::log_level_names.size());
    for (std::size_t i = 0; i < settings::log_levels.size(); ++i) {
        const std::string level{status::log_level_names[i]};
        CHECK(print(settings::log_levels[i]) == level);
        answer(desk, message_of("SetLogLevel", R"(,"parameters":{"level":")" + level + "\"}"));
        expected.push_back("log " + level);
    }
    CHECK(desk.done == expected);
}

TEST_CASE("a watch begins with a status and goes on at its interval", "[daemon]") {
    Desk desk = known_desk();
    const auto answered =
        answer(desk, message_of("Watch", R"(,"more":true,"parameters":{"interval_ms":250})"),
               Who::anybody);
    CHECK(answered.watch == std::chrono::milliseconds{250});
    CHECK(has(answered.bytes, R"({"continues":true,"parameters":{)"));
    CHECK(answered.bytes == daemon::next_of_watch(desk));
}

TEST_CASE("a watch of one answer is refused", "[daemon]") {
    Desk desk;
    const auto answered = answer(desk, message_of("Watch"));
    CHECK(!answered.watch);
    CHECK(has(answered.bytes, "org.varlink.service.ExpectedMore"));
}

TEST_CASE("who would take several answers gets one where there is one", "[daemon]") {
    Desk desk = known_desk();
    CHECK(answer(desk, message_of("Status", R"(,"more":true)")).bytes ==
          answer(desk, message_of("Status")).bytes);
    const std::string sessions = answer(desk, message_of("Sessions", R"(,"more":true)")).bytes;
    CHECK(std::ranges::count(sessions, '\0') == 2);
}

TEST_CASE("calls and their answers are as the golden file shows, byte for byte", "[daemon]") {
    const std::vector<status::Request> requests{
        {.call = status::GetInterfaceDescription{"org.varlink.service"}},
        {.call = status::GetInterfaceDescription{"io.wyndrvr.Daemon"}},
        {.call = status::GetInterfaceDescription{"io.wyndrvr.Nothing"}},
        {.call = status::GetStatus{}},
        {.call = status::ListSessions{}},
        {.call = status::ListSessions{}, .more = true},
        {.call = status::Watch{}, .more = true},
        {.call = status::Watch{}},
        {.call = status::Reload{}},
        {.call = status::Drain{}},
        {.call = status::Drain{.on = false}},
        {.call = status::EndSession{23}},
        {.call = status::EndSession{24}},
        {.call = status::SetLogLevel{"debug"}},
        {.call = status::Drain{}, .oneway = true}};
    Desk desk = known_desk();
    std::string text;
    const auto exchange = [&](const std::string& message, Who who) {
        text += "# " + std::string{who == Who::root ? "root" : "anybody"} + '\n';
        text += "> " + shown(message);
        std::string answers =
            answer(desk, std::string_view{message}.substr(0, message.size() - 1), who).bytes;
        for (std::size_t end = 0; (end = answers.find('\0')) != std::string::npos;
             answers.erase(0, end + 1))
            text += "< " + shown(answers.substr(0, end + 1));
        text += '\n';
    };
    for (const status::Request& request : requests)
        exchange(status::encode_request(request), Who::root);
    exchange(status::encode_request({.call = status::EndSession{23}}), Who::anybody);
    const std::string nul(1, '\0');
    exchange(message_of("Drain", R"(,"parameters":{"on":"yes"})") + nul, Who::root);
    exchange(message_of("Status", R"(,"parameters":{"all":true})") + nul, Who::anybody);
    exchange(message_of("Stop") + nul, Who::root);
    exchange("GET / HTTP/1.0" + nul, Who::anybody);
    desk.reloaded =
        std::unexpected{config::Problems{"wyndrvrd.toml:3:1: unknown key 'max_sesions'",
                                         "wyndrvrd.toml:5:14: bind_port: expected 1 to 65535"}};
    exchange(status::encode_request({.call = status::Reload{}}), Who::root);
    golden::check_text("varlink.txt", text);
}
