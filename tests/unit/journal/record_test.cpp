#include "check.hpp"
#include "journal/catalog_ids.hpp"
#include "journal/fields.hpp"
#include "journal/record.hpp"

#include <set>

using namespace wyn;
using namespace wyn::journal;

namespace {

using Data = std::vector<std::string>;

const std::string our_id = fmt::format("MESSAGE_ID={}", id::session_ended);

} // namespace

TEST_CASE("a record has what its event had", "[journal]") {
    const WallTime time{1'700'000'000s};
    const auto record =
        make_record(time, Data{"WYNDRVR_SESSION=8f3c000000000017", "PRIORITY=6", our_id, "_PID=812",
                               "WYNDRVR_REASON=completed", "MESSAGE=it ended: a=b"});
    REQUIRE(record);
    CHECK(record->time == time);
    CHECK(record->event == "session_ended");
    CHECK(record->severity == Severity::info);
    CHECK(record->message == "it ended: a=b");
    CHECK(record->fields.size() == 2);
    CHECK(record->field("SESSION") == "8f3c000000000017");
    CHECK(record->field("REASON") == "completed");
    CHECK(record->field("KEY").empty());
}

TEST_CASE("what is none of our events makes no record", "[journal]") {
    CHECK_FALSE(make_record({}, Data{}));
    CHECK_FALSE(make_record({}, Data{"MESSAGE=hello"}));
    CHECK_FALSE(make_record({}, Data{"MESSAGE_ID=00000000000000000000000000000000"}));
}

TEST_CASE("fields that are not known, or no fields at all, are passed over", "[journal]") {
    const auto record = make_record(
        {}, Data{our_id, "WYNDRVR_NEWER=1", "WYNDRVR_", "=", "", "KEY=x", "WYNDRVR_KEY=office"});
    REQUIRE(record);
    CHECK(record->fields.size() == 1);
    CHECK(record->field("KEY") == "office");
}

TEST_CASE("of a long value the beginning is kept", "[journal]") {
    const auto record = make_record({}, Data{our_id, "MESSAGE=" + std::string(10'000, 'm'),
                                             "WYNDRVR_KEY=" + std::string(10'000, 'k')});
    REQUIRE(record);
    CHECK(record->message == std::string(longest_value, 'm'));
    CHECK(record->field("KEY") == std::string(longest_value, 'k'));
}

TEST_CASE("a priority is a digit of syslog, or that of information", "[journal]") {
    const auto severity = [](const std::string& text) {
        return make_record({}, Data{our_id, "PRIORITY=" + text})->severity;
    };
    CHECK(severity("0") == Severity::error);
    CHECK(severity("3") == Severity::error);
    CHECK(severity("4") == Severity::warning);
    CHECK(severity("7") == Severity::debug);
    for (const char* const text : {"", "8", "-1", "33", "x"})
        CHECK(severity(text) == Severity::info);
}

TEST_CASE("kinds of events and fields have names of their own", "[journal]") {
    std::set<std::string_view> names;
    std::set<std::string_view> names_in_json;
    for (const EventKind& kind : event_kinds) {
        CHECK(kind.id.size() == 32);
        CHECK(kind.id.find_first_not_of("0123456789abcdef") == std::string_view::npos);
        CHECK(names.insert(kind.id).second);
        CHECK(names.insert(kind.name).second);
        CHECK(name_of(kind.id) == kind.name);
    }
    CHECK(name_of("x").empty());
    for (const Field& field : fields) {
        CHECK(names.insert(field.name).second);
        CHECK(names_in_json.insert(field.json).second);
    }
}
