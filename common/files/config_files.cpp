#include "files/config_files.hpp"

#include "config/document.hpp"
#include "config/setting.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

namespace wyn::files {

namespace {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

// Gathers sources and what is wrong on the way to them.
struct Gathering {
    std::vector<config::Source> sources;
    std::vector<std::string> files;
    config::Problems problems;

    // False when there is no such file.
    bool add_if_there(const std::string& path) {
        Result<std::string> text = read_file(path);
        if (!text && (text.error().is(std::errc::no_such_file_or_directory) ||
                      text.error().is(std::errc::not_a_directory)))
            return false;
        add(path, std::move(text));
        return true;
    }
    void add(const std::string& path, Result<std::string> text) {
        if (!text) {
            problems.push_back(text.error().what());
            return;
        }
        sources.push_back({path, *std::move(text)});
        files.push_back(path);
    }
    void add_option(Result<config::Source> source) {
        if (source)
            sources.push_back(*std::move(source));
        else
            problems.push_back(source.error().what());
    }
};

// The directory's *.toml in the order of their names; those that begin with a dot are some
// editor's.
void add_drop_ins(const std::string& directory, Gathering& gathering) {
    std::error_code error;
    std::vector<std::string> paths;
    for (std::filesystem::directory_iterator entry{directory, error}, end; !error && entry != end;
         entry.increment(error)) {
        const std::filesystem::path& path = entry->path();
        if (path.extension() == ".toml" && !path.filename().native().starts_with('.'))
            paths.push_back(path.native());
    }
    if (error && error != std::errc::no_such_file_or_directory)
        gathering.problems.push_back(fmt::format("{}: {}", directory, error.message()));
    std::ranges::sort(paths);
    for (const std::string& path : paths)
        gathering.add_if_there(path);
}

void add_options(const settings::ConfigRequest& request, Gathering& gathering) {
    for (const std::string& setting : request.settings)
        gathering.add_option(config::source_of_setting("--set", setting));
    std::string listen;
    if (request.listen_addr)
        listen +=
            fmt::format("bind_addr = {}\n", config::quoted(dgram::print(*request.listen_addr)));
    if (request.listen_port) listen += fmt::format("bind_port = {}\n", *request.listen_port);
    if (!listen.empty()) gathering.sources.push_back({"--listen", listen, false});
}

bool is_absolute(const char* path) {
    return path != nullptr && *path == '/';
}

} // namespace

ConfigPlaces places_for(bool is_root, const char* xdg_config_home, const char* home) {
    ConfigPlaces places{.user_file = {},
                        .system_file = "/etc/wyndrvr/wyndrvrd.toml",
                        .drop_in_directory = "/etc/wyndrvr/wyndrvrd.toml.d"};
    if (is_root) return places;
    if (is_absolute(xdg_config_home))
        places.user_file = fmt::format("{}/wyndrvr/wyndrvrd.toml", xdg_config_home);
    else if (is_absolute(home))
        places.user_file = fmt::format("{}/.config/wyndrvr/wyndrvrd.toml", home);
    return places;
}

ConfigPlaces default_places() {
    // NOLINTBEGIN(concurrency-mt-unsafe): called before there is a second thread
    return places_for(::geteuid() == 0, std::getenv("XDG_CONFIG_HOME"), std::getenv("HOME"));
    // NOLINTEND(concurrency-mt-unsafe)
}

Result<std::string> read_file(const std::string& path) {
    const std::unique_ptr<std::FILE, CloseFile> file{std::fopen(path.c_str(), "rbe")};
    if (!file) return fail_errno(errno, path);
    std::string text;
    std::array<char, 16384> block;
    while (true) {
        text.append(block.data(), std::fread(block.data(), 1, block.size(), file.get()));
        if (std::ferror(file.get()) != 0) return fail_errno(errno, path);
        if (std::feof(file.get()) != 0 || text.size() > config::largest_document_bytes) return text;
    }
}

std::expected<LoadedConfig, config::Problems> load_config(const settings::ConfigRequest& request,
                                                          const ConfigPlaces& places) {
    Gathering gathering;
    for (const std::string& file : request.files)
        gathering.add(file, read_file(file));
    if (request.files.empty() &&
        (places.user_file.empty() || !gathering.add_if_there(places.user_file))) {
        gathering.add_if_there(places.system_file);
        add_drop_ins(places.drop_in_directory, gathering);
    }
    add_options(request, gathering);
    auto config = settings::read_sourced_config(gathering.sources);
    if (!config)
        gathering.problems.insert(gathering.problems.end(), config.error().begin(),
                                  config.error().end());
    if (!gathering.problems.empty()) return std::unexpected{std::move(gathering.problems)};
    return LoadedConfig{*std::move(config), std::move(gathering.files)};
}

} // namespace wyn::files
