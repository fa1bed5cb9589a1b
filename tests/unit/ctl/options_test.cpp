#include "unit/ctl/command_lines.hpp"
#include "unit/lines.hpp"

#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::ctl;
using test::Arguments;
using test::good;
using test::help;
using test::parse;
using test::refusal;

namespace {

ProbeOptions probe(Arguments arguments) {
    return good<ProbeOptions>(std::move(arguments));
}

} // namespace

TEST_CASE("without arguments the daemon of this host is probed, both ways", "[ctl]") {
    const ProbeOptions options = probe({});
    CHECK(options.host == "127.0.0.1");
    CHECK(options.port == 6711);
    CHECK(options.family == AddressFamily::any);
    CHECK(options.bind.empty());
    CHECK(options.directions == std::vector{wire::Direction::down, wire::Direction::up});
    CHECK(!options.duration.has_value()); // as long as the search needs
    CHECK(!options.rate.has_value());
    CHECK(!options.payload_bytes.has_value());
    CHECK(options.pacing == wire::Pacing::sleep);
    CHECK(options.offload);
    CHECK(options.traffic_class == dgram::TrafficClass{});
    CHECK(options.port_parallelism == Placement::single);
    CHECK(options.key_file.empty());
    CHECK(options.timeout == 5s);
    CHECK_FALSE(options.json);
    CHECK_FALSE(options.ascii);
    CHECK_FALSE(options.quiet);
}

TEST_CASE("a host may stand with or without the word probe", "[ctl]") {
    CHECK(probe({"fra1.example.net"}).host == "fra1.example.net");
    CHECK(probe({"probe", "fra1.example.net"}).host == "fra1.example.net");
    CHECK(probe({"-t", "1", "fra1.example.net"}).host == "fra1.example.net");
    CHECK(probe({"probe"}).host == "127.0.0.1");
    CHECK(probe({"fra1.example.net", "-J"}).json);
}

TEST_CASE("the port comes from HOST or from -p", "[ctl]") {
    const auto target = [](const Arguments& arguments) {
        const ProbeOptions options = probe(arguments);
        return options.host + ' ' + std::to_string(options.port);
    };
    CHECK(target({"fra1:7000"}) == "fra1 7000");
    CHECK(target({"[2001:db8::1]:7000"}) == "2001:db8::1 7000");
    CHECK(target({"2001:db8::1"}) == "2001:db8::1 6711");
    CHECK(target({"fe80::1%eth0"}) == "fe80::1%eth0 6711");
    CHECK(target({":7000"}) == "127.0.0.1 7000");
    CHECK(target({"-p", "7000"}) == "127.0.0.1 7000");
    CHECK(target({"--port=65535", "fra1"}) == "fra1 65535");
    CHECK(target({"-p", "7000", "fra1:7000"}) == "fra1 7000");
}

