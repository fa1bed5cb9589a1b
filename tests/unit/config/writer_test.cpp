#include "check.hpp"
#include "config/document.hpp"
#include "config/writer.hpp"

#include <rapidcheck.h>

#include <string>

using namespace wyn;
using namespace wyn::config;

namespace {

// What the text `key = <written>` holds.
Value read_back(const std::string& written) {
    const Document document = REQUIRE_OK(parse_document({"t", "key = " + written}));
    REQUIRE(document.entries.size() == 1);
    return document.entries.front().value;
}

template <typename Kind, typename T>
bool reads_back(const Kind& kind, const T& field) {
    const Value value = read_back(kind.write(field));
    const Read<T> again = kind.read(value);
    return again && *again == field;
}

} // namespace

TEST_CASE("a string of any characters is escaped so that it reads back", "[config]") {
    CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
    CHECK(quoted("tab\there\n") == R"("tab\u0009here\u000A")");
    CHECK(quoted("\x7f") == R"("\u007F")");
    CHECK(quoted("gr\xc3\xbc\xc3\x9f") == "\"gr\xc3\xbc\xc3\x9f\"");

    CHECK(rc::check("every ASCII string reads back", [] {
        const auto text = *rc::gen::container<std::string>(
            rc::gen::map(rc::gen::inRange(0, 128), [](int c) { return static_cast<char>(c); }));
        return std::get<std::string>(read_back(quoted(text)).is) == text;
    }));
}

TEST_CASE("every value of a kind is written so that it reads back", "[config]") {
    CHECK(rc::check("times", [] {
        const Time kind{0us, 100h, *rc::gen::element(TimeUnit::microseconds, TimeUnit::seconds)};
        const Duration unit = *rc::gen::element<Duration>(1ns, 1us, 1ms, 1s);
        const Duration time = *rc::gen::inRange(0, 360'000) * unit;
        return reads_back(kind, time);
    }));
    CHECK(rc::check("rates", [] {
        const RateLimit kind{BitRate{1}, BitRate{10'000'000'000'000}};
        const std::optional<BitRate> rate{
            *rc::gen::inRange<std::uint64_t>(1, 10'000) *
            *rc::gen::element<std::uint64_t>(1, 1000, 1'000'000, 1'000'000'000)};
        return reads_back(kind, rate);
    }));
    CHECK(rc::check("volumes", [] {
        const VolumeLimit kind{1, 1'000'000'000'000'000};
        const std::optional<std::uint64_t> volume =
            *rc::gen::inRange<std::uint64_t>(1, 1'000'000'000'000'000);
        return reads_back(kind, volume);
    }));
}

TEST_CASE("a value is written in the unit that leaves no fraction", "[config]") {
    const Time micro{0us, 1s, TimeUnit::microseconds};
    CHECK(micro.write(500us) == "500");
    CHECK(micro.write(1500ns) == "\"1500ns\"");
    const Time whole{0s, 60s, TimeUnit::seconds};
    CHECK(whole.write(3s) == "3");
    CHECK(whole.write(500ms) == "\"500ms\"");
    const RateLimit rate{BitRate{1}, BitRate{1'000'000'000}};
    CHECK(rate.write(std::nullopt) == "0");
    CHECK(rate.write(BitRate{100'000'000}) == "\"100M\"");
    CHECK(rate.write(BitRate{1001}) == "1001");
    const VolumeLimit volume{1, 5'000'000'000};
    CHECK(volume.write(std::nullopt) == "0");
    CHECK(volume.write(2'000'000'000) == "\"2GB\"");
    CHECK(volume.write(65'536) == "65536");
}

TEST_CASE("a range is told in words", "[config]") {
    CHECK(Integer{1, 4096, "sessions"}.range() == "sessions, 1 to 4096");
    CHECK(Integer{0, 65535, {}}.range() == "0 to 65535");
    CHECK(Time{10us, 1s, TimeUnit::microseconds}.range() == "microseconds, 10 to 1000000");
    CHECK(Time{500ms, 30s, TimeUnit::seconds}.range() == "seconds, 0.5 to 30");
    CHECK(RateLimit{BitRate{10'000}, BitRate{10'000'000'000'000}}.range() ==
          "bit/s, \"10k\" to \"10T\", or 0 for no limit");
    CHECK(VolumeLimit{1000, 1'000'000'000'000'000}.range() ==
          "bytes, \"1kB\" to \"1000TB\", or 0 for no limit");
}

TEST_CASE("a printed key tells its meaning, range and default", "[config]") {
    Lister changed;
    Lister defaults;
    std::uint16_t count = 3;
    const Key key{.name = "count", .meaning = "How many there may be."};
    changed.visit(key, count, Integer{1, 9, "things"});
    count = 5;
    defaults.visit(key, count, Integer{1, 9, "things"});
    CHECK(print_keys(changed.facts(), defaults.facts()) == "# How many there may be.\n"
                                                           "# Range: things, 1 to 9. Default: 5.\n"
                                                           "count = 3\n");
}

TEST_CASE("a key that is not set is printed as a commented example", "[config]") {
    Lister lister;
    const Key key{.name = "wait", .meaning = "How long.", .unset = "for ever", .example = "10"};
    lister.visit(key, std::optional<Duration>{}, Time{0us, 1s, TimeUnit::microseconds});
    CHECK(print_keys(lister.facts(), lister.facts()) ==
          "# How long.\n"
          "# Range: microseconds, 0 to 1000000. Default: unset (for ever).\n"
          "#wait = 10\n");
}

TEST_CASE("comments stay within 80 columns", "[config]") {
    std::string meaning;
    for (int i = 0; i < 60; ++i)
        meaning += "word ";
    meaning += std::string(90, 'x') + " end.";
    Lister lister;
    lister.visit({.name = "loud", .meaning = meaning}, true, Boolean{});
    const std::string text = print_keys(lister.facts(), lister.facts());
    std::size_t start = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', start)) {
        const std::string line = text.substr(start, end - start);
        INFO(line);
        CHECK((line.size() <= 80 || line == "# " + std::string(90, 'x')));
        start = end + 1;
    }
    CHECK(text.ends_with("\n# end.\n# Range: true or false. Default: true.\nloud = true\n"));
}

TEST_CASE("a key that is not in force is printed as a comment with its value", "[config]") {
    Lister lister;
    lister.visit({.name = "count", .meaning = "How many."}, 3, Integer{1, 9, {}});
    lister.visit({.name = "loud", .meaning = "With noise."}, true, Boolean{});
    const std::string text = print_keys(lister.facts(), lister.facts(),
                                        [](std::string_view key) { return key == "loud"; });
    CHECK(text.find("\n#count = 3\n") != std::string::npos);
    CHECK(text.find("\nloud = true\n") != std::string::npos);
}

TEST_CASE("a key whose change needs a restart says so behind its default", "[config]") {
    Lister lister;
    lister.visit(
        {.name = "loud", .meaning = "With noise.", .takes_effect = TakesEffect::at_restart}, true,
        Boolean{});
    CHECK(summary(lister.facts().front()) ==
          "Range: true or false. Default: true. A change needs a restart.");
}
