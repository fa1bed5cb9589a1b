#include "check.hpp"
#include "files/config_files.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace wyn;
using namespace wyn::files;
using settings::LogLevel;
using settings::ServerConfig;

namespace {

// A directory of this test's own with the three default places in it.
class Places {
public:
    Places() {
        std::string pattern = std::filesystem::temp_directory_path() / "wyndrvr-test-XXXXXX";
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        root_ = pattern;
        places = {path("user.toml"), path("system.toml"), path("drop-ins")};
        std::filesystem::create_directory(places.drop_in_directory);
    }
    ~Places() { std::filesystem::remove_all(root_); }
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;

    std::string path(const std::string& name) const { return root_ + '/' + name; }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream{path(name)} << text;
        return path(name);
    }
    LoadedConfig good(const settings::ConfigRequest& request = {}) const {
        auto loaded = load_config(request, places);
        INFO((loaded ? std::string{} : loaded.error().front()));
        REQUIRE(loaded.has_value());
        return *std::move(loaded);
    }
    config::Problems problems(const settings::ConfigRequest& request = {}) const {
        auto loaded = load_config(request, places);
        return loaded ? config::Problems{} : loaded.error();
    }

    ConfigPlaces places;

private:
    std::string root_;
};

} // namespace

TEST_CASE("without any file the defaults hold", "[files]") {
    Places here;
    CHECK(here.good().config == ServerConfig{});
    CHECK(here.good().files.empty());
    std::filesystem::remove(here.places.drop_in_directory);
    here.places.user_file.clear();
    CHECK(here.good().config == ServerConfig{});
}

TEST_CASE("drop-ins go on top of the system's file in the order of their names", "[files]") {
    const Places here;
    const auto system = here.write("system.toml", "max_sessions = 1\nmax_sessions_per_address = 1");
    const auto second = here.write("drop-ins/20.toml", "max_sessions = 20");
    const auto first = here.write("drop-ins/10.toml", "max_sessions = 10\nbind_port = 10");
    here.write("drop-ins/30.toml.bak", "max_sessions = 30");
    here.write("drop-ins/.40.toml", "max_sessions = 40");
    const LoadedConfig loaded = here.good();
    CHECK(loaded.files == std::vector{system, first, second});
    CHECK(loaded.config.max_sessions == 20);
    CHECK(loaded.config.max_sessions_per_address == 1);
    CHECK(loaded.config.bind_port == 10);
}

TEST_CASE("a drop-in needs no file below it", "[files]") {
    const Places here;
    here.write("drop-ins/a.toml", "bind_port = 1");
    CHECK(here.good().config.bind_port == 1);
}

TEST_CASE("the user's own file goes before the system's", "[files]") {
    const Places here;
    here.write("system.toml", "bind_port = 1");
    here.write("drop-ins/a.toml", "max_sessions = 2");
    const auto user = here.write("user.toml", "log_level = 'debug'");
    const LoadedConfig loaded = here.good();
    CHECK(loaded.files == std::vector{user});
    CHECK(loaded.config.bind_port == 6711);
    CHECK(loaded.config.log_level == LogLevel::debug);
}

TEST_CASE("--config is the only file that is read, and must be there", "[files]") {
    const Places here;
    here.write("user.toml", "bind_port = 1");
    const auto named = here.write("named.toml", "max_sessions = 2");
    const LoadedConfig loaded = here.good({.files = {named}});
    CHECK(loaded.files == std::vector{named});
    CHECK(loaded.config.bind_port == 6711);
    CHECK(loaded.config.max_sessions == 2);

    CHECK(here.problems({.files = {here.path("none.toml")}}) ==
          config::Problems{here.path("none.toml") + ": No such file or directory"});
    CHECK(here.problems({.files = {here.path("drop-ins")}}) ==
          config::Problems{here.path("drop-ins") + ": Is a directory"});
}