TEST_CASE("every option of a probe is taken, in its short and its long form", "[ctl]") {
    CHECK(probe({"-t", "2.5"}).duration == 2500ms);
    CHECK(probe({"--time", "250ms"}).duration == 250ms);
    CHECK(probe({"-t2m"}).duration == 120s);
    CHECK(probe({"-b", "50M"}).rate == BitRate{50'000'000});
    CHECK(probe({"--bitrate=1.5G"}).rate == BitRate{1'500'000'000});
    CHECK(!probe({"--search", "b"}).rate.has_value());
    CHECK(probe({"-b", "0"}).rate == BitRate{0});
    CHECK(probe({"--pacing", "sleep"}).pacing == wire::Pacing::sleep);
    CHECK(probe({"--pacing=precise"}).pacing == wire::Pacing::precise);
    CHECK_FALSE(probe({"--no-gso"}).offload);
    CHECK(probe({"--dscp", "ef"}).traffic_class.byte() == 0xb8);
    CHECK(probe({"--dscp=10"}).traffic_class.byte() == 0x28);
    CHECK(probe({"--ecn"}).traffic_class.byte() == 0x02);
    CHECK(probe({"--ecn", "--dscp", "AF41"}).traffic_class.byte() == 0x8a);
    CHECK(probe({"-l", "1200"}).payload_bytes == 1200);
    CHECK(probe({"--length", "8k"}).payload_bytes == 8192);
    CHECK(probe({"-4"}).family == AddressFamily::v4);
    CHECK(probe({"-6"}).family == AddressFamily::v6);
    CHECK(probe({"-B", "192.0.2.7%eth0"}).bind == "192.0.2.7%eth0");
    CHECK(probe({"--bind", "eth0"}).bind == "eth0");
    CHECK(probe({"--timeout", "0.5"}).timeout == 500ms);
    CHECK(probe({"--key", "/etc/my key"}).key_file == "/etc/my key");
    CHECK(probe({"--port-parallelism", "THREAD"}).port_parallelism == Placement::thread);
    CHECK(probe({"--port-parallelism", "process"}).port_parallelism == Placement::process);
    CHECK(probe({"-J"}).json);
    CHECK(probe({"--json"}).json);
    CHECK(probe({"--ascii"}).ascii);
    CHECK(probe({"-q"}).quiet);
    CHECK(probe({"--quiet"}).quiet);
    CHECK((probe({"-Jq"}).quiet && probe({"-Jq"}).json));
}

TEST_CASE("one direction alone is measured when only one is asked for", "[ctl]") {
    const std::vector down{wire::Direction::down};
    const std::vector up{wire::Direction::up};
    CHECK(probe({"-R"}).directions == down);
    CHECK(probe({"--down"}).directions == down);
    CHECK(probe({"--up"}).directions == up);
    CHECK(probe({"--up", "--down"}).directions == both_directions());
}

TEST_CASE("the limits of the numbers are the ones that the help tells", "[ctl]") {
    CHECK(probe({"-l", "40"}).payload_bytes == 40);
    CHECK(probe({"-l", "65507"}).payload_bytes == 65507);
    CHECK(refusal({"-l", "39"}) == "-l 39: expected 40 to 65507 bytes");
    CHECK(refusal({"-l", "65508"}) == "-l 65508: expected 40 to 65507 bytes");
    CHECK(refusal({"-l", "1M"}) == "-l 1M: expected 40 to 65507 bytes");
    CHECK(probe({"-t", "0.1"}).duration == 100ms);
    CHECK(probe({"-t", "1h"}).duration == 3600s);
    CHECK(refusal({"-t", "99ms"}) == "-t 99ms: expected 0.1 to 3600 s");
    CHECK(refusal({"-t", "3601"}) == "-t 3601: expected 0.1 to 3600 s");
    CHECK(refusal({"--timeout", "0"}) == "--timeout 0: expected 0.1 to 3600 s");
    CHECK(refusal({"-p", "0"}) == "-p '0': expected a port from 1 to 65535");
    CHECK(refusal({"-p", "65536"}) == "-p '65536': expected a port from 1 to 65535");
}

TEST_CASE("what cannot be read is named, with what would have been right", "[ctl]") {
    CHECK(refusal({"-t", "soon"}) ==
          "-t: 'soon' is not a duration; write it as 10, 2.5s, 250ms or 2m");
    CHECK(refusal({"-b", "fast"}) == "-b: 'fast' is not a rate from 1 bit/s to 10 Tbit/s; write it "
                                     "as 50M, 1.5G or 300k");
    CHECK(refusal({"-l", "1.5"}) ==
          "-l: '1.5' is not a number of bytes; write it as 1472, 64k or 50M");
    CHECK(refusal({"--search", "d"}) == "--search 'd': expected s3, b or c");
    CHECK(refusal({"-p", "http"}) == "-p 'http': expected a port from 1 to 65535");
    CHECK(refusal({"--timeout", "x"}) ==
          "--timeout: 'x' is not a duration; write it as 10, 2.5s, 250ms or 2m");
    CHECK(refusal({"--port-parallelism", "fork"}) ==
          "--port-parallelism 'fork': expected single, thread or process");
    CHECK(refusal({"host:http"}) == "'http' is not a port from 1 to 65535");
    CHECK(refusal({"[2001:db8::1"}) == "'[2001:db8::1' lacks a ']'");
}

TEST_CASE("what excludes each other is refused", "[ctl]") {
    CHECK(refusal({"-4", "-6"}) == "-4 and -6 exclude each other");
    CHECK(refusal({"-b", "5M", "--search", "b"}) ==
          "-b fixes the rate, --search looks for it: give one of them");
    CHECK(refusal({"one", "two"}) == "one HOST at a time, not also 'two'");
    CHECK(refusal({"probe", "one", "two"}) == "one HOST at a time, not also 'two'");
    CHECK(refusal({"-p", "7000", "host:7001"}) ==
          "two ports, 7001 in HOST and 7000 by -p: give one of them");
    CHECK(refusal({"-t", "1", "-t", "2"}) == "--time is given twice");
}

TEST_CASE("an empty word is no value, so an unset variable of a script is noticed", "[ctl]") {
    CHECK(refusal({""}) == "HOST is empty");
    CHECK(refusal({"--key", ""}) == "--key needs a file");
    CHECK(refusal({"-B", ""}) == "-B needs an address or a device");
    CHECK(refusal({"-p", ""}) == "-p '': expected a port from 1 to 65535");
    CHECK(refusal({"--search", ""}) == "--search '': expected s3, b or c");
    for (const char* const option : {"-t", "-b", "-l", "--timeout", "--port-parallelism"}) {
        INFO(option);
        CHECK(refusal({option, ""}).starts_with(option));
    }
    CHECK(refusal({"status", "--socket", ""}, "wyndrvrctl status") == "--socket needs a path");
}

TEST_CASE("an option without its value is named", "[ctl]") {
    CHECK(refusal({"-t"}) == "--time needs a value");
    CHECK(refusal({"host", "--key"}) == "--key needs a value");
    CHECK(refusal({"status", "--socket"}, "wyndrvrctl status") == "--socket needs a value");
}

TEST_CASE("an unknown option is answered with the one that was meant", "[ctl]") {
    CHECK(refusal({"--bitrte", "5M"}) == "unknown option '--bitrte'; did you mean --bitrate?");
    CHECK(refusal({"--jsno"}) == "unknown option '--jsno'; did you mean --json?");
    CHECK(refusal({"-x"}) == "unknown option '-x'");
    CHECK(refusal({"--streams", "4"}) == "unknown option '--streams'");
    CHECK(refusal({"status", "--soket", "x"}, "wyndrvrctl status") ==
          "unknown option '--soket'; did you mean --socket?");
    CHECK(refusal({"status", "fra1"}, "wyndrvrctl status") == "unexpected argument 'fra1'");
    CHECK(refusal({"--\x1b[31m"}) == "unknown option '--\\x1b[31m'");
    CHECK(refusal({"-b", "\x1b[31m"}).find("'\\x1b[31m'") != std::string::npos);
}

TEST_CASE("only the program itself starts a worker", "[ctl]") {
    good<WorkerOptions>({"--worker"});
    CHECK(refusal({"--worker", "x"}) == "unknown option '--worker'");
    CHECK(refusal({"probe", "--worker"}) == "unknown option '--worker'");
}

TEST_CASE("the version is told in one line", "[ctl]") {
    CHECK(help({"--version"}) == "wyndrvrctl " WYN_VERSION "\n");
}

TEST_CASE("help pages fit 80 columns and show every option", "[ctl]") {
    struct Page {
        Arguments arguments;
        std::vector<std::string> entries;
    };
    const std::vector<Page> pages{
        {{"--help"}, {"  probe ", "  latency ", "  status ", "  --version "}},
        {{"-h"}, {"Usage: wyndrvrctl [probe] [HOST[:PORT]] [OPTION]...\n"}},
        {{"help"}, {"Usage: "}},
        {{"probe", "--help"},
         {"  -t, --time SECONDS ",
          "  -b, --bitrate RATE ",
          "  --search METHOD ",
          "  --sustained SECONDS ",
          "  --staircase ",
          "  --budget BYTES ",
          "  -l, --length BYTES ",
          "  -R, --down ",
          "  --up ",
          "  -4 ",
          "  -6 ",
          "  -B, --bind ADDR|DEV ",
          "  -p, --port PORT ",
          "  --timeout SECONDS ",
          "  --key FILE ",
          "  --port-parallelism MODE ",
          "  -J, --json ",
          "  --ascii ",
          "  -q, --quiet ",
          "  -h, --help ",
          "Exit status: 0 measured"}},
        {{"fra1", "-h"}, {"  -t, --time SECONDS "}},
        {{"latency", "--help"},
         {"  -i, --interval TIME ", "  -c, --count COUNT ", "  -t, --time SECONDS ",
          "  -l, --length BYTES ", "  --dscp NAME|N ", "  --schedule KIND ", "  --seed N ", "  -4 ",
          "  -B, --bind ADDR|DEV ", "  --key FILE ", "  -J, --json ", "  --json-lines ", "  --log ",
          "  -q, --quiet ", "Exit status: 0 measured"}},
        {{"status", "--help"},
         {"  --socket PATH ", "  -J, --json ", "  --ascii ", "  -h, --help ",
          "Exit status: 0 success"}},
        {{"sessions", "--help"}, {"  --socket PATH ", "  -J, --json ", "Exit status: 0 success"}},
        {{"watch", "--help"}, {"  -i, --interval SECONDS ", "  -J, --json ", "  --ascii "}},
        {{"reload", "--help"}, {"  --socket PATH ", "Exit status: 0 success"}},
        {{"drain", "--help"}, {"  --undo ", "  --wait ", "  --socket PATH "}},
        {{"end", "--help"}, {"Usage: wyndrvrctl end SESSION ", "  --socket PATH "}},
        {{"log-level", "--help"}, {"Usage: wyndrvrctl log-level LEVEL ", "  --socket PATH "}}};
    for (const Page& page : pages) {
        const std::string text = help(page.arguments);
        for (const std::string& entry : page.entries) {
            INFO(entry);
            CHECK(text.find(entry) != std::string::npos);
        }
        for (const std::string& line : test::lines_of(text)) {
            INFO(line);
            CHECK(line.size() <= 80);
            CHECK(!line.ends_with(' '));
        }
        CHECK(text.find("worker") == std::string::npos);
    }
}

TEST_CASE("the rate that is given says how the load is sent", "[ctl]") {
    CHECK(probe({}).search() == wire::Search::s3);
    CHECK(probe({"-b", "50M"}).search() == wire::Search::fixed);
    CHECK(probe({"-b", "0"}).search() == wire::Search::unpaced);
    CHECK(probe({"--search", "s3"}).search() == wire::Search::s3);
    CHECK(probe({"--search", "b"}).search() == wire::Search::type_b);
    CHECK(probe({"--search", "c"}).search() == wire::Search::type_c);
}

TEST_CASE("a load that its sender does not end lasts ten seconds", "[ctl]") {
    for (const Arguments& arguments : {Arguments{"-b", "5M"}, Arguments{"-b", "0"},
                                       Arguments{"--search", "b"}, Arguments{"--search", "c"}}) {
        CHECK(probe(arguments).duration == 10s);
    }
    CHECK(probe({"--search", "b", "-t", "5"}).duration == 5s);
    CHECK(probe({"-t", "5"}).duration == 5s);
}

TEST_CASE("a path may be kept full for longer, by the search that can tell two rates", "[ctl]") {
    CHECK(probe({}).sustained == 0s);
    CHECK(probe({"--sustained", "5"}).sustained == 5s);
    CHECK(probe({"--sustained", "500ms", "--search", "s3"}).sustained == 500ms);
    CHECK(probe({"--sustained", "5", "-t", "6"}).duration == 6s);
    CHECK(refusal({"--sustained", "5", "-t", "5"}) ==
          "-t 5 leaves no time to reach the 5 s of --sustained");
    CHECK(refusal({"--sustained", "5", "-b", "5M"}) ==
          "--sustained belongs to the search s3, not to -b");
    CHECK(refusal({"--sustained", "5", "--search", "c"}) ==
          "--sustained belongs to the search s3, not to --search c");
    CHECK_FALSE(probe({}).staircase);
    CHECK(probe({"--staircase", "--sustained", "5"}).staircase);
    CHECK(refusal({"--staircase", "-b", "5M"}) ==
          "--staircase belongs to the search s3, not to -b");
    CHECK(refusal({"--staircase", "--search", "b"}) ==
          "--staircase belongs to the search s3, not to --search b");
    CHECK(refusal({"--sustained", "0"}) == "--sustained 0: expected 0.1 to 3600 s");
    CHECK(refusal({"--sustained", ""}).starts_with("--sustained"));
}

TEST_CASE("a budget is one for the whole probe, and one that is too little is refused", "[ctl]") {
    CHECK(probe({}).budget_bytes == 0);
    CHECK(probe({"--budget", "50MB"}).budget_bytes == 50'000'000);
    CHECK(probe({"--budget", "2M", "--search", "b"}).budget_bytes == 2'097'152);
    CHECK(refusal({"--budget", "100kB"}) ==
          "--budget 100kB is too little: this probe needs 893 kB at least");
    CHECK(refusal({"--budget", "100kB", "-R"}) ==
          "--budget 100kB is too little: this probe needs 483 kB at least");
    CHECK(refusal({"--budget", "0"}).starts_with("--budget 0 is too little"));
    // More flows, and a longer time, have more to say beside the load.
    CHECK(refusal({"--budget", "1MB", "-P", "4", "-b", "0"}).starts_with("--budget 1MB is too"));
    CHECK(refusal({"--budget", "1MB", "--sustained", "10"}).starts_with("--budget 1MB is too"));
    CHECK(refusal({"--budget", "many"}) ==
          "--budget: 'many' is not a number of bytes; write it as 1472, 64k or 50M");
}

TEST_CASE("parallel flows share a rate, and have a core each", "[ctl]") {
    CHECK(probe({}).parallel == 1);
    CHECK(probe({"-P", "1"}).port_parallelism == Placement::single);
    CHECK(probe({"-P", "4", "-b", "0"}).parallel == 4);
    CHECK(probe({"--parallel=32", "-b", "1G"}).port_parallelism == Placement::thread);
    CHECK(probe({"-P", "2", "-b", "0", "--port-parallelism", "process"}).port_parallelism ==
          Placement::process);
    CHECK(refusal({"-P", "2"}) == "-P needs a rate: give -b RATE, which the flows share, or -b 0");
    CHECK(refusal({"-P", "32", "-b", "31"}) == "-b 31: too little for 32 flows");
    for (const char* const wrong : {"0", "33", "-1", "two", "2x", ""}) {
        INFO(wrong);
        CHECK(refusal({"-P", wrong, "-b", "0"}) ==
              "-P '" + std::string{wrong} + "': expected a number of flows from 1 to 32");
    }
    CHECK(refusal({"--pacing", "fast"}) == "--pacing 'fast': expected sleep or precise");
    CHECK(refusal({"--dscp", "64"}) ==
          "--dscp: '64' is not a DSCP; write it as EF, AF41, CS1 or 0 to 63");
}

TEST_CASE("lines of JSON are asked for by either name, and instead of the document", "[ctl]") {
    CHECK_FALSE(probe({"h"}).json_lines);
    CHECK(probe({"h", "--json-lines"}).json_lines);
    CHECK(probe({"h", "--json-stream"}).json_lines);
    CHECK(refusal({"h", "-J", "--json-lines"}) == "-J and --json-lines exclude each other");
}

TEST_CASE("a word to explain is looked up at once", "[ctl]") {
    CHECK(good<ExplainOptions>({"explain"}).word.empty());
    CHECK(good<ExplainOptions>({"explain", "bufferbloat"}).word == "bufferbloat");
    CHECK(good<ExplainOptions>({"explain", "added", "latency"}).word == "added latency");
    CHECK(good<ExplainOptions>({"explain", "--ascii"}).ascii);
    const auto refused = [](const char* word) {
        const auto options = parse({"explain", word});
        REQUIRE(!options.has_value());
        CHECK(options.error().status == 2);
        return options.error().text;
    };
    CHECK(refused("bufferblot") == "wyndrvrctl explain: no word of a result is 'bufferblot'; did "
                                   "you mean BUFFERBLOAT?; wyndrvrctl explain lists them all\n");
    CHECK(refused("xyzzyxyzzy") == "wyndrvrctl explain: no word of a result is 'xyzzyxyzzy'; "
                                   "wyndrvrctl explain lists them all\n");
    CHECK(refused("a\x1b[31mb").find('\x1b') == std::string::npos);
    CHECK(help({"explain", "--help"}).find("Usage: wyndrvrctl explain [WORD]") !=
          std::string::npos);
}
