// The daemon's configuration file, from text to typed values and back.
// Promise: any bytes are read or refused with a sentence in printable ASCII; a configuration that
// was accepted is printed so that it reads back to the same.
#include "fuzz/target.hpp"
#include "settings/server_config.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace wyn;

namespace {

auto read(std::string_view text) {
    const std::vector<config::Source> sources{{"fuzz", std::string{text}}};
    return settings::read_server_config(sources);
}

bool is_printable(std::string_view sentence) {
    return !sentence.empty() &&
           std::ranges::all_of(sentence, [](char c) { return c >= 0x20 && c < 0x7f; });
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto config = read(fuzz::as_text(data, size));
    if (config) {
        const auto again = read(settings::print_server_config(*config));
        WYN_CHECK(again && *again == *config);
    } else {
        WYN_CHECK(!config.error().empty());
        WYN_CHECK(std::ranges::all_of(config.error(), is_printable));
    }
    return 0;
}
