// The journal's socket, with a reader of our own: one that reads, one that has stopped, and none.
#include "check.hpp"
#include "clock/system_clock.hpp"
#include "journal/catalog_ids.hpp"
#include "journal/native_entry.hpp"
#include "journal/native_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

using namespace wyn;
using namespace wyn::journal;

namespace {

// A socket in a folder of its own, where a journal would have its.
class PrivateJournal {
public:
    PrivateJournal() {
        REQUIRE(::mkdtemp(folder_.data()) != nullptr);
        path_ = std::string{folder_.data()} + "/socket";
        listen();
    }
    ~PrivateJournal() {
        close();
        ::rmdir(folder_.data());
    }
    PrivateJournal(const PrivateJournal&) = delete;
    PrivateJournal& operator=(const PrivateJournal&) = delete;

    const std::string& path() const { return path_; }

    void listen() {
        fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
        REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
        ::unlink(path_.c_str());
    }

    // The next entry, out of a datagram or of the file that came with it; empty when there is none.
    std::string read() const {
        std::string text(1 << 20, '\0');
        iovec part{text.data(), text.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        msghdr message{.msg_iov = &part,
                       .msg_iovlen = 1,
                       .msg_control = control.data(),
                       .msg_controllen = control.size()};
        const ssize_t got = ::recvmsg(fd_, &message, MSG_CMSG_CLOEXEC);
        if (got < 0) return "";
        text.resize(static_cast<std::size_t>(got));
        const cmsghdr* const header = CMSG_FIRSTHDR(&message);
        return header == nullptr ? text : text_of_file(*header);
    }

private:
    static std::string text_of_file(const cmsghdr& header) {
        int file = -1;
        std::memcpy(&file, CMSG_DATA(&header), sizeof file);
        CHECK(::fcntl(file, F_GET_SEALS) ==
              (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
        std::string text(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
        CHECK(::pread(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
        ::close(file);
        return text;
    }

    std::array<char, 32> folder_{"/tmp/wyndrvr-journal-XXXXXX"};
    std::string path_;
    int fd_ = -1;
};

Event event(std::string message) {
    return {.id = id::trouble, .message = std::move(message), .fields = {}};
}

} // namespace

TEST_CASE("an entry arrives as it was encoded", "[journal]") {
    const PrivateJournal journal;
    NativeSocket socket{"wyndrvrd", journal.path()};
    REQUIRE(socket.put(event("hello")));
    CHECK(journal.read() == native_entry(event("hello"), "wyndrvrd"));
}

TEST_CASE("an entry too large for a datagram arrives as a sealed file", "[journal]") {
    const PrivateJournal journal;
    NativeSocket socket{"wyndrvrd", journal.path()};
    const Event large = event(std::string(4 * 1024 * 1024, 'x'));
    REQUIRE(socket.put(large));
    CHECK(journal.read() == native_entry(large, "wyndrvrd"));
}

TEST_CASE("a reader that has stopped makes nobody wait", "[journal]") {
    const PrivateJournal journal; // nothing reads from it
    NativeSocket socket{"wyndrvrd", journal.path()};
    constexpr int far_more_than_fit = 20'000;
    int taken = 0;
    const MonoTime began = mono_now();
    for (int i = 0; i < far_more_than_fit; ++i)
        taken += socket.put(event("one of many")) ? 1 : 0;
    CHECK(mono_now() - began < 10s); // one that waits waits for ever
    CHECK(taken > 0);
    CHECK(taken < far_more_than_fit);
    SECTION("and takes entries again when it goes on") {
        for (int i = 0; i < taken; ++i)
            REQUIRE_FALSE(journal.read().empty());
        CHECK(socket.put(event("again")));
    }
    SECTION("nor does one that is too large") {
        CHECK_FALSE(socket.put(event(std::string(4 * 1024 * 1024, 'x'))));
    }
}

TEST_CASE("a journal that is not there loses entries, until it is there again", "[journal]") {
    PrivateJournal journal;
    journal.close();
    NativeSocket socket{"wyndrvrd", journal.path()};
    CHECK_FALSE(socket.put(event("lost")));
    journal.listen();
    CHECK(socket.put(event("here")));
    CHECK(journal.read() == native_entry(event("here"), "wyndrvrd"));
    journal.close();
    CHECK_FALSE(socket.put(event("lost")));
    journal.listen();
    CHECK(socket.put(event("another one")));
}

TEST_CASE("a path that is no path of a socket only loses entries", "[journal]") {
    NativeSocket socket{"wyndrvrd", "/" + std::string(200, 'x')};
    CHECK_FALSE(socket.put(event("lost")));
}
