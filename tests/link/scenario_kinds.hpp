// The kinds of value that only descriptions of links hold; the others are those of
// config/kinds.hpp.
#pragma once

#include "config/kinds.hpp"

namespace wyn::link {

// A number from `low` to `high`, with a fraction or without.
struct Number {
    double low = 0;
    double high = 1;
    config::Read<double> read(const config::Value& value) const;
};

// A rate from `low` to `high`; with `or_none`, 0 as well, which is no limit.
struct Rate {
    BitRate low{1000};
    BitRate high{1'000'000'000'000};
    bool or_none = false;
    config::Read<BitRate> read(const config::Value& value) const;
};

// So many bytes, from `low` to `high`.
struct Volume {
    std::uint64_t low;
    std::uint64_t high;
    config::Read<std::uint64_t> read(const config::Value& value) const;
};

// Some text that is not empty.
struct Text {
    config::Read<std::string> read(const config::Value& value) const;
};

// A list of integers from 1 on.
struct PacketNumbers {
    config::Read<std::vector<std::uint64_t>> read(const config::Value& value) const;
};

// A table, which a reader of its own goes through.
struct Table {
    config::Read<std::optional<config::Value>> read(const config::Value& value) const;
};
struct Tables {
    config::Read<std::vector<config::Value>> read(const config::Value& value) const;
};

} // namespace wyn::link
