#include "check.hpp"
#include "ctl/log_page.hpp"
#include "journal/fields.hpp"
#include "unit/ctl/documents.hpp"
#include "unit/golden_text.hpp"
#include "unit/lines.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace wyn;
using namespace wyn::ctl;
using journal::Record;
using journal::Severity;

namespace {

// 2026-11-20 06:58:10.412345 UTC
const WallTime time_of_record{1'795'157'890s + 412'345us};

using Fields = std::map<std::string_view, std::string>;

Record record(std::string_view event, Severity severity, std::string message, Fields fields) {
    return {.time = time_of_record,
            .event = event,
            .severity = severity,
            .message = std::move(message),
            .fields = std::move(fields)};
}

Record of_session(std::string_view event, Fields more, Severity severity = Severity::info) {
    more.insert({{"SESSION", "8f3c000000000017"},
                 {"CLIENT", "198.51.100.7"},
                 {"PORT", "41873"},
                 {"KEY", "anonymous"}});
    return record(event, severity, "a sentence", std::move(more));
}

// A day of a daemon, and the beginning of the next one.
std::vector<std::pair<LocalTime, Record>> story() {
    const Fields ports{
        {"PORT_CONTROL", "7811"}, {"PORT_UPLOAD", "7864"}, {"PORT_DOWNLOAD", "7893"}};
    Fields of_office = ports;
    of_office.insert({{"KEY", "office"},
                      {"SESSION", "f20d0d03fc50a957"},
                      {"CLIENT", "2001:db8:1234:5678:9abc:def0:1234:5678"}});
    return {
        {{"2026-11-20", "06:58:10"},
         record("listening", Severity::notice,
                "listening on [::]:6711 udp, configured by /etc/wyndrvr/wyndrvrd.toml, "
                "/etc/wyndrvr/wyndrvrd.toml.d/10-limits.toml",
                {{"LISTEN", "[::]:6711"}})},
        {{"2026-11-20", "06:58:20"}, of_session("session_admitted", ports)},
        {{"2026-11-20", "06:58:20"},
         of_session("session_opened", {{"RTT_US", "11234"}}, Severity::debug)},
        {{"2026-11-20", "06:58:23"},
         of_session("test_done", {{"TEST", "down"},
                                  {"DOWN_BPS", "944000000"},
                                  {"SENT", "81234"},
                                  {"LOST", "0"},
                                  {"RTT_US", "11234"},
                                  {"REASON", "completed"}})},
        {{"2026-11-20", "06:58:26"},
         of_session("test_done", {{"TEST", "up"},
                                  {"UP_BPS", "48300000"},
                                  {"SENT", "20791"},
                                  {"LOST", "65"},
                                  {"RTT_US", "187000"},
                                  {"REASON", "no_feedback"}})},
        {{"2026-11-20", "06:58:27"},
         of_session("session_ended",
                    {{"REASON", "completed"}, {"DURATION_US", "7130000"}, {"TESTS", "2"}})},
        {{"2026-11-20", "07:10:00"}, record("session_admitted", Severity::info, "", of_office)},
        {{"2026-11-20", "07:10:01"},
         of_session("worker_failed", {{"SESSION", "f20d0d03fc50a957"}}, Severity::error)},
        {{"2026-11-20", "07:11:00"},
         record("client_refused", Severity::notice, "client 203.0.113.9:5004 refused: ...",
                {{"CLIENT", "203.0.113.9"}, {"PORT", "5004"}, {"REASON", "anonymous"}})},
        {{"2026-11-20", "07:11:30"},
         record("suppressed", Severity::warning,
                "1204 messages left out, because too many came: 1204 client_refused (anonymous)",
                {{"MESSAGES", "1204"}, {"KINDS", "client_refused/anonymous:1204"}})},
        {{"2026-11-21", "00:00:01"},
         of_session("session_end_asked", {{"UID", "0"}}, Severity::notice)},
        {{"2026-11-21", "00:00:02"}, record("stopping", Severity::notice, "stopping", {})},
    };
}

std::string page(const Style& style) {
    LogPage log{style};
    std::string text;
    for (const auto& [when, one] : story())
        text += log.lines(one, when) + '\n';
    return text;
}

nlohmann::ordered_json json_of(const Record& one) {
    const std::string text = record_as_json(one);
    wyn::test::keep_document("log", text);
    CHECK(text.find('\n') == std::string::npos);
    return nlohmann::ordered_json::parse(text);
}

} // namespace

TEST_CASE("the log is a page of lines with their times", "[ctl]") {
    golden::check_text("log.txt", page({.unicode = true}));
    golden::check_text("log_ascii.txt", page({}));
    golden::check_text("log_colour.txt", page({.colour = true, .unicode = true}));
}

TEST_CASE("no line of the log is wider than a page", "[ctl]") {
    for (const std::string& line : test::lines_of(page({.unicode = true}))) {
        INFO(line);
        CHECK(columns(line) <= page_width);
    }
}

TEST_CASE("whatever stands in the journal, a line of the log steers no terminal", "[ctl]") {
    LogPage log{{}};
    const std::string evil = "\x1b[2J\n\xff";
    for (const auto& [when, one] : story()) {
        Record bad = one;
        bad.message = evil;
        for (const journal::Field& field : journal::fields)
            bad.fields[field.name] = evil;
        for (const char c : log.lines(bad, when))
            CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
        static_cast<void>(json_of(bad));
    }
}

TEST_CASE("an event that lacks fields is shown all the same", "[ctl]") {
    LogPage log{{}};
    for (const auto& [when, one] : story()) {
        Record bare = one;
        bare.fields = {{"CLIENT", "192.0.2.1"}};
        CHECK_FALSE(log.lines(bare, when).empty());
        bare.fields.clear();
        CHECK(log.lines(bare, {"2026-11-22", "00:00:00"}).find("00:00:00") != std::string::npos);
        CHECK(json_of(bare)["fields"] == nlohmann::ordered_json::object());
    }
}

TEST_CASE("an event is an object with its fields and their units in their names", "[ctl]") {
    for (const auto& [when, one] : story())
        static_cast<void>(json_of(one));
    const auto done = json_of(story()[4].second);
    CHECK(done["schema"] == "wyndrvr.log/1");
    CHECK(done["time"] == "2026-11-20T06:58:10.412Z");
    CHECK(done["event"] == "test_done");
    CHECK(done["severity"] == "info");
    CHECK(done["message"] == "a sentence");
    CHECK(done["fields"].dump() ==
          R"({"session":"8f3c000000000017","client":"198.51.100.7","port":41873,)"
          R"("key":"anonymous","test":"up","up_bps":48300000,"rtt_ns":187000000,)"
          R"("sent_count":20791,"lost_count":65,"reason":"no_feedback"})");
}

TEST_CASE("a number that is none, or too large, is not known", "[ctl]") {
    const auto rtt = [](const std::string& us) {
        return json_of(of_session("session_opened", {{"RTT_US", us}}))["fields"]["rtt_ns"];
    };
    CHECK(rtt("18446744073709551") == 18'446'744'073'709'551'000U);
    for (const char* const text :
         {"", "-1", "1.5", "1 ", "x", "18446744073709552", "99999999999999999999"})
        CHECK(rtt(text).is_null());
}
