#include "check.hpp"
#include "cli/command_line.hpp"
#include "cli/option_table.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace wyn;

namespace {

constexpr std::array<std::string_view, 2> paces{"slow", "fast"};

struct Program {
    CLI::App app{"Does things."};
    std::optional<std::string> pace;
    std::optional<std::string> place;
    std::vector<std::string> settings;
    std::vector<std::string> files;
    bool loud = false;
    bool secret = false;

    Program() {
        app.formatter(std::make_shared<cli::HelpPage>());
        auto* const option = app.add_option("-p,--pace", pace, "how fast,\nin words (slow)")
                                 ->type_name("PACE")
                                 ->group("Options");
        cli::offer_words(*option, paces);
        app.add_option("--listen", place, "where")->type_name("[ADDR][:PORT]")->group("Options");
        auto* const set =
            app.add_option("--set", settings, "a key")->type_name("KEY=VALUE")->group("Options");
        cli::offer_words(*set, paces, "=");
        app.add_flag("--loud", loud, "with noise")->group("Options");
        app.add_flag("--secret", secret)->group("");
        app.add_option("FILE", files)->group("");
        app.set_help_flag("-h,--help", "print this")->group("Options");
    }
};

} // namespace

TEST_CASE("the option table has every option with its value, words and text", "[cli]") {
    Program program;
    CHECK(cli::option_table(program.app) ==
          "option\t-p,--pace\tPACE\tslow fast\thow fast, in words "
          "(slow)\n"
          "option\t--listen\t[ADDR][:PORT]\t\twhere\n"
          "option\t--set\tKEY=VALUE...\tslow= fast=\ta key\n"
          "option\t--loud\t\t\twith noise\n"
          "operand\tFILE...\t\n"
          "option\t-h,--help\t\t\tprint this\n");
    CHECK(cli::command_line_of("config check", "looks") == "command\tconfig check\tlooks\n");
}

TEST_CASE("words that are offered do not show in the help, and are not enforced", "[cli]") {
    Program program;
    const std::string help = program.app.help();
    CHECK(help.find("  -p, --pace PACE ") != std::string::npos);
    CHECK(help.find("  --listen [ADDR][:PORT] ") != std::string::npos);
    CHECK(help.find("  --set KEY=VALUE ") != std::string::npos);
    CHECK(help.find("slow fast") == std::string::npos);
    program.app.parse(std::vector<std::string>{"medium", "--pace"}); // CLI11 takes them reversed
    CHECK(program.pace == "medium");
}
