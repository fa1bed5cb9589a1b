// The command lines of what is asked of the daemon of this host.
#include "unit/ctl/command_lines.hpp"

using namespace wyn;
using namespace wyn::ctl;
using test::Arguments;
using test::good;
using test::refusal;

namespace {

StatusOptions status(Arguments arguments) {
    return good<StatusOptions>(std::move(arguments));
}

} // namespace

TEST_CASE("status takes a socket and the form of its output", "[ctl]") {
    const StatusOptions plain = status({"status"});
    CHECK(plain.socket.empty());
    CHECK_FALSE(plain.json);
    CHECK_FALSE(plain.ascii);
    CHECK(status({"status", "--socket", "/run/other"}).socket == "/run/other");
    CHECK(status({"status", "-J"}).json);
    CHECK(status({"status", "--json"}).json);
    CHECK(status({"status", "--ascii"}).ascii);
}

TEST_CASE("the commands for the daemon take a socket, each by itself", "[ctl]") {
    CHECK(good<SessionsOptions>({"sessions", "--socket", "/run/x", "-J"}).json);
    CHECK(good<ReloadOptions>({"reload", "--socket", "/run/x"}).socket == "/run/x");
    CHECK(good<EndOptions>({"end", "8f", "--socket", "/run/x"}).socket == "/run/x");
    for (const char* const command : {"sessions", "watch", "reload", "drain"}) {
        const std::string name = std::string{"wyndrvrctl "} + command;
        CHECK(refusal({command, "--socket", ""}, name) == "--socket needs a path");
        CHECK(refusal({command, "x"}, name) == "unexpected argument 'x'");
    }
}

TEST_CASE("watch takes an interval within its range", "[ctl]") {
    CHECK(good<WatchOptions>({"watch"}).interval == 1s);
    CHECK(good<WatchOptions>({"watch", "-i", "0.1"}).interval == 100ms);
    CHECK(good<WatchOptions>({"watch", "--interval", "1h"}).interval == 3600s);
    CHECK(good<WatchOptions>({"watch", "--json"}).json);
    for (const char* const wrong : {"0", "0.09", "3601", "2h"})
        CHECK(refusal({"watch", "-i", wrong}, "wyndrvrctl watch") ==
              std::string{"--interval "} + wrong + ": expected 0.1 to 3600 s");
    for (const char* const wrong : {"", "-1", "x"})
        CHECK(refusal({"watch", "-i", wrong}, "wyndrvrctl watch").starts_with("--interval: "));
}

TEST_CASE("drain waits or is undone, not both", "[ctl]") {
    const auto plain = good<DrainOptions>({"drain"});
    CHECK_FALSE(plain.undo);
    CHECK_FALSE(plain.wait);
    CHECK(good<DrainOptions>({"drain", "--undo"}).undo);
    CHECK(good<DrainOptions>({"drain", "--wait"}).wait);
    CHECK(refusal({"drain", "--wait", "--undo"}, "wyndrvrctl drain") ==
          "--undo and --wait exclude each other");
}

TEST_CASE("end takes one session, by the beginning of its name", "[ctl]") {
    CHECK(good<EndOptions>({"end", "8f3c"}).session == "8f3c");
    CHECK(good<EndOptions>({"end", "8f3c000000000017"}).session == "8f3c000000000017");
    CHECK(refusal({"end"}, "wyndrvrctl end") == "SESSION is missing");
    CHECK(refusal({"end", ""}, "wyndrvrctl end") == "SESSION is missing");
    CHECK(refusal({"end", "8f", "9"}, "wyndrvrctl end") == "one SESSION at a time, not also '9'");
    for (const char* const wrong : {"8F", "x", "8f3c0000000000170", "\x1b[31m"})
        CHECK(refusal({"end", wrong}, "wyndrvrctl end").find("is no session") != std::string::npos);
}

TEST_CASE("log-level takes one of the levels", "[ctl]") {
    for (const char* const level : {"error", "warning", "notice", "info", "debug"})
        CHECK(good<LogLevelOptions>({"log-level", level}).level == level);
    CHECK(refusal({"log-level"}, "wyndrvrctl log-level") == "LEVEL is missing");
    CHECK(refusal({"log-level", "loud"}, "wyndrvrctl log-level") ==
          "'loud' is no level: expected one of error, warning, notice, info, debug");
    CHECK(refusal({"log-level", "info", "debug"}, "wyndrvrctl log-level") ==
          "one LEVEL at a time, not also 'debug'");
}
