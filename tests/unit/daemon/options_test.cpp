#include "check.hpp"
#include "daemon/options.hpp"

#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::daemon;

namespace {

std::expected<Options, Exit> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "/usr/sbin/wyndrvrd");
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

Options good(std::vector<const char*> arguments) {
    auto options = parse(std::move(arguments));
    INFO((options ? std::string{} : options.error().text));
    REQUIRE(options.has_value());
    return *std::move(options);
}

// The sentence of wrong usage, without its newline; it must come with status 2.
std::string refusal(std::vector<const char*> arguments) {
    const auto options = parse(std::move(arguments));
    REQUIRE(!options.has_value());
    CHECK(options.error().status == 2);
    const std::string& text = options.error().text;
    REQUIRE(text.ends_with('\n'));
    return text.substr(0, text.size() - 1);
}

} // namespace

TEST_CASE("no argument is the normal start", "[daemon]") {
    const Options options = good({});
    CHECK(options.config.files.empty());
    CHECK(!options.config.listen_addr);
    CHECK(!options.config.listen_port);
    CHECK(options.config.settings.empty());
    CHECK_FALSE(options.check_config);
    CHECK_FALSE(options.print_config);
    CHECK_FALSE(options.worker);
}

TEST_CASE("options are taken as they are", "[daemon]") {
    const Options options = good({"--config", "/tmp/a b.toml", "--check-config", "--set",
                                  "port_ranges=[\"7000-7100\", \"9000\"]", "--set=bind_port=0"});
    CHECK(options.config.files == std::vector<std::string>{"/tmp/a b.toml"});
    CHECK(options.check_config);
    CHECK(options.config.settings ==
          std::vector<std::string>{"port_ranges=[\"7000-7100\", \"9000\"]", "bind_port=0"});
    CHECK(good({"--print-config"}).print_config);
    CHECK(good({"--worker"}).worker);
}

TEST_CASE("--listen takes an address, a port, or both", "[daemon]") {
    const auto listen = [](const char* text) {
        const Options options = good({"--listen", text});
        return (options.config.listen_addr ? print(*options.config.listen_addr) : "-") + " " +
               (options.config.listen_port ? std::to_string(*options.config.listen_port) : "-");
    };
    CHECK(listen("192.0.2.1") == "192.0.2.1 -");
    CHECK(listen("192.0.2.1:6712") == "192.0.2.1 6712");
    CHECK(listen(":6712") == "- 6712");
    CHECK(listen(":0") == "- 0");
    CHECK(listen("192.0.2.1:") == "192.0.2.1 -");
    CHECK(listen("[2001:db8::1]:6712") == "2001:db8::1 6712");
    CHECK(listen("[::1]") == "::1 -");
    CHECK(listen("::1") == "::1 -");
    CHECK(listen("::") == ":: -");
    CHECK(listen("fe80::1%2") == "fe80::1%2 -");
}

TEST_CASE("what is no place to listen is refused", "[daemon]") {
    CHECK(refusal({"--listen", "localhost:6711"}) ==
          "wyndrvrd: --listen: 'localhost' is not an IPv4 or IPv6 address; see wyndrvrd --help");
    CHECK(refusal({"--listen", ":65536"}) ==
          "wyndrvrd: --listen: '65536' is not a port from 0 to 65535; see wyndrvrd --help");
    for (const char* text : {":-1", ":x", "[::1]6711", "[::1", "[::1]]", "[]x", "1.2.3.4:80 ",
                             "6711", "[::1]:80:80", "1.2.3.4:80:80", ":::"}) {
        INFO(text);
        CHECK(refusal({"--listen", text}).starts_with("wyndrvrd: --listen: "));
    }
}

TEST_CASE("wrong usage is one sentence that points to the help", "[daemon]") {
    CHECK(refusal({"--lisen", ":1"}) ==
          "wyndrvrd: unknown option '--lisen'; did you mean --listen?; see wyndrvrd --help");
    CHECK(refusal({"-x"}) == "wyndrvrd: unknown option '-x'; see wyndrvrd --help");
    CHECK(refusal({"start"}) == "wyndrvrd: unexpected argument 'start'; see wyndrvrd --help");
    CHECK(refusal({"--set", "a=1", "b=2"}) ==
          "wyndrvrd: unexpected argument 'b=2'; see wyndrvrd --help");
    CHECK(refusal({"--set", "bind_port"}) ==
          "wyndrvrd: --set 'bind_port' is not KEY=VALUE; see wyndrvrd --help");
    for (const std::vector<const char*>& arguments :
         std::vector<std::vector<const char*>>{{"--config"},
                                               {"--set"},
                                               {"--listen"},
                                               {"--config", "a", "--config", "b"},
                                               {"--check-config", "--print-config"},
                                               {"--\x1b[31m"},
                                               {""},
                                               {"--config", ""},
                                               {"--listen", ""}}) {
        const std::string sentence = refusal(arguments);
        INFO(sentence);
        CHECK(sentence.starts_with("wyndrvrd: "));
        CHECK(sentence.ends_with("; see wyndrvrd --help"));
        CHECK(sentence.find_first_of("\n\x1b") == std::string::npos);
    }
}

TEST_CASE("help and version end the program with success", "[daemon]") {
    const auto version = parse({"--version"});
    REQUIRE(!version);
    CHECK(version.error().status == 0);
    CHECK(version.error().text == "wyndrvrd " WYN_VERSION "\n");

    for (const char* option : {"--help", "-h"}) {
        const auto help = parse({option});
        REQUIRE(!help);
        CHECK(help.error().status == 0);
        CHECK(help.error().text.starts_with("wyndrvrd "));
    }
}

TEST_CASE("the help shows every option but the hidden one, within 80 columns", "[daemon]") {
    const std::string page = parse({"--help"}).error().text;
    for (const char* option :
         {"  --config FILE ", "  --listen [ADDR][:PORT] ", "  --set KEY=VALUE ",
          "  --check-config ", "  --print-config ", "  --version ", "  -h, --help "})
        CHECK(page.find(option) != std::string::npos);
    CHECK(page.find("worker") == std::string::npos);
    std::size_t start = 0;
    for (std::size_t end = page.find('\n'); end != std::string::npos;
         end = page.find('\n', start)) {
        INFO(page.substr(start, end - start));
        CHECK(end - start <= 80);
        start = end + 1;
    }
    CHECK(start == page.size());
}
