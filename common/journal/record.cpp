#include "journal/record.hpp"

#include "journal/catalog_ids.hpp"
#include "journal/fields.hpp"

namespace wyn::journal {

namespace {

constexpr std::string_view prefix = "WYNDRVR_";

Severity severity_from(std::string_view priority) {
    if (priority.size() != 1 || priority[0] < '0' || priority[0] > '7') return Severity::info;
    const int number = priority[0] - '0';
    return number < 3 ? Severity::error : static_cast<Severity>(number);
}

void take_field(Record& record, std::string_view name, std::string_view value) {
    for (const Field& field : fields)
        if (field.name == name) record.fields.emplace(field.name, value.substr(0, longest_value));
}

} // namespace

std::string_view Record::field(std::string_view name) const {
    const auto place = fields.find(name);
    return place == fields.end() ? std::string_view{} : std::string_view{place->second};
}

std::optional<Record> make_record(WallTime time, std::span<const std::string> data) {
    Record record{.time = time};
    for (const std::string_view line : data) {
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = line.substr(0, equals);
        const std::string_view value = line.substr(equals + 1);
        if (name == "MESSAGE_ID") record.event = name_of(value);
        if (name == "PRIORITY") record.severity = severity_from(value);
        if (name == "MESSAGE") record.message = value.substr(0, longest_value);
        if (name.starts_with(prefix)) take_field(record, name.substr(prefix.size()), value);
    }
    if (record.event.empty()) return std::nullopt;
    return record;
}

} // namespace wyn::journal
