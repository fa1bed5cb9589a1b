// The command line of wyndrvrctl latency.
#include "unit/ctl/command_lines.hpp"

using namespace wyn;
using namespace wyn::ctl;
using test::Arguments;
using test::good;
using test::refusal;

namespace {

LatencyOptions latency(Arguments arguments) {
    arguments.insert(arguments.begin(), "latency");
    return good<LatencyOptions>(std::move(arguments));
}

} // namespace

TEST_CASE("latency watches the daemon of this host until it is interrupted", "[ctl]") {
    const LatencyOptions options = latency({});
    CHECK(options.host == "127.0.0.1");
    CHECK(options.port == 6711);
    CHECK(options.interval == 10ms);
    CHECK(options.is_open_ended());
    CHECK(options.payload_bytes == wire::shortest_probe);
    CHECK(options.dscp == 0);
    CHECK(options.schedule == session::ProbeTiming::periodic);
    CHECK_FALSE(options.seed.has_value());
    CHECK_FALSE(options.json);
    CHECK_FALSE(options.json_lines);
    CHECK_FALSE(options.log);
}

TEST_CASE("latency ends by number or time", "[ctl]") {
    CHECK(latency({"fra1", "-c", "100"}).count == 100U);
    CHECK(latency({"-t", "2m"}).duration == 120s);
    CHECK_FALSE(latency({"-c", "1"}).is_open_ended());
    CHECK_FALSE(latency({"-t", "0.5"}).is_open_ended());
    CHECK(latency({"-c", "4294967295"}).count == 4'294'967'295U);
    for (const char* const wrong : {"0", "-1", "4294967296", "ten", "1k", ""}) {
        INFO(wrong);
        CHECK(refusal({"latency", "-c", wrong}, "wyndrvrctl latency") ==
              "-c '" + std::string{wrong} + "': expected a number of probes from 1 to 4294967295");
    }
    CHECK(refusal({"latency", "-t", "0"}, "wyndrvrctl latency") ==
          "-t 0: expected 0.1 to 8640000 s");
}

TEST_CASE("the probes of latency are as its options say", "[ctl]") {
    CHECK(latency({"-i", "500us"}).interval == session::shortest_probe_interval);
    CHECK(latency({"--interval=1m"}).interval == 60s);
    CHECK(latency({"-l", "1472"}).payload_bytes == 1472);
    CHECK(latency({"--dscp", "EF"}).dscp == 46);
    CHECK(latency({"--dscp", "63"}).dscp == 63);
    CHECK(latency({"--schedule", "poisson"}).schedule == session::ProbeTiming::poisson);
    CHECK(latency({"--seed", "17"}).seed == 17U);
    for (const Arguments& wrong :
         {Arguments{"-i", "0"}, Arguments{"-i", "499us"}, Arguments{"-i", "61"},
          Arguments{"-l", "159"}, Arguments{"-l", "1473"}, Arguments{"--dscp", "64"},
          Arguments{"--dscp", "FE"}, Arguments{"--schedule", "uniform"}, Arguments{"--seed", "-1"},
          Arguments{"--seed", "x"}, Arguments{"-b", "1M"}, Arguments{"-P", "2"},
          Arguments{"--pacing", "sleep"}}) {
        Arguments all{"latency"};
        all.insert(all.end(), wrong.begin(), wrong.end());
        INFO(wrong[0] << ' ' << wrong[1]);
        CHECK(refusal(all, "wyndrvrctl latency").find(wrong[0]) != std::string::npos);
    }
}

TEST_CASE("latency prints in one way only", "[ctl]") {
    CHECK(latency({"-J"}).json);
    CHECK(latency({"--json-lines"}).json_lines);
    CHECK(latency({"--log"}).log);
    for (const Arguments& two :
         {Arguments{"latency", "-J", "--log"}, Arguments{"latency", "--json-lines", "--log"},
          Arguments{"latency", "-J", "--json-lines"}}) {
        INFO(two[1] << ' ' << two[2]);
        CHECK(refusal(two, "wyndrvrctl latency").find("exclude") != std::string::npos);
    }
}
