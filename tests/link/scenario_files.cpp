#include "link/scenario_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace wyn::link {

namespace fs = std::filesystem;

namespace {

const fs::path folder = WYN_SOURCE_ROOT "/tests/link/scenarios";

} // namespace

std::vector<std::string> scenario_names() {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator{folder})
        if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
    std::ranges::sort(names);
    return names;
}

Scenario load_scenario(const std::string& name) {
    const std::string file = name + ".toml";
    std::ifstream stream{folder / file};
    if (!stream) throw std::runtime_error{fmt::format("{}: cannot be read", file)};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    auto scenario = read_scenario({file, text});
    if (!scenario) throw std::runtime_error{fmt::format("{}", fmt::join(scenario.error(), "\n"))};
    return *std::move(scenario);
}

} // namespace wyn::link
