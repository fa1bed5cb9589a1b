#include "check.hpp"
#include "ctl/explain_text.hpp"
#include "unit/ctl/pages.hpp"
#include "unit/golden_text.hpp"
#include "verdict/glossary.hpp"

#include <fstream>
#include <iterator>

using namespace wyn;
using namespace wyn::ctl;

namespace {

constexpr Style unicode{.unicode = true};

std::string checked(std::string text) {
    test::check_page(text);
    CHECK(text.ends_with('\n'));
    return text;
}

// Text in mdoc: a sentence begins a line, lines are no longer than 80, and no line begins with a
// character that means something there.
std::string mdoc_text(std::string_view text) {
    std::string page;
    std::string line;
    const auto end_line = [&] {
        if (!line.empty()) page += line + '\n';
        line.clear();
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        if (line.size() + 1 + word.size() > 80) end_line();
        line += (line.empty() ? "" : " ") + std::string{word};
        if (word.ends_with('.') || word.ends_with(':')) end_line();
    }
    end_line();
    return page;
}

std::string capitalised_sentence(std::string_view clause) {
    std::string sentence{clause};
    if (sentence.front() >= 'a' && sentence.front() <= 'z')
        sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
    return sentence + '.';
}

// The two lists of wyndrvr-verdicts(7).
std::string mdoc_lists() {
    std::string page = ".Sh VERDICTS\n.Bl -tag -width indent\n";
    for (const verdict::CodeText& code : verdict::code_texts())
        page += ".It Sy " + std::string{verdict::name(code.code)} + '\n' +
                mdoc_text(capitalised_sentence(code.meaning)) + ".Pp\n" + mdoc_text(code.shown_by) +
                ".Pp\n" + mdoc_text("Do: " + std::string{code.advice});
    page += ".El\n.Sh TERMS\n.Bl -tag -width indent\n";
    for (const verdict::Term& term : verdict::terms()) {
        page += ".It Em " + std::string{term.word} + '\n' +
                mdoc_text(capitalised_sentence(term.meaning)) + mdoc_text(term.text);
        if (!term.aliases.empty()) page += mdoc_text("Also: " + std::string{term.aliases} + '.');
    }
    return page + ".El\n";
}

} // namespace

TEST_CASE("all words are listed, one a line", "[ctl]") {
    const std::string text = checked(list_of_words({}));
    golden::check_text("explain_list.txt", text);
    for (const verdict::CodeText& code : verdict::code_texts())
        CHECK(text.find("\n  " + std::string{verdict::name(code.code)} + "  ") !=
              std::string::npos);
}

TEST_CASE("every word has its page", "[ctl]") {
    for (const verdict::CodeText& code : verdict::code_texts())
        CHECK(checked(explanation_of(verdict::name(code.code), unicode)).find("  Do: ") !=
              std::string::npos);
    for (const verdict::Term& term : verdict::terms())
        CHECK(checked(explanation_of(term.word, unicode)).starts_with(term.word));
    golden::check_text("explain_bufferbloat.txt", explanation_of("bufferbloat", {}));
    golden::check_text("explain_percentile.txt", explanation_of("p99", {}));
    CHECK(explanation_of("nothing", {}).empty());
}

TEST_CASE("the manual page of verdicts is the same table", "[ctl]") {
    const std::string path = WYN_SOURCE_ROOT "/man/wyndrvr-verdicts.7";
    std::ifstream file{path, std::ios::binary};
    REQUIRE(file);
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    const std::size_t begin = page.find(".Sh VERDICTS\n");
    const std::size_t end = page.find(".Sh SEE ALSO\n");
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    golden::check_text("../../man/wyndrvr-verdicts.7",
                       page.substr(0, begin) + mdoc_lists() + page.substr(end));
}
