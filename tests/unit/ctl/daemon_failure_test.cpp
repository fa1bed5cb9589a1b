#include "check.hpp"
#include "ctl/daemon_failure.hpp"
#include "ctl/report_text.hpp"
#include "unit/ctl/pages.hpp"
#include "unit/golden_text.hpp"

#include <fmt/format.h>

#include <cerrno>

using namespace wyn;
using namespace wyn::ctl;
using status::CallError;

namespace {

// One entry of the golden file, with what every failure must have.
std::string entry(std::string_view title, const Failure& failure) {
    INFO(title);
    CHECK(!failure.reason.empty());
    CHECK(!failure.advice.empty());
    const std::string text = failure_as_text(failure, {.unicode = true});
    CHECK(text.starts_with("wyndrvrctl: "));
    test::check_page(text);
    return fmt::format("# {}: exit status {}\n{}\n", title, static_cast<int>(failure.code), text);
}

std::vector<status::Session> sessions() {
    return {{.id = "8f3c000000000017"}, {.id = "8f3c000000000018"}, {.id = "0000000000000001"}};
}

} // namespace

TEST_CASE("why the daemon did not do it is told as the golden file shows", "[ctl]") {
    const Error silent{"/run/wyndrvr/io.wyndrvr: no such socket; is the daemon running?"};
    std::string text = entry("no daemon", describe_unreachable(silent));
    text += entry("no way to its socket",
                  describe_unreachable(Error::from_errno(EACCES, "/run/wyndrvr/io.wyndrvr")));
    text += entry("not understood",
                  describe_misunderstanding(Error{"the daemon's answer is not a JSON object"}));
    text += entry("not permitted",
                  describe_error({.error = CallError::not_permitted, .name = "x", .problems = {}}));
    text +=
        entry("no such session any more",
              describe_error({.error = CallError::no_such_session, .name = "x", .problems = {}}));
    text += entry("bad configuration",
                  describe_error({.error = CallError::bad_configuration,
                                  .name = "x",
                                  .problems = {"wyndrvrd.toml:3:1: unknown key 'max_sesions'",
                                               "wyndrvrd.toml:5:13: bind_port: 0 to 65535"}}));
    text +=
        entry("too many callers",
              describe_error({.error = CallError::too_many_callers, .name = "x", .problems = {}}));
    text += entry("another error", describe_error({.error = CallError::other,
                                                   .name = "org.varlink.service.MethodNotFound",
                                                   .problems = {}}));
    text += entry("no such session", session_named("77", sessions()).error());
    text += entry("several sessions", session_named("8f3c", sessions()).error());
    golden::check_text("failure_daemon.txt", text);
}

TEST_CASE("a session is meant by as much of its name as tells it from others", "[ctl]") {
    CHECK(session_named("0", sessions())->id == "0000000000000001");
    CHECK(session_named("8f3c000000000017", sessions())->id == "8f3c000000000017");
    CHECK_FALSE(session_named("8f3c00000000001", sessions()).has_value());
    CHECK_FALSE(session_named("8f3c000000000017", {}).has_value());
}

TEST_CASE("of very many sessions that may be meant some are named", "[ctl]") {
    std::vector<status::Session> many(1000);
    for (std::size_t i = 0; i < many.size(); ++i)
        many[i].id = fmt::format("{:016x}", i);
    const std::string sentence = session_named("00", many).error().sentence;
    CHECK(sentence.find("1000 sessions") != std::string::npos);
    CHECK(sentence.size() < 200);
}

TEST_CASE("what the daemon says is wrong cannot steer the terminal", "[ctl]") {
    const std::string evil = "\x1b]0;x\x07\n";
    for (const Failure& failure :
         {describe_error({.error = CallError::bad_configuration, .name = evil, .problems = {evil}}),
          describe_error({.error = CallError::other, .name = evil, .problems = {}})})
        for (const char c : failure_as_text(failure, {}))
            CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
}
