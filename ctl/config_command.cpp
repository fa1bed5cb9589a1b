#include "ctl/config_command.hpp"

#include "config/setting.hpp"
#include "ctl/config_text.hpp"
#include "ctl/report.hpp"
#include "files/config_files.hpp"
#include "settings/import.hpp"

#include <cstdio>

namespace wyn::ctl {

namespace {

int complain(const config::Problems& problems) {
    for (const std::string& problem : problems)
        std::fprintf(stderr, "wyndrvrctl: %s\n", problem.c_str());
    return static_cast<int>(ExitCode::usage);
}

int print(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    return static_cast<int>(ExitCode::measured);
}

int run_default(const ConfigOptions& options) {
    std::vector<config::Source> sources;
    config::Problems problems;
    for (const std::string& setting : options.settings) {
        auto source = config::source_of_setting("--set", setting);
        if (source)
            sources.push_back(*std::move(source));
        else
            problems.push_back(source.error().what());
    }
    const auto sourced = settings::read_sourced_config(sources);
    if (!sourced) problems.insert(problems.end(), sourced.error().begin(), sourced.error().end());
    if (!problems.empty()) return complain(problems);
    return print(settings::print_commented_config(*sourced));
}

int run_import(const std::string& path) {
    auto text = files::read_file(path);
    if (!text) return complain({text.error().what()});
    const auto imported = settings::import_key_values({path, *std::move(text)});
    if (!imported) return complain(imported.error());
    complain(imported->warnings);
    return print(imported->toml);
}

} // namespace

int run_config(const ConfigOptions& options) {
    using enum ConfigOptions::Action;
    if (options.action == standard) return run_default(options);
    if (options.action == import) return run_import(options.files.front());
    const auto loaded = files::load_config({.files = options.files}, files::default_places());
    if (!loaded) return complain(loaded.error());
    return print(options.action == show ? config_as_text(*loaded) : valid_as_text(loaded->files));
}

} // namespace wyn::ctl
