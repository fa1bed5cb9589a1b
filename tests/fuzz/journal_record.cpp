// The data of an entry of the journal, which anybody on the host may have written: pieces between
// NUL bytes, "NAME=value" each.
// Promise: what is not one of our events makes no record; every record is shown as text that steers
// no terminal, and as JSON.
#include "ctl/log_page.hpp"
#include "fuzz/target.hpp"
#include "journal/record.hpp"

#include <nlohmann/json.hpp>

#include <vector>

using namespace wyn;

namespace {

std::vector<std::string> pieces_of(std::string_view text) {
    std::vector<std::string> pieces;
    for (;;) {
        const std::size_t end = std::min(text.find('\0'), text.size());
        pieces.emplace_back(text.substr(0, end));
        if (end == text.size()) return pieces;
        text.remove_prefix(end + 1);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto pieces = pieces_of(fuzz::as_text(data, size));
    const auto record = journal::make_record({}, pieces);
    if (!record) return 0;
    WYN_CHECK(!record->event.empty() && record->message.size() <= journal::longest_value);
    ctl::LogPage page{{}};
    for (const char c : page.lines(*record, {"2026-11-20", "06:58:10"}))
        WYN_CHECK(c == '\n' || (c >= ' ' && c < '\x7f'));
    WYN_CHECK(nlohmann::json::parse(ctl::record_as_json(*record)).is_object());
    return 0;
}
