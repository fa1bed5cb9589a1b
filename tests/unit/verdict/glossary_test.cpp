#include "check.hpp"
#include "verdict/glossary.hpp"

#include <algorithm>
#include <set>

using namespace wyn;
using namespace wyn::verdict;

namespace {

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }) &&
           text.find("  ") == std::string_view::npos;
}

} // namespace

TEST_CASE("every code is explained, in the order of the codes", "[verdict]") {
    REQUIRE(code_texts().size() == codes.size());
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        CHECK(code_texts()[i].code == codes[i]);
        CHECK(names.insert(name(codes[i])).second);
        const auto explained = look_up(name(codes[i]));
        REQUIRE(explained);
        CHECK(explained->code == &code_texts()[i]);
    }
}

TEST_CASE("the texts fit a list and end as sentences", "[verdict]") {
    for (const CodeText& text : code_texts()) {
        INFO(name(text.code));
        CHECK(text.meaning.size() <= 57);
        CHECK_FALSE(text.meaning.ends_with('.'));
        CHECK(text.shown_by.ends_with('.'));
        CHECK(text.advice.ends_with('.'));
        for (const std::string_view piece : {text.meaning, text.shown_by, text.advice})
            CHECK(is_plain(piece));
    }
    for (const Term& term : terms()) {
        INFO(term.word);
        CHECK(term.meaning.size() <= 57);
        CHECK_FALSE(term.meaning.ends_with('.'));
        CHECK(term.text.ends_with('.'));
        for (const std::string_view piece : {term.word, term.aliases, term.meaning, term.text})
            CHECK(is_plain(piece));
    }
}

TEST_CASE("no word means two things", "[verdict]") {
    for (const Term& term : terms()) {
        INFO(term.word);
        const auto explained = look_up(term.word);
        REQUIRE(explained);
        CHECK(explained->term == &term);
    }
}

TEST_CASE("words are found however they are written", "[verdict]") {
    CHECK(look_up("bufferbloat")->code->code == Code::bufferbloat);
    CHECK(look_up("Random_Loss")->code->code == Code::random_loss);
    CHECK(look_up("random loss")->code->code == Code::random_loss);
    CHECK(look_up("ADDED-LATENCY")->term->word == "added latency");
    CHECK(look_up("p99")->term->word == "percentile");
    CHECK(look_up("bloat")->term->word == "added latency");
    CHECK_FALSE(look_up("").has_value());
    CHECK_FALSE(look_up("nothing of the kind").has_value());
}

TEST_CASE("a mistyped word is near the one that was meant", "[verdict]") {
    CHECK(nearest_word("bufferblot") == "BUFFERBLOAT");
    CHECK(nearest_word("polcer") == "POLICER");
    CHECK(nearest_word("percentil") == "percentile");
    CHECK(nearest_word("xyzzyxyzzy").empty());
}
