#include "check.hpp"
#include "ctl/config_text.hpp"
#include "unit/lines.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::ctl;

namespace {

settings::SourcedConfig of(const std::vector<config::Source>& sources) {
    const auto sourced = settings::read_sourced_config(sources);
    REQUIRE(sourced.has_value());
    return *sourced;
}

bool has_line(const std::string& text, const std::string& line) {
    return std::ranges::count(test::lines_of(text), line) == 1;
}

} // namespace

TEST_CASE("each value of the configuration says where it comes from", "[ctl]") {
    const std::string text =
        config_as_text(of({{"/etc/a.toml", "max_sessions = 8\n\nbind_port = 6712\n"},
                           {"/etc/b.toml", "\nmax_sessions = 9\n"},
                           {"--set", "log_level='debug'", false}}));
    CHECK(has_line(text, "max_sessions = 9                         # /etc/b.toml:2"));
    CHECK(has_line(text, "bind_port = 6712                         # /etc/a.toml:3"));
    CHECK(has_line(text, "log_level = \"debug\"                      # --set"));
    CHECK(has_line(text, "max_rate = 0                             # default"));
    CHECK(has_line(text, "#control_socket is unset                 # default: the place described "
                         "in wyndrvrd(8)"));
    CHECK(test::lines_of(text).size() == settings::server_config_keys().size());
}

TEST_CASE("a configuration that is shown reads back to the same", "[ctl]") {
    const settings::SourcedConfig sourced =
        of({{"a\nb\x1b[31m.toml", "max_rate = '1G'\nallowed_dscp = ['0-63']"}});
    const std::vector<config::Source> again{{"shown", config_as_text(sourced)}};
    const auto read = settings::read_server_config(again);
    REQUIRE(read.has_value());
    CHECK(*read == sourced.config);
}

TEST_CASE("a valid configuration is named by its files", "[ctl]") {
    CHECK(valid_as_text({}) == "There is no configuration file, so the defaults hold.\n");
    CHECK(valid_as_text({"/etc/a.toml", "/etc/b\x1b.toml"}) ==
          "No mistakes in /etc/a.toml, /etc/b\\x1b.toml.\n");
}
