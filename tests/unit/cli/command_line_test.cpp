#include "check.hpp"
#include "cli/command_line.hpp"
#include "cli/exit.hpp"
#include "unit/lines.hpp"

#include <memory>
#include <optional>

using namespace wyn;
using namespace wyn::cli;

namespace {

// A program with one of each kind of option.
struct Program {
    Program() {
        app.formatter(std::make_shared<HelpPage>());
        app.footer("Exit status: 0 success.");
        app.allow_extras();
        app.add_option("-t,--time", time, "how long (10)")->type_name("SECONDS")->group("First");
        app.add_flag("-4", four, "IPv4 only")->group("Second");
        app.add_flag("--quiet", quiet, "say nothing,\nnot a word")->group("First");
        app.add_flag("--secret", secret, "not for you")->group("");
        app.set_help_flag("-h,--help", "this page")->group("Second");
    }
    // What is wrong with these arguments; nothing when they were understood.
    std::optional<std::string> complaint(std::vector<std::string> arguments) {
        std::reverse(arguments.begin(), arguments.end());
        try {
            app.parse(std::move(arguments));
        } catch (const CLI::ParseError& error) {
            return describe_parse_error(error);
        }
        if (const auto extra = app.remaining(); !extra.empty())
            return describe_stranger(extra.front(), app);
        return std::nullopt;
    }
    CLI::App app{"Does something.\n\nUsage: program [OPTION]..."};
    std::optional<int> time;
    bool four = false;
    bool quiet = false;
    bool secret = false;
};

} // namespace

TEST_CASE("the help page has its options in groups, their texts in one column", "[cli]") {
    Program program;
    CHECK(program.app.help() == R"(Does something.

Usage: program [OPTION]...

First:
  -t, --time SECONDS        how long (10)
  --quiet                   say nothing,
                            not a word

Second:
  -4                        IPv4 only
  -h, --help                this page

Exit status: 0 success.
)");
}

TEST_CASE("an option that is longer than its column keeps a blank before its text", "[cli]") {
    Program program;
    std::string value;
    program.app.add_option("--a-very-long-option-name", value, "text")
        ->type_name("LONG-VALUE")
        ->group("First");
    CHECK(program.app.help().find("  --a-very-long-option-name LONG-VALUE text\n") !=
          std::string::npos);
}

TEST_CASE("wrong usage is a sentence, a pointer to the help, and status 2", "[cli]") {
    const Exit exit = usage_error("program", "it is wrong");
    CHECK(exit.status == 2);
    CHECK(exit.text == "program: it is wrong; see program --help\n");
    CHECK(usage_error("program command", "it is wrong").text ==
          "program command: it is wrong; see program command --help\n");
}

TEST_CASE("what is right is not complained about", "[cli]") {
    Program program;
    CHECK(!program.complaint({"-t", "3", "--quiet", "-4", "--secret"}).has_value());
    CHECK(program.time == 3);
    CHECK(program.quiet);
}

TEST_CASE("a value that is missing or given twice is told in our words", "[cli]") {
    Program program;
    CHECK(program.complaint({"-t"}) == "--time needs a value");
    CHECK(program.complaint({"--quiet", "--time"}) == "--time needs a value");
    CHECK(program.complaint({"-t", "1", "--time", "2"}) == "--time is given twice");
}

TEST_CASE("what CLI11 says is made safe to print", "[cli]") {
    Program program;
    const auto complaint = program.complaint({"-t", "\x1b[31m"});
    REQUIRE(complaint.has_value());
    CHECK(complaint->find("--time") != std::string::npos);
    CHECK(complaint->find('\x1b') == std::string::npos);
    CHECK(complaint->find('\n') == std::string::npos);
}

TEST_CASE("an unknown option is answered with the nearest known one", "[cli]") {
    Program program;
    CHECK(program.complaint({"--tine"}) == "unknown option '--tine'; did you mean --time?");
    CHECK(program.complaint({"--tine=3"}) == "unknown option '--tine=3'; did you mean --time?");
    CHECK(program.complaint({"--elsewhere"}) == "unknown option '--elsewhere'");
    CHECK(program.complaint({"-x"}) == "unknown option '-x'");
    SECTION("but not with a hidden one") {
        CHECK(program.complaint({"--secre"}) == "unknown option '--secre'");
    }
}

TEST_CASE("an argument where none is wanted is named", "[cli]") {
    Program program;
    CHECK(program.complaint({"word"}) == "unexpected argument 'word'");
    CHECK(program.complaint({""}) == "unexpected argument ''");
    CHECK(program.complaint({"\x1b[31m"}) == "unexpected argument '\\x1b[31m'");
}
