#include "config/setting.hpp"

#include "base/text.hpp"
#include "config/document.hpp"

#include <fmt/format.h>

#include <string>

namespace wyn::config {

Result<Source> source_of_setting(std::string_view option, std::string_view setting) {
    const std::string given = fmt::format("{} {}", option, escaped(setting));
    const std::size_t equals = setting.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return fail(given + ": expected KEY=VALUE");
    Result<Document> document = parse_document({given, std::string{setting}, false});
    if (document && document->entries.size() != 1) return fail(given + ": expected one KEY=VALUE");
    if (document) return Source{std::string{option}, std::string{setting}, false};
    const std::string_view key = setting.substr(0, equals);
    const std::string_view value = setting.substr(equals + 1);
    if (is_bare_word(value)) // two pairs of quotes: the shell takes one
        return fail(fmt::format("{}: a string needs quotes: {} '{}=\"{}\"'", given, option,
                                escaped(key), value));
    return pass_on(document);
}

} // namespace wyn::config
