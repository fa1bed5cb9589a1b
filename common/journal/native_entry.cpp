#include "journal/native_entry.hpp"

namespace wyn::journal {

namespace {

void add(std::string& entry, std::string_view name, std::string_view value) {
    entry += name;
    if (value.find('\n') == std::string_view::npos) {
        entry += '=';
    } else {
        entry += '\n';
        for (unsigned int shift = 0; shift < 64; shift += 8)
            entry += static_cast<char>((std::uint64_t{value.size()} >> shift) & 0xff);
    }
    entry += value;
    entry += '\n';
}

} // namespace

std::string native_entry(const Event& event, std::string_view identifier) {
    std::string entry;
    add(entry, "MESSAGE", event.message);
    add(entry, "MESSAGE_ID", event.id);
    add(entry, "PRIORITY", fmt::to_string(static_cast<int>(event.severity)));
    add(entry, "SYSLOG_IDENTIFIER", identifier);
    for (const std::string_view field : event.fields) {
        const std::size_t equals = field.find('=');
        add(entry, field.substr(0, equals), field.substr(equals + 1));
    }
    return entry;
}

} // namespace wyn::journal
