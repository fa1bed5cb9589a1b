#include "check.hpp"
#include "net/fd.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

using namespace wyn;
using net::Fd;

static bool is_open(int raw) {
    return ::fcntl(raw, F_GETFD) >= 0;
}

static Fd some_fd() {
    return REQUIRE_OK(Fd::from_call(::eventfd(0, EFD_CLOEXEC), "eventfd"));
}

TEST_CASE("a descriptor is closed when its owner goes", "[net]") {
    int raw = -1;
    {
        const Fd owner = some_fd();
        raw = owner.get();
        CHECK(is_open(raw));
    }
    CHECK_FALSE(is_open(raw));
}

TEST_CASE("moving a descriptor leaves one owner", "[net]") {
    int raw = -1;
    {
        Fd first = some_fd();
        raw = first.get();
        const Fd second = std::move(first);
        CHECK(second.get() == raw);
        CHECK(is_open(raw));
    }
    CHECK_FALSE(is_open(raw));
}

TEST_CASE("assigning to an owner closes what it had", "[net]") {
    Fd owner = some_fd();
    const int replaced = owner.get();
    Fd other = some_fd();
    const int raw = other.get();
    owner = std::move(other);
    CHECK(owner.get() == raw);
    CHECK_FALSE(is_open(replaced));
}

TEST_CASE("releasing a descriptor hands the duty to close over", "[net]") {
    Fd owner = some_fd();
    const int raw = owner.release();
    CHECK_FALSE(owner.is_open());
    CHECK(is_open(raw));
    ::close(raw);
}

TEST_CASE("a failed call becomes an error with its name", "[net]") {
    const auto failed = Fd::from_call(::open("/nonexistent", O_RDONLY | O_CLOEXEC), "open it");
    REQUIRE_FALSE(failed);
    CHECK(failed.error().what() == "open it: No such file or directory");
    CHECK(failed.error().is(std::errc::no_such_file_or_directory));
}

TEST_CASE("a duplicate is the same open file, closed on exec and no standard stream", "[net]") {
    const Fd original = some_fd();
    const Fd copy = REQUIRE_OK(net::duplicate(original.get()));
    CHECK(copy.get() != original.get());
    CHECK(copy.get() >= 3);
    CHECK(::fcntl(copy.get(), F_GETFD) == FD_CLOEXEC);
    CHECK(::eventfd_write(original.get(), 7) == 0);
    eventfd_t read = 0;
    CHECK(::eventfd_read(copy.get(), &read) == 0);
    CHECK(read == 7);
    CHECK_FALSE(net::duplicate(-1));
}
