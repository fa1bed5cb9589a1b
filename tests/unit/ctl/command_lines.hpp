// Command lines of wyndrvrctl, and what is made of them.
#pragma once

#include "check.hpp"
#include "ctl/options.hpp"

#include <string>
#include <vector>

namespace wyn::test {

using Arguments = std::vector<const char*>;

inline std::expected<ctl::Options, cli::Exit> parse(Arguments arguments) {
    arguments.insert(arguments.begin(), "/usr/bin/wyndrvrctl");
    return ctl::parse_options(static_cast<int>(arguments.size()), arguments.data());
}

template <typename Kind>
Kind good(Arguments arguments) {
    auto options = parse(std::move(arguments));
    INFO((options ? std::string{} : options.error().text));
    REQUIRE(options.has_value());
    REQUIRE(std::holds_alternative<Kind>(*options));
    return std::get<Kind>(*std::move(options));
}

// The sentence of wrong usage between the program's name and the pointer to the help; it must come
// with status 2, and in one line.
inline std::string refusal(Arguments arguments, const std::string& command = "wyndrvrctl probe") {
    const auto options = parse(std::move(arguments));
    REQUIRE(!options.has_value());
    CHECK(options.error().status == 2);
    const std::string& text = options.error().text;
    const std::string begin = command + ": ";
    const std::string end = "; see " + command + " --help\n";
    INFO(text);
    REQUIRE(text.starts_with(begin));
    REQUIRE(text.ends_with(end));
    CHECK(text.find('\n') == text.size() - 1);
    CHECK(text.find('\x1b') == std::string::npos);
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
}

inline std::string help(Arguments arguments) {
    const auto options = parse(std::move(arguments));
    REQUIRE(!options.has_value());
    CHECK(options.error().status == 0);
    return options.error().text;
}

} // namespace wyn::test
