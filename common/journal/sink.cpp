#include "journal/sink.hpp"

#include "clock/system_clock.hpp"
#include "journal/console.hpp"
#include "journal/limited_sink.hpp"
#include "journal/native_socket.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace wyn::journal {

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
    std::unique_ptr<Output> output = make_console();
    if (is_connected_to_journal()) output = std::make_unique<NativeSocket>("wyndrvrd");
    return std::make_unique<LimitedSink>(least, std::move(output), &mono_now);
}

} // namespace wyn::journal
