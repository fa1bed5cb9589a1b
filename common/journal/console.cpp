#include "journal/console.hpp"

#include <poll.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace wyn::journal {

namespace {

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

// Not by O_NONBLOCK, which others would get with us: a terminal is shared with the shell.
bool has_room(int fd) {
    pollfd poll{.fd = fd, .events = POLLOUT, .revents = 0};
    return ::poll(&poll, 1, 0) == 1 && poll.revents == POLLOUT;
}

class Console final : public Output {
public:
    Console() : logger_{"wyndrvrd", std::make_shared<spdlog::sinks::stdout_color_sink_st>()} {
        logger_.set_level(spdlog::level::debug);
        logger_.set_pattern("%Y-%m-%d %H:%M:%S %^%v%$");
        logger_.flush_on(spdlog::level::debug); // somebody may be waiting for the line
    }

    bool put(const Event& event) override {
        if (!has_room(STDOUT_FILENO)) return false;
        logger_.log(level_of(event.severity), event.message);
        return true;
    }

private:
    spdlog::logger logger_;
};

} // namespace

std::unique_ptr<Output> make_console() {
    return std::make_unique<Console>();
}

} // namespace wyn::journal
