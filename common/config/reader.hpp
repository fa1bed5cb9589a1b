// Fills typed fields from a stack of TOML sources and collects everything that is wrong with them.
//
// An absent key leaves its field alone; a wrong one is reported with its place and reading goes on,
// so that the operator sees every mistake at once. Of several sources a later one wins, key by key,
// but each is checked: a mistake does not hide behind the file that overrides it.
//
//     Reader reader{sources};
//     reader.visit({.name = "max_sessions", .meaning = "..."}, config.max_sessions, Integer{1,
//     4096}); if (Problems problems = reader.finish(); !problems.empty()) ...
#pragma once

#include "config/document.hpp"
#include "config/key.hpp"
#include "config/kinds.hpp"
#include "config/source.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace wyn::config {

class Reader {
public:
    // Parses every source; one that is not TOML is a problem and otherwise as good as empty.
    explicit Reader(std::span<const Source> sources);
    // For one document, which may be a table of another one.
    explicit Reader(Document document) : documents_{std::move(document)} {}

    // Reads `key` into `field` as `kind` says, from every source that holds it.
    template <typename Field, typename Kind>
    void visit(const Key& key, Field& field, const Kind& kind) {
        for (const Found& found : find(key)) {
            auto value = kind.read(found.entry->value);
            if (value)
                assign(field, *std::move(value));
            else
                reject(key, found, value.error());
        }
    }

    // Values that are fine each by itself do not go together. Reported at the one that was given
    // last; not at all when one of them has been refused already, or none was given.
    void conflict(std::initializer_list<std::string_view> keys, std::string_view why);

    // Where the value that holds was given, "FILE:3" or the option that brought it; nothing for a
    // key that no source has.
    std::optional<std::string> origin_of(std::string_view key) const;

    // Reports the keys that nobody has asked for and returns all problems in the order of the
    // sources, lines and columns: at most 50, then a line that counts the rest.
    Problems finish();

private:
    struct Found {
        std::size_t document = 0; // its place in the stack
        const Entry* entry = nullptr;
    };
    using Position =
        std::tuple<std::size_t, std::uint32_t, std::uint32_t>; // document, line, column

    template <typename Field, typename T>
    static void assign(Field& field, T value) {
        if constexpr (std::integral<Field>)
            field = static_cast<Field>(value); // the kind's range is the field's
        else
            field = std::move(value);
    }
    std::vector<Found> find(const Key& key);
    void reject(const Key& key, const Found& found, const std::vector<Complaint>& complaints);
    void report(const Found& found, Place place, std::string_view what);
    void add(std::size_t document, Place place, std::string sentence);
    void report_unknown_keys();
    std::string advice_for(std::string_view unknown) const;

    std::vector<Document> documents_;
    std::multimap<Position, std::string> problems_; // those of one position in order of discovery
    std::size_t not_shown_ = 0;
    std::map<std::string_view, std::string_view> names_; // every spelling and the key's name
    std::map<std::string_view, Found> last_given_;       // by the key's name
    std::set<std::string_view> refused_;                 // names of keys with a refused value
};

} // namespace wyn::config
