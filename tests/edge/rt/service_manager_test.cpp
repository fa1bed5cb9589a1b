#include "check.hpp"
#include "rt/service_manager.hpp"
#include "waiting.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

using namespace wyn;
using rt::ServiceManager;

namespace {

// Listens where a service manager would, in the abstract name space.
struct Manager {
    Manager() {
        static int made = 0;
        name = fmt::format("@wyndrvr-test-{}-{}", ::getpid(), ++made);
        socket = REQUIRE_OK(net::Fd::from_call(
            ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        name.copy(at.sun_path, sizeof at.sun_path - 1);
        at.sun_path[0] = '\0';
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), length) == 0);
    }
    // The next notice that is there, "" when there is none; the descriptor that came with it.
    std::string next() {
        std::array<char, 4096> bytes{};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        iovec part{bytes.data(), bytes.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t got = ::recvmsg(socket.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (got < 0) return "";
        if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
            brought = net::Fd{fd};
        }
        return {bytes.data(), static_cast<std::size_t>(got)};
    }
    std::string name;
    net::Fd socket;
    net::Fd brought;
};

std::unique_ptr<rt::Loop> new_loop() {
    return REQUIRE_OK(rt::Loop::create());
}

} // namespace

TEST_CASE("the service manager is told how the service is", "[rt]") {
    const auto loop = new_loop();
    Manager told;
    const auto manager = REQUIRE_OK(ServiceManager::contact(*loop, {.notify_socket = told.name}));
    manager->ready();
    CHECK(told.next() == "READY=1");
    manager->status("2 sessions");
    CHECK(told.next() == "STATUS=2 sessions");
    manager->status("2 sessions"); // which it knows
    CHECK(told.next().empty());
    manager->reloading();
    CHECK(told.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    manager->stopping(3s);
    CHECK(told.next() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=3000000");
}

TEST_CASE("a socket can be left with the service manager for the next run", "[rt]") {
    const auto loop = new_loop();
    Manager told;
    const auto manager = REQUIRE_OK(ServiceManager::contact(*loop, {.notify_socket = told.name}));
    manager->keep("kept", told.socket.get());
    CHECK(told.next() == "FDSTORE=1\nFDNAME=kept\nFDPOLL=0");
    struct stat given{}, own{};
    REQUIRE(::fstat(told.brought.get(), &given) == 0);
    REQUIRE(::fstat(told.socket.get(), &own) == 0);
    CHECK(given.st_ino == own.st_ino);
    manager->forget("kept");
    CHECK(told.next() == "FDSTOREREMOVE=1\nFDNAME=kept");
}

TEST_CASE("a stopped service manager is not waited for, and told afterwards", "[rt]") {
    const auto loop = new_loop();
    Manager told;
    const auto manager = REQUIRE_OK(ServiceManager::contact(*loop, {.notify_socket = told.name}));
    const MonoTime began = mono_now();
    for (int i = 0; i < 10'000; ++i)
        manager->status(fmt::format("{}", i));
    manager->ready();
    manager->stopping(1s);
    CHECK(mono_now() - began < edge::patience); // it returned at all
    std::string last;
    while (true) {
        const std::string notice = told.next();
        if (notice.empty()) break;
        last = notice;
    }
    CHECK(last.starts_with("STATUS=")); // what it had no room for is not lost, but to come
    CHECK(last != "STATUS=9999");
    std::vector<std::string> later;
    CHECK(edge::comes_true([&] {
        static_cast<void>(loop->run_once(10ms));
        while (true) {
            std::string notice = told.next();
            if (notice.empty()) break;
            later.push_back(std::move(notice));
        }
        return later.size() >= 3;
    }));
    CHECK(later == std::vector<std::string>{"READY=1", "STOPPING=1\nEXTEND_TIMEOUT_USEC=1000000",
                                            "STATUS=9999"});
}

TEST_CASE("the watchdog is fed from turns of the loop, twice as often as asked", "[rt]") {
    const auto loop = new_loop();
    Manager told;
    const auto manager =
        REQUIRE_OK(ServiceManager::contact(*loop, {.notify_socket = told.name, .watchdog = 20ms}));
    CHECK(told.next() == "WATCHDOG=1"); // at once
    ::usleep(50'000);
    CHECK(told.next().empty()); // no turn, no food
    CHECK(edge::comes_true([&] {
        static_cast<void>(loop->run_once(10ms));
        return told.next() == "WATCHDOG=1";
    }));
}

TEST_CASE("without a service manager nothing is said, and nothing goes wrong", "[rt]") {
    const auto loop = new_loop();
    for (const std::string& where : {std::string{}, std::string{"@wyndrvr-test-nobody-listens"}}) {
        const auto manager = REQUIRE_OK(ServiceManager::contact(*loop, {.notify_socket = where}));
        manager->ready();
        manager->status("alone");
        manager->keep("kept", 0);
        manager->stopping(1s);
        CHECK_FALSE(REQUIRE_OK(loop->run_once(0s)));
    }
    CHECK(REQUIRE_OK(rt::inherited_sockets()).empty());
}

TEST_CASE("a watchdog is ours when the environment says so and makes sense", "[rt]") {
    CHECK(rt::watchdog_of("10000000", "77", 77) == Duration{10s});
    CHECK(rt::watchdog_of("10000000", nullptr, 77) == Duration{10s});
    CHECK_FALSE(rt::watchdog_of("10000000", "78", 77)); // another process's
    CHECK_FALSE(rt::watchdog_of(nullptr, nullptr, 77));
    for (const char* nonsense : {"", "0", "-1", "10s", "99999999999999999999", "86400000001"})
        CHECK_FALSE(rt::watchdog_of(nonsense, nullptr, 77));
}
