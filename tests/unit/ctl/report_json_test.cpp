#include "check.hpp"
#include "ctl/report_json.hpp"
#include "unit/ctl/documents.hpp"
#include "unit/ctl/situations.hpp"
#include "unit/golden_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::ctl;

namespace {

using json = nlohmann::ordered_json;

// The document, which must be one line of valid JSON.
json parsed_text(const std::string& text) {
    test::keep_document("result", text);
    CHECK(text.find('\n') == std::string::npos);
    json document = json::parse(text, nullptr, false);
    INFO(text);
    REQUIRE(document.is_object());
    return document;
}
json parsed(const Report& report) {
    return parsed_text(report_as_json(report));
}
json parsed(const test::Situation& situation) {
    return parsed_text(report_as_json(situation.report, situation.evidence));
}

std::vector<std::string> keys_of(const json& object) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items())
        keys.push_back(key);
    return keys;
}

using Keys = std::vector<std::string>;

const Keys document_keys{"schema", "id",      "tool",   "start", "duration_ns", "complete",
                         "target", "local",   "test",   "path",  "idle",        "up",
                         "down",   "verdict", "server", "usage", "error"};

// Written with indentation, so that a change can be read, and not of this version alone.
template <typename Source>
void check_golden(const std::string& name, const Source& source) {
    json document = parsed(source);
    CHECK(document["tool"]["client"] == WYN_VERSION);
    document["tool"]["client"] = "0.0.0";
    golden::check_text(name, document.dump(2) + '\n');
}

// The rules that hold for every direction of every document.
void check_ledger(const json& packets) {
    const json& lost = packets.at("lost");
    if (lost.at("total").is_null()) {
        CHECK(lost.at("path").is_null());
        CHECK(lost.at("receiver_socket").is_null());
        return;
    }
    CHECK(packets.at("sent") ==
          packets.at("received").get<std::uint64_t>() + lost.at("total").get<std::uint64_t>());
    CHECK(lost.at("total") == lost.at("path").get<std::uint64_t>() +
                                  lost.at("sender_host").get<std::uint64_t>() +
                                  lost.at("receiver_socket").get<std::uint64_t>());
}

} // namespace

TEST_CASE("the document of a probe is as its golden file shows", "[ctl]") {
    check_golden("result_ordinary.json", test::ordinary());
    check_golden("result_losses.json", test::with_losses());
    check_golden("result_interrupted.json", test::interrupted());
    check_golden("result_only_idle.json", test::only_idle());
    check_golden("result_failed.json", test::failed());
    check_golden("result_searched.json", test::searched());
    check_golden("result_home_line.json", test::home_line());
}

TEST_CASE("every document has the same keys, whatever became of the probe", "[ctl]") {
    for (const Report& report : {test::ordinary(), test::with_losses(), test::interrupted(),
                                 test::only_idle(), test::failed(), Report{}}) {
        const json document = parsed(report);
        CHECK(keys_of(document) == document_keys);
        CHECK(document["schema"] == "wyndrvr.result/1");
        CHECK(keys_of(document["target"]) == Keys{"name", "address", "port"});
        CHECK(keys_of(document["usage"]) == Keys{"bytes"});
        CHECK(keys_of(document["tool"]) == Keys{"client", "server"});
        CHECK(document["error"].is_null() == (report.exit_code() == ExitCode::measured));
    }
}

TEST_CASE("the path's MTU is told for each direction, and why it is no larger", "[ctl]") {
    const json plain = parsed(test::ordinary())["path"];
    CHECK(plain["mtu_up_bytes"] == 1500);
    CHECK(plain["mtu_down_bytes"] == 1500);
    CHECK(plain["mtu_up_limit"] == "host");
    CHECK(plain["mtu_black_hole"] == false);
    const json narrow = parsed(test::with_losses())["path"];
    CHECK(narrow["mtu_up_bytes"] == 1400);
    CHECK(narrow["mtu_up_limit"] == "black_hole");
    CHECK(narrow["mtu_down_limit"] == "router");
    CHECK(narrow["mtu_black_hole"] == true);
    Report report = test::ordinary();
    report.result->path->down = {.bytes = 9000, .limit = measure::MtuLimit::none};
    CHECK(parsed(report)["path"]["mtu_down_limit"].is_null()); // nothing larger was tried
    report.result->path->down = {};
    CHECK(parsed(report)["path"]["mtu_down_bytes"].is_null());
    CHECK(parsed(report)["path"]["mtu_black_hole"].is_null());
    const json failed = parsed(test::failed());
    for (const auto& [key, value] : failed["path"].items())
        CHECK(value.is_null());
}

