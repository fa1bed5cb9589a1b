// Runs a fuzz target without a fuzzer: over all files that are given, and all files in given
// directories. So the corpus is a test of every build, and a crash can be seen again by its file.
#include "fuzz/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

// Every regular file below `path`, or `path` itself, in a fixed order.
std::vector<fs::path> files_at(const fs::path& path) {
    std::vector<fs::path> files;
    if (fs::is_directory(path)) {
        for (const auto& entry : fs::recursive_directory_iterator(path))
            if (entry.is_regular_file()) files.push_back(entry.path());
        std::sort(files.begin(), files.end());
    } else if (fs::is_regular_file(path)) {
        files.push_back(path);
    }
    return files;
}

// False when the file cannot be read.
bool replay(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    if (!file) return false;
    // Said before the run: when the target ends the program, the last line names the culprit.
    fmt::print("replaying {} ({} bytes)\n", path.string(), content.size());
    std::fflush(stdout);
    // A block of exactly this size, so that the address sanitizer sees a read one byte beyond.
    const auto exact = std::make_unique<std::uint8_t[]>(content.size());
    std::memcpy(exact.get(), content.data(), content.size());
    LLVMFuzzerTestOneInput(exact.get(), content.size());
    return true;
}

} // namespace

int main(int argc, char** argv) {
    const std::span arguments{argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)};
    std::size_t replayed = 0;
    for (const char* const argument : arguments)
        for (const fs::path& path : files_at(argument)) {
            if (!replay(path)) {
                fmt::print(stderr, "cannot read {}\n", path.string());
                return 1;
            }
            ++replayed;
        }
    if (replayed == 0) {
        fmt::print(stderr, "nothing was replayed: give files or directories with inputs\n");
        return 1;
    }
    fmt::print("{} inputs replayed\n", replayed);
    return 0;
}
