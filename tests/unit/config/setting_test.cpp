#include "check.hpp"
#include "config/setting.hpp"

#include <string>

using namespace wyn;
using namespace wyn::config;

namespace {

std::string error_of(std::string_view setting) {
    const auto source = source_of_setting("--set", setting);
    return source ? "no error" : source.error().what();
}

} // namespace

TEST_CASE("a setting is one TOML assignment", "[config]") {
    const Source source = REQUIRE_OK(source_of_setting("--set", "ports=[\"1-2\", \"3\"]"));
    CHECK(source.name == "--set");
    CHECK(source.text == "ports=[\"1-2\", \"3\"]");
    CHECK_FALSE(source.has_lines);
    for (const char* setting : {"a=1", "a = 1", "a='x=y'", "a=\"\"", "a=true", "a=[]", "a=''"})
        CHECK(error_of(setting) == "no error");
}

TEST_CASE("a word without quotes is answered with what to type", "[config]") {
    CHECK(error_of("log_level=debug") == "--set log_level=debug: a string needs quotes: "
                                         "--set 'log_level=\"debug\"'");
    CHECK(error_of("bind_addr=::1").ends_with("--set 'bind_addr=\"::1\"'"));
    CHECK(error_of("key_file=/etc/keys").ends_with("--set 'key_file=\"/etc/keys\"'"));
}

TEST_CASE("what is not one assignment is refused", "[config]") {
    CHECK(error_of("bind_port") == "--set bind_port: expected KEY=VALUE");
    CHECK(error_of("=1") == "--set =1: expected KEY=VALUE");
    CHECK(error_of("") == "--set : expected KEY=VALUE");
    CHECK(error_of("a=1\nb=2") == "--set a=1\\x0ab=2: expected one KEY=VALUE");
    CHECK(error_of("#a=1") == "--set #a=1: expected one KEY=VALUE");
    CHECK(error_of("a=[1").starts_with("--set a=[1: error while parsing array"));
    CHECK(error_of("a=").starts_with("--set a=: "));
    CHECK(error_of("a==1").starts_with("--set a==1: "));
}