TEST_CASE("what both hosts tell is there, and what they do not is null", "[ctl]") {
    const json document = parsed(test::ordinary());
    const json& up = document["up"];
    CHECK(up["cpu"]["sender_ratio"] == 0.04);
    CHECK(up["cpu"]["sender_kept_waiting_ratio"] == 0.002);
    CHECK(up["cpu"]["receiver_ratio"].is_null());
    CHECK(up["cpu"]["receiver_kept_waiting_ratio"].is_null());
    CHECK(keys_of(up["host_wide"]) == Keys{"sender", "receiver"});
    CHECK(up["host_wide"]["sender"]["busiest_cpu_ratio"] == 0.312);
    CHECK(up["host_wide"]["sender"]["steal_ratio"] == 0.0);
    CHECK(up["host_wide"]["sender"]["link_bps"] == 1'000'000'000);
    CHECK(up["host_wide"]["sender"]["qdisc_backlog_bytes"] == 3028);
    for (const auto& [key, value] : up["host_wide"]["receiver"].items())
        CHECK(value.is_null());
    CHECK(up["packets"]["lost"]["sender_queue"] == 0);
    CHECK(up["packets"]["lost"]["receiver_host"].is_null());
    const json busy = parsed(test::with_losses());
    CHECK(busy["up"]["packets"]["lost"]["sender_queue"] == 11);
    CHECK(busy["server"]["concurrent_sessions"] == 5);
    CHECK(busy["server"]["concurrent_loads"] == 2);
    CHECK(parsed(test::failed())["server"]["concurrent_sessions"].is_null());
}

TEST_CASE("an address that is translated on the way is told", "[ctl]") {
    const json plain = parsed(test::ordinary());
    CHECK(plain["local"]["seen_as"] == "2001:db8:10::23");
    CHECK(plain["local"]["nat"] == false);
    CHECK(plain["tool"]["server"] == "0.1.0");
    const json translated = parsed(test::with_losses());
    CHECK(translated["local"]["address"] == "2001:db8:10::23");
    CHECK(translated["local"]["seen_as"] == "2001:db8:99::1");
    CHECK(translated["local"]["seen_as_port"] == 61000);
    CHECK(translated["local"]["nat"] == true);
    Report report = test::ordinary();
    report.seen_as->port = 1024; // the port alone
    CHECK(parsed(report)["local"]["nat"] == true);
    report.local->address.scope = 7; // which no other host knows
    report.seen_as = report.local;
    report.seen_as->address.scope = 0;
    CHECK(parsed(report)["local"]["nat"] == false);
    report.seen_as.reset();
    CHECK(parsed(report)["local"]["nat"].is_null());
    CHECK(parsed(report)["local"]["seen_as"].is_null());
}

TEST_CASE("the marks are told as they left and as they arrived", "[ctl]") {
    const json document = parsed(test::with_losses());
    CHECK(document["test"]["dscp"] == 46);
    CHECK(document["test"]["ecn"] == "ect0");
    const json& up = document["up"];
    REQUIRE(up["marks"].size() == 2);
    CHECK(up["marks"][0]["sent"] == json{{"dscp", 46}, {"ecn", "ect0"}});
    CHECK(up["marks"][0]["received"] == json{{"dscp", 0}, {"ecn", "ect0"}});
    CHECK(up["marks"][0]["count"] == 40'000);
    CHECK(up["marks"][1]["received"] == json{{"dscp", 0}, {"ecn", "ce"}});
    CHECK(up["marks"][1]["count"] == 200);
    CHECK(up["congested_ratio"] == 200.0 / 40'200);
    CHECK(up["ttl"] == json{{"min", 54}, {"max", 55}});
    CHECK(up["hops"] == json{{"min", 9}, {"max", 10}});
    CHECK(document["down"]["congested_ratio"].is_null());
    const json unknown = parsed(test::interrupted())["up"];
    CHECK(unknown["marks"].is_null());
    CHECK(unknown["ttl"]["min"].is_null());
    CHECK(unknown["hops"]["max"].is_null());
}

TEST_CASE("both directions have the same keys", "[ctl]") {
    const json document = parsed(test::ordinary());
    CHECK(keys_of(document["up"]) == keys_of(document["down"]));
    CHECK(keys_of(document["up"]["rate_bps"]) == Keys{"payload", "ip", "wire"});
    CHECK(keys_of(document["up"]["packets"]) == Keys{"sent", "received", "duplicate", "reordered",
                                                     "late", "skipped", "lost", "path_loss"});
    CHECK(keys_of(document["up"]["packets"]["lost"]) ==
          Keys{"total", "path", "sender_host", "receiver_socket", "sender_queue", "receiver_host"});
    CHECK(keys_of(document["up"]["loaded_rtt_ns"]) ==
          Keys{"min", "mean", "p50", "p90", "p99", "max", "count"});
    CHECK(keys_of(document["idle"]["rtt_ns"]) == keys_of(document["up"]["loaded_rtt_ns"]));
    CHECK(keys_of(document["idle"]["probes"]) ==
          Keys{"sent", "arrived", "returned", "stamps_missing"});
}

TEST_CASE("numbers are whole and in the unit of their name", "[ctl]") {
    const json document = parsed(test::ordinary());
    CHECK(document["start"] == "2026-11-20T06:58:10.412Z");
    CHECK(document["duration_ns"] == 23'000'000'000);
    CHECK(document["id"] == "8f3c000000000017");
    CHECK(document["complete"] == true);
    CHECK(document["target"]["name"] == "fra1.example.net");
    CHECK(document["target"]["address"] == "2001:db8:41::7");
    CHECK(document["target"]["port"] == 6711);
    CHECK(document["local"]["port"] == 50611);
    CHECK(document["test"]["search"] == "b");
    CHECK(document["test"]["rate_bps"].is_null());
    CHECK(document["test"]["duration_ns"] == 10'000'000'000);
    CHECK(document["test"]["payload_bytes"] == 1452);
    CHECK(document["idle"]["rtt_ns"]["min"] == 11'100'000);
    CHECK(document["down"]["rate_bps"]["ip"].get<std::uint64_t>() / 1'000'000 == 943);
    CHECK(document["down"]["rate_span_ns"] == 1'000'000'000);
    CHECK(document["down"]["duration_ns"] == 10'000'000'000);
    CHECK(document["down"]["limited_by"] == "nothing");
    CHECK(document["usage"]["bytes"] == 1'240'000'000);

    SECTION("none is a float but shares, from 0 to 1") {
        const auto check_all = [](const std::string& key, const json& value,
                                  const auto& self) -> void {
            INFO(key);
            CHECK(value.is_number_float() == (value.is_number() && key.ends_with("ratio")));
            if (value.is_number_float()) CHECK((value >= 0.0 && value <= 1.0));
            for (const auto& [name, inner] : value.items())
                if (value.is_structured()) self(value.is_array() ? key : name, inner, self);
        };
        check_all("", document, check_all);
        check_all("", parsed(test::wide()), check_all);
        for (const test::Situation& situation : test::situations())
            check_all("", parsed(situation), check_all);
    }
}

TEST_CASE("a staircase has one value for each of its loads", "[ctl]") {
    CHECK(parsed(test::ordinary())["down"]["follow_ups"].is_null());
    CHECK(parsed(test::searched())["down"]["follow_ups"].empty());
    const json document = parsed(test::with_staircase());
    CHECK(document["test"]["staircase"] == true);
    CHECK(document["up"]["follow_ups"].empty());
    const json& stairs = document["down"]["follow_ups"];
    REQUIRE(stairs.size() == 4);
    CHECK(stairs[0]["capacity_ratio"] == 0.5);
    CHECK(stairs[0]["packets"]["lost"]["total"] == 0);
    CHECK(stairs[3]["capacity_ratio"] == 1.05);
    CHECK(stairs[3]["packets"]["lost"]["total"] > 0);
    CHECK(stairs[3]["latency_under_load"]["added_ns"] > 30'000'000);
}

TEST_CASE("a capacity comes with what shows how far it goes", "[ctl]") {
    CHECK(parsed(test::ordinary())["down"]["capacity"].is_null());
    const json document = parsed(test::searched());
    CHECK(document["test"]["search"] == "s3");
    CHECK(document["test"]["duration_ns"].is_null()); // as long as it takes
    CHECK(document["test"]["sustained_ns"] == 5'000'000'000);
    CHECK(document["test"]["budget_bytes"] == 2'000'000'000);
    const json& down = document["down"]["capacity"];
    CHECK(down["verdict"] == "ok");
    CHECK(down["ip_bps"] == 943'620'000);
    CHECK(down["half_width_bps"] == 260'000);
    CHECK(down["burst"].is_null());
    CHECK(document["down"]["rate_bps"]["ip"] == 943'620'000);
    CHECK(document["down"]["rate_span_ns"] == 5'012'000'000);
    const json& up = document["up"]["capacity"];
    CHECK(up["verdict"] == "two-rate");
    CHECK(up["burst"]["ip_bps"] == 48'310'000);
    CHECK(up["burst"]["bucket_bytes"] == 10'200'000);
    CHECK(up["excess_loss_ppb"] == 12'000'000);

    SECTION("a lower bound has no width") {
        Report report = test::searched();
        report.result->down->capacity.verdict = wire::CapacityVerdict::lower_bound;
        report.result->down->capacity.half_width_bps = 0;
        CHECK(parsed(report)["down"]["capacity"]["half_width_bps"].is_null());
    }
}

TEST_CASE("a fixed rate is told instead of a search", "[ctl]") {
    Report report = test::ordinary();
    report.options.rate = BitRate{50'000'000};
    const json document = parsed(report);
    CHECK(document["test"]["rate_bps"] == 50'000'000);
    CHECK(document["test"]["search"].is_null());
}

TEST_CASE("how the load was sent and received is told", "[ctl]") {
    const json up = parsed(test::ordinary())["up"];
    CHECK(up["pacing"]["mode"] == "sleep");
    CHECK(up["pacing"]["lateness_ns"]["p50"] == 61'000);
    CHECK(up["pacing"]["lateness_ns"]["max"] == 1'310'000);
    CHECK(up["offload"]["segmentation"] == true);
    CHECK(up["offload"]["coalescing"] == true);
    CHECK(up["longest_train"] == 8);
    CHECK(up["receive_buffer_bytes"] == 33'554'432);
    CHECK(parsed(test::interrupted())["up"]["pacing"].is_null());
    CHECK(parsed(test::with_losses())["up"]["pacing"]["lateness_ns"]["p50"].is_null());
}

TEST_CASE("the ledger adds up in every document", "[ctl]") {
    for (const Report& report :
         {test::ordinary(), test::with_losses(), test::interrupted(), test::wide()})
        for (const char* const direction : {"up", "down"}) {
            const json document = parsed(report);
            if (!document[direction].is_null()) check_ledger(document[direction]["packets"]);
        }
    const json lost = parsed(test::with_losses())["up"]["packets"]["lost"];
    CHECK(lost["total"] == 130);
    CHECK(lost["path"] == 65);
    CHECK(lost["sender_host"] == 20);
    CHECK(lost["receiver_socket"] == 45);
}

TEST_CASE("what is not known is null", "[ctl]") {
    SECTION("before a server was met") {
        const json document = parsed(Report{});
        for (const char* const key : {"id", "local", "idle", "up", "down", "verdict"}) {
            INFO(key);
            CHECK(document[key].is_null());
        }
        CHECK(document["target"]["address"].is_null());
        CHECK(document["target"]["port"] == 6711);
        CHECK(document["tool"]["server"].is_null());
        CHECK(document["test"]["payload_bytes"].is_null());
        CHECK(document["usage"]["bytes"].is_null());
        CHECK(document["complete"] == false);
    }
    SECTION("when the receiver's record is missing") {
        const json up = parsed(test::interrupted())["up"];
        CHECK(up["rate_bps"]["ip"].is_null());
        CHECK(up["rate_span_ns"].is_null());
        CHECK(up["payload_bytes"].is_null());
        CHECK(up["stamps_missing"].is_null());
        for (const char* const key :
             {"sent", "received", "duplicate", "reordered", "late", "skipped"}) {
            INFO(key);
            CHECK(up["packets"][key].is_null());
        }
        for (const auto& [where, count] : up["packets"]["lost"].items()) {
            INFO(where);
            CHECK(count.is_null());
        }
        CHECK(up["limited_by"].is_null());
        CHECK(up["loaded_rtt_ns"]["min"].is_null());
        CHECK(up["loaded_rtt_ns"]["count"] == 0);
    }
    SECTION("when only the sender's record is there, what it refused is known") {
        Report report = test::with_losses();
        report.result->up->received_known = false;
        const json packets = parsed(report)["up"]["packets"];
        CHECK(packets["sent"] == 40'330);
        CHECK(packets["received"].is_null());
        CHECK(packets["lost"]["sender_host"] == 20);
        CHECK(packets["lost"]["total"].is_null());
    }
    SECTION("when the records contradict each other") {
        Report report = test::ordinary();
        report.result->up->received.packets += 1;
        const json packets = parsed(report)["up"]["packets"];
        CHECK(packets["received"].get<std::uint64_t>() > packets["sent"].get<std::uint64_t>());
        CHECK(packets["lost"]["total"].is_null());
    }
    SECTION("when the server set no ceiling") {
        CHECK(parsed(test::ordinary())["up"]["granted_bps"].is_null());
        CHECK(parsed(test::with_losses())["down"]["granted_bps"] == 1'000'000'000);
    }
    SECTION("of percentiles that too few samples would carry") {
        const json rtt = parsed(test::ordinary())["idle"]["rtt_ns"];
        CHECK(rtt["count"] == 100);
        CHECK(rtt["p90"].is_number());
        CHECK(rtt["p99"].is_null());
    }
}

TEST_CASE("the verdict is a sentence and the findings behind it", "[ctl]") {
    const json verdict = parsed(test::home_line())["verdict"];
    CHECK(keys_of(verdict) == Keys{"level", "summary", "grade", "findings"});
    CHECK(verdict["level"] == "warn");
    CHECK(verdict["summary"] == "Download at line rate, upload spoiled by bufferbloat.");
    CHECK(verdict["grade"] == "C");
    REQUIRE(verdict["findings"].size() == 3);
    const json& finding = verdict["findings"][0];
    CHECK(keys_of(finding) ==
          Keys{"code", "direction", "level", "confidence", "sentence", "evidence", "advice"});
    CHECK(finding["code"] == "BUFFERBLOAT");
    CHECK(finding["direction"] == "up");
    CHECK(finding["confidence"] == "high");
    CHECK(finding["evidence"]["added_ns"].is_number_integer());
    CHECK(finding["evidence"]["path_lost"] == 65);
    CHECK(verdict["findings"][2]["code"] == "LINE-RATE");
    CHECK(verdict["findings"][2]["advice"].is_null());
    SECTION("a finding of the probe as a whole has no direction") {
        const json crowded = parsed(test::crowded())["verdict"]["findings"];
        const auto busy = std::ranges::find_if(
            crowded, [](const json& one) { return one["code"] == "BUSY-SERVER"; });
        REQUIRE(busy != crowded.end());
        CHECK((*busy)["direction"].is_null());
    }
    SECTION("without a load there is a verdict, and no grade") {
        const json idle = parsed(test::only_idle())["verdict"];
        CHECK(idle["findings"].empty());
        CHECK(idle["grade"].is_null());
    }
}

TEST_CASE("latency under load is told for each direction", "[ctl]") {
    const json document = parsed(test::fair_queue());
    const json& up = document["up"]["latency_under_load"];
    CHECK(keys_of(up) == Keys{"added_ns", "mean_increase_ns", "p99_increase_ns",
                              "round_trips_per_minute", "grade", "flow_queueing"});
    CHECK(up["grade"] == "A+");
    CHECK(up["flow_queueing"] == true);
    CHECK(up["p99_increase_ns"].is_number_integer());
    CHECK(parsed(test::interrupted())["up"]["latency_under_load"].is_null());
    const json plain = parsed(test::ordinary())["up"]["latency_under_load"];
    CHECK(plain["p99_increase_ns"].is_null());
    CHECK(plain["flow_queueing"].is_null());
}

TEST_CASE("the path's share of loss has its interval", "[ctl]") {
    const json loss = parsed(test::with_losses())["up"]["packets"]["path_loss"];
    CHECK(keys_of(loss) == Keys{"ratio", "low_ratio", "high_ratio"});
    CHECK(loss["ratio"].get<double>() == Approx(65.0 / 40'310));
    CHECK(loss["low_ratio"] < loss["ratio"]);
    CHECK(loss["high_ratio"] > loss["ratio"]);
    CHECK(parsed(test::ordinary())["up"]["packets"]["path_loss"]["high_ratio"].get<double>() ==
          Approx(3.0 / 40'250));
    CHECK(parsed(test::interrupted())["up"]["packets"]["path_loss"].is_null());
}

TEST_CASE("a failure is a whole document with its reason and its advice", "[ctl]") {
    const json document = parsed(test::failed());
    CHECK(document["complete"] == false);
    CHECK(keys_of(document["error"]) == Keys{"code", "reason", "message", "advice"});
    CHECK(document["error"]["code"] == 3);
    CHECK(document["error"]["reason"] == "no_answer");
    CHECK(document["error"]["message"].get<std::string>().find("fra1.example.net") !=
          std::string::npos);
    CHECK(document["error"]["advice"].size() == 2);
    CHECK(document["target"]["address"] == "2001:db8:41::7");
}

TEST_CASE("a partial result has both a result and an error", "[ctl]") {
    const json document = parsed(test::interrupted());
    CHECK(document["complete"] == false);
    CHECK(document["error"]["code"] == 7);
    CHECK(document["error"]["reason"] == "interrupted");
    CHECK(document["down"]["end"] == "completed");
    CHECK(document["up"]["end"] == "interrupted");
}

TEST_CASE("a name of any bytes leaves the document valid", "[ctl]") {
    Report report = test::failed();
    report.options.host = "fra1\xff\xc3.\"example\"\n\x1b[31m";
    report.failure->sentence = report.options.host;
    const json document = parsed(report);
    CHECK(document["target"]["name"] == "fra1\ufffd\ufffd.\"example\"\n\x1b[31m");
    CHECK(document["error"]["message"] == document["target"]["name"]);
}

TEST_CASE("dates keep their milliseconds, and need no time zone", "[ctl]") {
    Report report;
    report.start = WallTime{0ms};
    CHECK(parsed(report)["start"] == "1970-01-01T00:00:00.000Z");
    report.start = WallTime{1795157890s + 999'999'999ns};
    CHECK(parsed(report)["start"] == "2026-11-20T06:58:10.999Z");
}

TEST_CASE("of several flows the document has each one's part", "[ctl]") {
    Report report = test::ordinary();
    CHECK(parsed(report)["up"]["flows"].is_null());
    report.flows = {{.session = 1, .result = *report.result}, {.session = 2, .result = {}}};
    const json flows = parsed(report)["up"]["flows"];
    REQUIRE(flows.size() == 2);
    CHECK(flows[0]["id"] == "0000000000000001");
    CHECK(flows[0]["payload_bps"].is_number());
    CHECK(flows[0]["lost"] == 0);
    CHECK(flows[1]["payload_bps"].is_null());
}
