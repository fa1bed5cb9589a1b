#include "check.hpp"
#include "golden/golden.hpp"
#include "wire/message.hpp"
#include "wire/reason.hpp"

#include <fmt/format.h>

#include <set>
#include <string>

using namespace wyn;
using namespace wyn::wire;

namespace {

template <typename Reason>
std::set<std::string> names_of(const std::vector<Reason>& reasons) {
    std::set<std::string> names;
    for (const Reason reason : reasons)
        names.emplace(name(reason));
    return names;
}

std::vector<Refusal> known_refusals() {
    std::vector<Refusal> known;
    for (std::uint32_t number = 0; number <= 0xffff; ++number)
        if (const auto refusal = refusal_from(static_cast<std::uint16_t>(number)))
            known.push_back(*refusal);
    return known;
}

std::vector<End> known_ends() {
    std::vector<End> known;
    for (std::uint32_t number = 0; number <= 0xffff; ++number)
        if (const auto end = end_from(static_cast<std::uint16_t>(number))) known.push_back(*end);
    return known;
}

// The part of the manual page under this heading.
std::string section(const std::string& heading) {
    const std::string page = golden::text_of("man/wyndrvr-protocol.7");
    const std::size_t begin = page.find("\n.Ss " + heading + "\n");
    REQUIRE(begin != std::string::npos);
    return page.substr(begin, page.find("\n.El", begin) - begin);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("every number is one reason, and the number of that reason", "[wire]") {
    for (std::uint32_t number = 0; number <= 0xffff; ++number) {
        const auto wire = static_cast<std::uint16_t>(number);
        if (const auto end = end_from(wire)) REQUIRE(static_cast<std::uint16_t>(*end) == wire);
        if (const auto refusal = refusal_from(wire))
            REQUIRE(static_cast<std::uint16_t>(*refusal) == wire);
    }
}

TEST_CASE("unknown numbers are no reason", "[wire]") {
    CHECK(known_refusals().size() == 10);
    CHECK(known_ends().size() == 17);
    CHECK_FALSE(refusal_from(0).has_value());
    CHECK_FALSE(refusal_from(4).has_value()); // left free
    CHECK_FALSE(refusal_from(12).has_value());
    CHECK_FALSE(refusal_from(0xffff).has_value());
    CHECK_FALSE(end_from(17).has_value());
    CHECK_FALSE(end_from(0xffff).has_value());
}

TEST_CASE("every reason has a name of its own", "[wire]") {
    CHECK(names_of(known_refusals()).size() == known_refusals().size());
    CHECK(names_of(known_ends()).size() == known_ends().size());
    std::vector<Drop> drops;
    drops.reserve(drop_reasons);
    for (std::size_t number = 0; number < drop_reasons; ++number)
        drops.push_back(static_cast<Drop>(number));
    const auto drop_names = names_of(drops);
    CHECK(drop_names.size() == drop_reasons);
    CHECK(drop_names.count("unknown") == 0);
    CHECK(name(static_cast<Drop>(drop_reasons)) == "unknown"); // drop_reasons is all of them
    std::set<std::string> sentences;
    for (const End end : known_ends()) {
        CHECK(sentence(end) != "unknown");
        sentences.emplace(sentence(end));
    }
    CHECK(sentences.size() == known_ends().size());
    std::set<std::string> limits;
    for (std::uint8_t number = 0; number <= static_cast<std::uint8_t>(last_limit); ++number)
        limits.emplace(name(static_cast<LimitedBy>(number)));
    CHECK(limits.size() == 9);
    CHECK(limits.count("unknown") == 0);
}

TEST_CASE("the manual page lists every reason with number, name and sentence", "[wire]") {
    const std::string refusals = section("Refusals");
    for (const Refusal refusal : known_refusals())
        CHECK(contains(refusals, fmt::format("\n.It {} Ta {} Ta ",
                                             static_cast<std::uint16_t>(refusal), name(refusal))));
    const std::string ends = section("Ends");
    for (const End end : known_ends())
        CHECK(contains(ends + "\n",
                       fmt::format("\n.It {} Ta {} Ta {}\n", static_cast<std::uint16_t>(end),
                                   name(end), sentence(end))));
    const std::string limits = section("Limits of a rate");
    for (std::uint8_t number = 0; number <= static_cast<std::uint8_t>(last_limit); ++number)
        CHECK(contains(limits, fmt::format("\n.It {} Ta {} Ta ", number,
                                           name(static_cast<LimitedBy>(number)))));
    const std::string verdicts = section("Verdicts on a capacity");
    for (std::uint8_t number = 0; number <= static_cast<std::uint8_t>(last_capacity_verdict);
         ++number)
        CHECK(contains(verdicts, fmt::format("\n.It {} Ta {} Ta ", number,
                                             name(static_cast<CapacityVerdict>(number)))));
}

TEST_CASE("dropped datagrams are counted by reason", "[wire]") {
    DropCounts counts;
    CHECK(counts.total() == 0);
    counts.count(Drop::tag);
    counts.count(Drop::tag);
    counts.count(Drop::limit); // the last one
    DropCounts others;
    others.count(Drop::length); // the first one
    counts += others;
    CHECK(counts.of(Drop::tag) == 2);
    CHECK(counts.of(Drop::limit) == 1);
    CHECK(counts.of(Drop::length) == 1);
    CHECK(counts.of(Drop::magic) == 0);
    CHECK(counts.total() == 4);
}