TEST_CASE("a default file that is there but cannot be read is a problem", "[files]") {
    const Places here;
    std::filesystem::create_directory(here.places.system_file);
    std::filesystem::create_directory(here.path("drop-ins/a.toml"));
    CHECK(here.problems() == config::Problems{here.places.system_file + ": Is a directory",
                                              here.path("drop-ins/a.toml") + ": Is a directory"});
}

TEST_CASE("a file of more than a mebibyte is refused", "[files]") {
    const Places here;
    const auto file = here.write("big.toml", std::string((1 << 20) + 1, '\n'));
    CHECK(here.problems({.files = {file}}) ==
          config::Problems{file + ": larger than 1048576 bytes, which no configuration needs"});
    CHECK(here.problems({.files = {"/dev/zero"}}) ==
          config::Problems{"/dev/zero: larger than 1048576 bytes, which no configuration needs"});
    here.write("big.toml", std::string(1 << 20, '\n'));
    CHECK(here.problems({.files = {file}}).empty());
}

TEST_CASE("--set goes over files and --listen over --set", "[files]") {
    const Places here;
    here.write("user.toml", "bind_port = 1\nmax_sessions = 1\nlog_level = 'error'");
    const LoadedConfig loaded =
        here.good({.listen_addr = dgram::Address::v4(192, 0, 2, 1),
                   .listen_port = 3,
                   .settings = {"bind_port=2", "max_sessions=2", "max_sessions=3"}});
    CHECK(loaded.config.log_level == LogLevel::error);
    CHECK(loaded.config.max_sessions == 3);
    CHECK(loaded.config.bind_port == 3);
    CHECK(print(loaded.config.bind_addr) == "192.0.2.1");
    CHECK(here.good({.listen_port = 5}).config.bind_addr == ServerConfig{}.bind_addr);
}

TEST_CASE("mistakes of files and options are reported together", "[files]") {
    const Places here;
    const auto system = here.write("system.toml", "max_sesions = 1");
    const auto drop_in = here.write("drop-ins/a.toml", "max_sessions = 0");
    const auto problems =
        here.problems({.listen_port = 7000, .settings = {"log_level=debug", "max_volume=-1"}});
    REQUIRE(problems.size() == 5);
    CHECK(problems[0] ==
          "--set log_level=debug: a string needs quotes: --set 'log_level=\"debug\"'");
    CHECK(problems[1] == system + ":1:1: max_sesions = 1: no such key; did you mean max_sessions?");
    CHECK(problems[2] == drop_in + ":1:16: max_sessions = 0: expected an integer from 1 to 4096");
    CHECK(problems[3] ==
          "--set: max_volume = -1: expected bytes, \"1kB\" to \"1000TB\", or 0 for no limit");
    CHECK(problems[4].starts_with("--listen: bind_port = 7000: the listening port 7000 lies in "));
}

TEST_CASE("a user's own file lies in the XDG directory, root has none", "[files]") {
    const auto user_file = [](const char* xdg, const char* home) {
        return places_for(false, xdg, home).user_file;
    };
    CHECK(user_file("/xdg", "/users/a") == "/xdg/wyndrvr/wyndrvrd.toml");
    CHECK(user_file(nullptr, "/users/a") == "/users/a/.config/wyndrvr/wyndrvrd.toml");
    CHECK(user_file("", "/users/a") == "/users/a/.config/wyndrvr/wyndrvrd.toml");
    CHECK(user_file("relative", "/users/a") == "/users/a/.config/wyndrvr/wyndrvrd.toml");
    CHECK(user_file(nullptr, nullptr).empty());
    CHECK(user_file(nullptr, "relative").empty());
    CHECK(places_for(true, "/xdg", "/root").user_file.empty());

    CHECK(places_for(true, nullptr, nullptr).system_file == "/etc/wyndrvr/wyndrvrd.toml");
    CHECK(default_places().drop_in_directory == "/etc/wyndrvr/wyndrvrd.toml.d");
}
