// The predecessor's key=value files, from text to TOML of ours.
// Promise: any bytes are imported or refused with sentences in printable ASCII; what is imported is
// a valid configuration.
#include "settings/import.hpp"

#include "fuzz/target.hpp"
#include "settings/server_config.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace wyn;

namespace {

bool is_printable(std::string_view sentence) {
    return !sentence.empty() &&
           std::ranges::all_of(sentence, [](char c) { return c >= 0x20 && c < 0x7f; });
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto imported =
        settings::import_key_values({"fuzz", std::string{fuzz::as_text(data, size)}});
    if (!imported) {
        WYN_CHECK(!imported.error().empty());
        WYN_CHECK(std::ranges::all_of(imported.error(), is_printable));
        return 0;
    }
    WYN_CHECK(std::ranges::all_of(imported->warnings, is_printable));
    const std::vector<config::Source> sources{{"imported", imported->toml}};
    WYN_CHECK(settings::read_server_config(sources).has_value());
    return 0;
}
