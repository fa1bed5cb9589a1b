// The kinds of value that a key can hold. A kind knows three things and is the only place that
// knows them: how to read a TOML value (or say what was expected), how to write a value so that it
// reads back the same, and its range in words for messages, printed configurations and manual
// pages.
//
//     Read<T>     read(const Value&) const;
//     std::string write(const T&) const;      TOML, on one line
//     std::string range() const;              "microseconds, 10 to 1000000"
#pragma once

#include "base/error.hpp"
#include "base/units.hpp"
#include "base/word.hpp"
#include "clock/time.hpp"
#include "config/value.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::config {

// Why a value is refused. `item` is the element of a list that is at fault, else nullptr.
struct Complaint {
    std::string why;
    const Value* item = nullptr;
};
template <typename T>
using Read = std::expected<T, std::vector<Complaint>>;

std::unexpected<std::vector<Complaint>> refuse(std::string why);

// true or false.
struct Boolean {
    Read<bool> read(const Value& value) const;
    std::string write(bool value) const;
    std::string range() const;
};

// A whole number from `low` to `high`; `unit` in the plural, empty for a mere number.
struct Integer {
    std::int64_t low;
    std::int64_t high;
    std::string_view unit;

    Read<std::int64_t> read(const Value& value) const;
    std::string write(std::int64_t value) const;
    std::string range() const;
};

// A file's path, which may be empty. No byte 0, at most `longest` bytes.
struct Path {
    std::size_t longest;

    Read<std::string> read(const Value& value) const;
    std::string write(const std::string& value) const;
    std::string range() const;
};

// What an integer without a unit counts.
enum class TimeUnit : std::uint8_t { microseconds, seconds };

// A time from `low` to `high`: an integer in `unit`, or a string that names its unit ("250ms").
struct Time {
    Duration low;
    Duration high;
    TimeUnit unit;

    Read<Duration> read(const Value& value) const;
    std::string write(Duration value) const;
    std::string range() const;
};

// A rate that is not to be passed: an integer of bit/s or a string ("100M"), from `low` to `high`.
// No rate, written 0, is no limit.
struct RateLimit {
    BitRate low;
    BitRate high;

    Read<std::optional<BitRate>> read(const Value& value) const;
    std::string write(const std::optional<BitRate>& value) const;
    std::string range() const;
};

// A volume that is not to be passed: an integer of bytes or a string ("2GB"), from `low` to `high`.
// No volume, written 0, is no limit.
struct VolumeLimit {
    std::uint64_t low;
    std::uint64_t high;

    Read<std::optional<std::uint64_t>> read(const Value& value) const;
    std::string write(const std::optional<std::uint64_t>& value) const;
    std::string range() const;
};

// `"single", "thread" or "process"`.
std::string alternatives(std::span<const std::string> words);

// One of `choices`, spelled as print() does; read in any letter case.
template <typename Enum>
struct Word {
    std::span<const Enum> choices;

    Read<Enum> read(const Value& value) const {
        const auto* const text = std::get_if<std::string>(&value.is);
        const auto choice = text != nullptr ? parse_word(*text, choices) : std::nullopt;
        if (!choice) return refuse("expected " + range());
        return *choice;
    }
    std::string write(Enum value) const { return quoted(print(value)); }
    std::string range() const {
        std::vector<std::string> words;
        for (const Enum choice : choices)
            words.push_back(write(choice));
        return alternatives(words);
    }
};

// A type of the caller that is written as a string. parse() fails with a sentence that says what
// was expected.
template <typename T>
struct Spelled {
    std::string_view what; // "an IPv4 or IPv6 address"
    Result<T> (*parse)(std::string_view text);
    std::string (*spell)(const T& value);

    Read<T> read(const Value& value) const {
        const auto* const text = std::get_if<std::string>(&value.is);
        if (text == nullptr) return refuse("expected " + range());
        Result<T> parsed = parse(*text);
        if (!parsed) return refuse(parsed.error().what());
        return *std::move(parsed);
    }
    std::string write(const T& value) const { return quoted(spell(value)); }
    std::string range() const { return "a string with " + std::string{what}; }
};

// A list of such values. `complain` looks at the list as a whole.
template <typename T>
struct ListOf {
    Spelled<T> item;
    std::string_view what; // "a list of ranges"
    std::optional<std::string> (*complain)(const std::vector<T>& items);

    Read<std::vector<T>> read(const Value& value) const {
        const auto* const list = std::get_if<Value::List>(&value.is);
        if (list == nullptr) return refuse("expected " + range());
        std::vector<T> items;
        std::vector<Complaint> complaints;
        for (const Value& element : *list) {
            Read<T> one = item.read(element);
            if (one)
                items.push_back(*std::move(one));
            else
                complaints.push_back({one.error().front().why, &element});
        }
        if (!complaints.empty()) return std::unexpected{std::move(complaints)};
        if (auto why = complain(items)) return refuse(*std::move(why));
        return items;
    }
    std::string write(const std::vector<T>& items) const {
        std::string text;
        for (const T& one : items)
            text += (text.empty() ? "" : ", ") + item.write(one);
        return '[' + text + ']';
    }
    std::string range() const { return std::string{what}; }
};

} // namespace wyn::config
