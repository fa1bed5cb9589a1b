#include "journal/sink.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace wyn::journal {

namespace {

class JournalSink final : public Sink {
public:
    explicit JournalSink(Severity least) : least_{least} {}

    void write(const Event& event) override {
        if (event.severity > least_) return;
        std::vector<std::string> lines = event.fields;
        lines.push_back(fmt::format("MESSAGE_ID={}", event.id));
        lines.push_back(fmt::format("PRIORITY={}", static_cast<int>(event.severity)));
        lines.push_back("MESSAGE=" + event.message);
        std::vector<iovec> parts;
        parts.reserve(lines.size());
        for (std::string& line : lines)
            parts.push_back({line.data(), line.size()});
        // A journal that takes nothing must not stop a measurement: the line is lost.
        static_cast<void>(sd_journal_sendv(parts.data(), static_cast<int>(parts.size())));
    }

private:
    Severity least_;
};

spdlog::level::level_enum level_of(Severity severity) {
    switch (severity) {
    case Severity::error: return spdlog::level::err;
    case Severity::warning: return spdlog::level::warn;
    case Severity::notice:
    case Severity::info: return spdlog::level::info;
    case Severity::debug: return spdlog::level::debug;
    }
    return spdlog::level::info;
}

class ConsoleSink final : public Sink {
public:
    explicit ConsoleSink(Severity least)
        : least_{least},
          logger_{"wyndrvrd", std::make_shared<spdlog::sinks::stdout_color_sink_st>()} {
        logger_.set_level(spdlog::level::debug);
        logger_.set_pattern("%Y-%m-%d %H:%M:%S %^%v%$");
        logger_.flush_on(spdlog::level::debug); // somebody may be waiting for the line
    }

    void write(const Event& event) override {
        if (event.severity <= least_) logger_.log(level_of(event.severity), event.message);
    }

private:
    Severity least_;
    spdlog::logger logger_;
};

} // namespace

bool is_connected_to_journal() {
    const char* const stream = std::getenv("JOURNAL_STREAM"); // DEVICE:INODE, systemd.exec(5)
    unsigned long long device = 0;
    unsigned long long inode = 0;
    struct stat status{};
    return stream != nullptr && std::sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           ::fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
           status.st_ino == inode;
}

std::unique_ptr<Sink> make_sink(Severity least) {
    if (is_connected_to_journal()) return std::make_unique<JournalSink>(least);
    return std::make_unique<ConsoleSink>(least);
}

} // namespace wyn::journal
