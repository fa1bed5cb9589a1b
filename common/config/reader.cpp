#include "config/reader.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace wyn::config {

namespace {

// More would push the first ones off the screen.
constexpr std::size_t most_problems = 50;

} // namespace

Reader::Reader(std::span<const Source> sources) {
    documents_.reserve(sources.size());
    for (const Source& source : sources) {
        Result<Document> document = parse_document(source);
        if (!document) add(documents_.size(), {}, document.error().what());
        documents_.push_back(document ? *std::move(document) : Document{source.name});
    }
}

std::vector<Reader::Found> Reader::find(const Key& key) {
    names_.emplace(key.name, key.name);
    if (!key.alias.empty()) names_.emplace(key.alias, key.name);
    std::vector<Found> found;
    for (std::size_t i = 0; i < documents_.size(); ++i) {
        const Entry* const by_name = documents_[i].find(key.name);
        const Entry* const by_alias = key.alias.empty() ? nullptr : documents_[i].find(key.alias);
        if (by_alias != nullptr) found.push_back({i, by_alias});
        if (by_name != nullptr) found.push_back({i, by_name});
        if (by_name != nullptr && by_alias != nullptr)
            report({i, by_alias}, by_alias->key_place,
                   fmt::format("another spelling of {}, which is given in line {}; keep one",
                               key.name, by_name->key_place.line));
    }
    if (!found.empty()) last_given_[key.name] = found.back();
    return found;
}

void Reader::reject(const Key& key, const Found& found, const std::vector<Complaint>& complaints) {
    refused_.insert(key.name);
    const auto& [document, entry] = found;
    for (const Complaint& complaint : complaints) {
        if (complaint.item == nullptr) {
            report(found, entry->value.place, complaint.why);
            continue;
        }
        const Place place = complaint.item->place;
        add(document, place,
            fmt::format("{}: {}: {}: {}", documents_[document].at(place), entry->key,
                        shown(*complaint.item), complaint.why));
    }
}

void Reader::report(const Found& found, Place place, std::string_view what) {
    const auto& [document, entry] = found;
    add(document, place,
        fmt::format("{}: {} = {}: {}", documents_[document].at(place), escaped(entry->key),
                    shown(entry->value), what));
}

void Reader::add(std::size_t document, Place place, std::string sentence) {
    problems_.emplace(Position{document, place.line, place.column}, std::move(sentence));
}

void Reader::conflict(std::initializer_list<std::string_view> keys, std::string_view why) {
    const auto position = [](const Found& found) {
        const Place place = found.entry->value.place;
        return Position{found.document, place.line, place.column};
    };
    std::vector<Found> given;
    for (const std::string_view key : keys) {
        if (refused_.contains(key)) return;
        if (const auto found = last_given_.find(key); found != last_given_.end())
            given.push_back(found->second);
    }
    if (given.empty()) return;
    const Found last = std::ranges::max(given, {}, position);
    report(last, last.entry->value.place, why);
}

std::optional<std::string> Reader::origin_of(std::string_view key) const {
    const auto given = last_given_.find(key);
    if (given == last_given_.end()) return std::nullopt;
    const auto& [document, entry] = given->second;
    const Document& source = documents_[document];
    return source.has_lines ? fmt::format("{}:{}", source.name, entry->value.place.line)
                            : source.name;
}

std::string Reader::advice_for(std::string_view unknown) const {
    if (unknown.size() > 60) return {}; // no slip of the finger; and the comparison is quadratic
    std::string typed{unknown};
    std::ranges::transform(typed, typed.begin(), lower_case);
    const std::string_view spelling = nearest(typed, std::views::keys(names_));
    if (spelling.empty()) return {};
    return fmt::format("; did you mean {}?", names_.at(spelling));
}

void Reader::report_unknown_keys() {
    for (std::size_t i = 0; i < documents_.size(); ++i)
        for (const Entry& entry : documents_[i].entries) {
            if (names_.contains(entry.key)) continue;
            if (problems_.size() < most_problems)
                report({i, &entry}, entry.key_place, "no such key" + advice_for(entry.key));
            else
                ++not_shown_;
        }
}

Problems Reader::finish() {
    report_unknown_keys();
    Problems sentences;
    for (auto& [position, sentence] : problems_) {
        if (sentences.size() < most_problems)
            sentences.push_back(std::move(sentence));
        else
            ++not_shown_;
    }
    if (not_shown_ > 0) sentences.push_back(fmt::format("and {}", count_of(not_shown_, "problem")));
    return sentences;
}

} // namespace wyn::config
