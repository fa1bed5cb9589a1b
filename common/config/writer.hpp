// Prints a configuration as TOML that explains itself and reads back to the same values.
#pragma once

#include "config/key.hpp"
#include "config/kinds.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::config {

// All that can be told about one key of one configuration.
struct KeyFacts {
    Key key;
    std::string range;
    std::optional<std::string> value; // as TOML; nothing when the key is not set
};

// The visitor that collects the facts of every key, in the order of their description.
class Lister {
public:
    template <typename Field, typename Kind>
    void visit(const Key& key, const Field& field, const Kind& kind) {
        facts_.push_back({key, kind.range(), written(field, kind)});
    }
    const std::vector<KeyFacts>& facts() const { return facts_; }

private:
    template <typename Field, typename Kind>
    static std::optional<std::string> written(const Field& field, const Kind& kind) {
        if constexpr (requires { kind.write(field); })
            return kind.write(field);
        else
            return field ? std::optional{kind.write(*field)} : std::nullopt;
    }
    std::vector<KeyFacts> facts_;
};

// Unit, range and default in one line, the same in printed configurations and manual pages:
// "Range: microseconds, 10 to 1000000. Default: 500.", and " A change needs a restart." where it
// does. `defaults` are the key's facts in a configuration that nobody has changed.
std::string summary(const KeyFacts& defaults);

// Whether the line of a key is to be in force, or a comment that only shows it.
using IsInForce = std::function<bool(std::string_view key)>;

// Each key with its meaning and summary as a comment above it. The two lists come from the same
// description, `defaults` from a configuration that nobody has changed. A key that is not set is a
// comment in any case.
std::string print_keys(
    std::span<const KeyFacts> values, std::span<const KeyFacts> defaults,
    const IsInForce& is_in_force = [](std::string_view) { return true; });

} // namespace wyn::config
