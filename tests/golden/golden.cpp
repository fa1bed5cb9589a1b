#include "golden/golden.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace wyn::golden {

namespace {

namespace fs = std::filesystem;

fs::path folder() {
    return fs::path{WYN_SOURCE_ROOT} / "tests" / "golden";
}

std::string without_comment(const std::string& line) {
    return line.substr(0, line.find('#'));
}

// "0a" or "00*400", appended.
void append(const std::string& pair, Packet& packet) {
    const std::size_t star = pair.find('*');
    const std::size_t times = star == std::string::npos ? 1 : std::stoul(pair.substr(star + 1));
    const auto value = static_cast<std::uint8_t>(std::stoul(pair.substr(0, star), nullptr, 16));
    packet.insert(packet.end(), times, value);
}

Packet from_digits(const std::string& digits) {
    Packet packet;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        append(digits.substr(i, 2), packet);
    return packet;
}

} // namespace

std::string text_of(const std::string& path) {
    std::ifstream file{fs::path{WYN_SOURCE_ROOT} / path};
    if (!file) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>{file}, {}};
}

Packet load(const std::string& name) {
    std::istringstream file{text_of("tests/golden/" + name + ".hex")};
    Packet packet;
    for (std::string line; std::getline(file, line);) {
        std::istringstream content{without_comment(line)};
        std::string word;
        if (!(content >> word)) continue;
        if (word.back() != ':' || std::stoul(word) != packet.size())
            throw std::runtime_error(fmt::format("{}: offset expected in: {}", name, line));
        while (content >> word)
            append(word, packet);
    }
    return packet;
}

std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder()))
        if (entry.path().extension() == ".hex") found.push_back(entry.path().stem().string());
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<Boundary> boundaries() {
    std::istringstream file{text_of("tests/golden/boundaries.txt")};
    std::vector<Boundary> found;
    for (std::string line; std::getline(file, line);) {
        std::istringstream content{without_comment(line)};
        Boundary boundary{.line = line};
        std::string digits;
        if (!(content >> boundary.packet)) continue;
        if (!(content >> boundary.offset >> digits >> boundary.verdict))
            throw std::runtime_error("boundaries.txt: incomplete: " + line);
        boundary.value = from_digits(digits);
        found.push_back(boundary);
    }
    return found;
}

} // namespace wyn::golden
