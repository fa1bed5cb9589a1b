// Events of the journal as JSON.
#include "ctl/log_page.hpp"
#include "ctl/report_values.hpp"
#include "journal/fields.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>

namespace wyn::ctl {

namespace {

// What is meant to be a number and is none is null: nothing is known then.
Json field_value(const journal::Field& field, std::string_view text) {
    if (field.form == journal::FieldForm::text) return Json(text);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return nullptr;
    if (field.form == journal::FieldForm::number) return number;
    constexpr std::uint64_t ns_per_us = 1000;
    if (number > std::numeric_limits<std::uint64_t>::max() / ns_per_us) return nullptr;
    return number * ns_per_us;
}

} // namespace

std::string record_as_json(const journal::Record& record) {
    Json fields = Json::object();
    for (const journal::Field& field : journal::fields)
        if (const auto place = record.fields.find(field.name); place != record.fields.end())
            fields[std::string{field.json}] = field_value(field, place->second);
    return one_line({{"schema", "wyndrvr.log/1"},
                     {"time", date_value(record.time)},
                     {"event", record.event},
                     {"severity", journal::name(record.severity)},
                     {"message", record.message},
                     {"fields", std::move(fields)}});
}

} // namespace wyn::ctl
