#include "check.hpp"
#include "journal/catalog_ids.hpp"
#include "journal/native_entry.hpp"

using namespace wyn::journal;

namespace {

Event trouble(std::string message) {
    return {.id = id::trouble,
            .severity = Severity::warning,
            .message = std::move(message),
            .fields = {}};
}

const std::string rest = "MESSAGE_ID=76e32e69a37144c4af62b8eda86ede55\n"
                         "PRIORITY=4\n"
                         "SYSLOG_IDENTIFIER=wyndrvrd\n";

} // namespace

TEST_CASE("an entry is its message, what it is, how urgent, from whom, and its fields",
          "[journal]") {
    CHECK(native_entry(trouble("no control socket").with("REASON", "control_socket"), "wyndrvrd") ==
          "MESSAGE=no control socket\n" + rest + "WYNDRVR_REASON=control_socket\n");
}

TEST_CASE("a value may have an equals sign, or be empty", "[journal]") {
    CHECK(native_entry(trouble("a=b").with("KINDS", "").with("REASON", "x=y"), "wyndrvrd") ==
          "MESSAGE=a=b\n" + rest + "WYNDRVR_KINDS=\nWYNDRVR_REASON=x=y\n");
}

TEST_CASE("a value with newlines is told with its length, so that it cannot make fields",
          "[journal]") {
    using namespace std::string_literals;
    CHECK(native_entry(trouble("a\nMESSAGE_ID=0"), "wyndrvrd") ==
          "MESSAGE\n\x0e\0\0\0\0\0\0\0a\nMESSAGE_ID=0\n"s + rest);
    const std::string lines(0x010203, '\n');
    const std::string entry = native_entry(trouble(lines), "wyndrvrd");
    CHECK(entry == "MESSAGE\n\x03\x02\x01\0\0\0\0\0"s + lines + '\n' + rest);
}
