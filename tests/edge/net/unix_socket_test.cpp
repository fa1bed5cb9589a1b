#include "check.hpp"
#include "net/unix_socket.hpp"
#include "waiting.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace wyn;
using net::UnixListener;

namespace {

// A directory that goes with the test.
struct Folder {
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "wyn-edge-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file(const char* name) const { return (path / name).string(); }

    std::filesystem::path path;
};

// What a daemon leaves behind when it is killed: a socket file that nobody listens on.
void leave_stale(const std::string& path) {
    UnixListener killed = REQUIRE_OK(UnixListener::listen(path, 0600));
    const std::string aside = path + ".aside";
    std::filesystem::rename(path, aside); // out of reach of the destructor
    {
        const UnixListener gone = std::move(killed);
    }
    std::filesystem::rename(aside, path);
}

unsigned permissions(const std::string& path) {
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

} // namespace

TEST_CASE("a caller is accepted with its credentials", "[net]") {
    const Folder folder;
    const std::string path = folder.file("control");
    UnixListener listener = REQUIRE_OK(UnixListener::listen(path, 0666));
    CHECK_FALSE(REQUIRE_OK(listener.accept()));

    const net::Fd caller = REQUIRE_OK(net::connect_unix(path));
    REQUIRE(edge::readable(listener.fd()));
    auto accepted = REQUIRE_OK(listener.accept());
    REQUIRE(accepted);
    CHECK(accepted->caller.pid == ::getpid());
    CHECK(accepted->caller.uid == ::getuid());
    CHECK(accepted->caller.gid == ::getgid());
    CHECK(::write(caller.get(), "hello", 5) == 5);
    REQUIRE(edge::readable(accepted->socket.get()));
    std::string read(16, '\0');
    CHECK(::read(accepted->socket.get(), read.data(), read.size()) == 5);
    CHECK(read.starts_with("hello"));
}

TEST_CASE("the socket file has the wanted permissions whatever the umask", "[net]") {
    const Folder folder;
    const mode_t before = ::umask(0077);
    const auto open = UnixListener::listen(folder.file("open"), 0666);
    ::umask(0);
    const auto closed = UnixListener::listen(folder.file("closed"), 0600);
    ::umask(before);
    REQUIRE(open);
    REQUIRE(closed);
    CHECK(permissions(open->path()) == 0666);
    CHECK(permissions(closed->path()) == 0600);
}

TEST_CASE("the socket file goes with its owner, and only its own", "[net]") {
    const Folder folder;
    const std::string path = folder.file("control");
    SECTION("also after the owner moved") {
        {
            UnixListener first = REQUIRE_OK(UnixListener::listen(path, 0600));
            const UnixListener second = std::move(first);
            CHECK(std::filesystem::exists(path));
        }
        CHECK_FALSE(std::filesystem::exists(path));
    }
    SECTION("but not what somebody else put there since") {
        {
            const UnixListener first = REQUIRE_OK(UnixListener::listen(path, 0600));
            std::filesystem::rename(path, path + ".old"); // keeps the inode from being used again
            std::ofstream{path} << "of somebody else";
        }
        CHECK(std::filesystem::is_regular_file(path));
    }
}

TEST_CASE("a stale socket is replaced and a living one is not", "[net]") {
    const Folder folder;
    const std::string path = folder.file("control");
    leave_stale(path);
    REQUIRE(std::filesystem::is_socket(path));

    const UnixListener listener = REQUIRE_OK(UnixListener::listen(path, 0600));
    CHECK(net::connect_unix(path));
    const auto second = UnixListener::listen(path, 0600);
    REQUIRE_FALSE(second);
    CHECK(second.error().is(std::errc::address_in_use));
    CHECK(second.error().what() == path + ": already in use by another daemon");
    CHECK(net::connect_unix(path)); // the refused one took nothing away
}

TEST_CASE("a socket that somebody else made is listened on, and its file stays", "[net]") {
    const Folder folder;
    const std::string path = folder.file("control");
    const UnixListener maker = REQUIRE_OK(UnixListener::listen(path, 0600));
    {
        // As a service manager hands it over: blocking, and open across exec.
        net::Fd inherited = REQUIRE_OK(net::duplicate(maker.fd()));
        const int raw = inherited.get();
        REQUIRE(::fcntl(raw, F_SETFL, 0) == 0);
        REQUIRE(::fcntl(raw, F_SETFD, 0) == 0);
        UnixListener adopted = REQUIRE_OK(UnixListener::adopt(std::move(inherited), path));
        CHECK(::fcntl(raw, F_GETFD) == FD_CLOEXEC);
        CHECK_FALSE(REQUIRE_OK(adopted.accept())); // does not wait for one
        const net::Fd caller = REQUIRE_OK(net::connect_unix(path));
        REQUIRE(edge::readable(adopted.fd()));
        CHECK(REQUIRE_OK(adopted.accept())->caller.uid == ::getuid());
    }
    CHECK(std::filesystem::is_socket(path));
    CHECK(net::connect_unix(path));
}

TEST_CASE("what is no listening Unix stream socket is not adopted", "[net]") {
    const Folder folder;
    const std::string path = folder.file("control");
    const UnixListener listener = REQUIRE_OK(UnixListener::listen(path, 0600));
    for (const int raw : {::open("/dev/null", O_RDONLY), ::socket(AF_UNIX, SOCK_STREAM, 0),
                          ::socket(AF_UNIX, SOCK_DGRAM, 0), ::socket(AF_INET, SOCK_STREAM, 0),
                          REQUIRE_OK(net::connect_unix(path)).release()}) {
        const auto adopted = UnixListener::adopt(REQUIRE_OK(net::Fd::from_call(raw, "")), path);
        REQUIRE_FALSE(adopted);
        CHECK(adopted.error().what() ==
              path + ": the inherited descriptor is no listening Unix stream socket");
    }
}

TEST_CASE("a file that is no socket is left alone", "[net]") {
    const Folder folder;
    const std::string path = folder.file("control");
    std::ofstream{path} << "precious";
    const auto listener = UnixListener::listen(path, 0600);
    REQUIRE_FALSE(listener);
    CHECK(listener.error().what() == path + ": exists and is not a socket");
    CHECK(std::filesystem::file_size(path) == 8);
}

TEST_CASE("a path that cannot hold a socket is refused with a reason", "[net]") {
    const Folder folder;
    const auto too_long = UnixListener::listen(folder.file(std::string(120, 'x').c_str()), 0600);
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error().what().ends_with("the path of a socket has 1 to 107 bytes"));
    const std::string nowhere = folder.file("no/such/folder");
    const auto missing = UnixListener::listen(nowhere, 0600);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().what() == "bind " + nowhere + ": No such file or directory");
}

TEST_CASE("connecting says what is wrong", "[net]") {
    const Folder folder;
    const std::string path = folder.file("control");
    const auto absent = net::connect_unix(path);
    REQUIRE_FALSE(absent);
    CHECK(absent.error().what() == path + ": no such socket; is the daemon running?");
    leave_stale(path);
    const auto stale = net::connect_unix(path);
    REQUIRE_FALSE(stale);
    CHECK(stale.error().what() == path + ": no daemon listens there any more");
}
