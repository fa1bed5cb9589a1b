// The console as a pipe that somebody reads, or does not.
#include "check.hpp"
#include "journal/catalog_ids.hpp"
#include "journal/console.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

using namespace wyn::journal;

namespace {

// stdout is a pipe for as long as this lives.
class PipedStdout {
public:
    PipedStdout() {
        REQUIRE(::pipe2(pipe_.data(), O_CLOEXEC) == 0);
        before_ = ::dup(STDOUT_FILENO);
        ::dup2(pipe_[1], STDOUT_FILENO);
        ::close(pipe_[1]);
    }
    ~PipedStdout() {
        ::dup2(before_, STDOUT_FILENO);
        ::close(before_);
        stop_reading();
    }
    PipedStdout(const PipedStdout&) = delete;
    PipedStdout& operator=(const PipedStdout&) = delete;

    std::string read() const {
        std::array<char, 65536> text{};
        const ssize_t got = ::read(pipe_[0], text.data(), text.size());
        return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }
    void stop_reading() {
        if (pipe_[0] >= 0) ::close(pipe_[0]);
        pipe_[0] = -1;
    }

private:
    std::array<int, 2> pipe_{-1, -1};
    int before_ = -1;
};

Event event() {
    return {.id = id::trouble, .message = std::string(100, 'x'), .fields = {}};
}

} // namespace

TEST_CASE("a line comes at once, with its time", "[journal]") {
    std::string line;
    bool put = false;
    {
        const PipedStdout out;
        const auto console = make_console();
        put = console->put(event());
        line = out.read();
    }
    CHECK(put);
    CHECK(line.ends_with(' ' + std::string(100, 'x') + '\n'));
    CHECK(line.size() == 20 + 101); // "2026-11-20 06:58:10 "
}

TEST_CASE("a pipe that nobody reads makes nobody wait", "[journal]") {
    const auto console = make_console();
    int taken = 0;
    bool again = false;
    {
        const PipedStdout out;
        for (int i = 0; i < 2000; ++i)
            taken += console->put(event()) ? 1 : 0;
        static_cast<void>(out.read());
        again = console->put(event());
    }
    CHECK(taken > 100);
    CHECK(taken < 1000);
    CHECK(again);
}

TEST_CASE("a pipe whose reader is gone loses lines and harms nobody", "[journal]") {
    const auto console = make_console();
    bool put = true;
    {
        PipedStdout out;
        out.stop_reading();
        put = console->put(event());
    }
    CHECK_FALSE(put);
}
