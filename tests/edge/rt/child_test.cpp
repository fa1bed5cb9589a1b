#include "check.hpp"
#include "rt/child.hpp"
#include "rt/loop.hpp"
#include "rt/test_worker.hpp"
#include "waiting.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

using namespace wyn;
using edge::Description;
using edge::Order;
using edge::Task;
using rt::Child;
using rt::Link;
using rt::LinkState;

namespace {

struct Worker {
    Worker() : Worker(REQUIRE_OK(Link::pair())) {}
    explicit Worker(std::pair<Link, Link> ends)
        : link{std::move(ends.first)},
          child{REQUIRE_OK(Child::spawn_worker("edge-test", std::move(ends.second)))} {}

    Link link;
    Child child;
};

std::string ending_of(Child& child) {
    REQUIRE(edge::readable(child.pidfd()));
    const auto ending = child.reap();
    REQUIRE(ending);
    return *ending;
}

bool echoes(Worker& worker, std::int32_t value) {
    if (worker.link.send(Order{Task::echo, value}) != rt::LinkSent::sent) return false;
    if (!edge::readable(worker.link.fd())) return false;
    const auto answer = worker.link.receive<Order>();
    return answer.message && answer.message->value == value;
}

} // namespace

TEST_CASE("a worker talks over its link and ends with it", "[rt]") {
    Worker worker;
    CHECK(worker.child.pid() > 0);
    CHECK(echoes(worker, 42));
    CHECK_FALSE(worker.child.reap());
    worker.link.close();
    CHECK(ending_of(worker.child) == "exit status 0");
    CHECK(worker.child.reap() == "exit status 0"); // the same when asked again
}

TEST_CASE("how a worker ended is told in words, and by the end of its link", "[rt]") {
    Worker worker;
    SECTION("by itself") {
        CHECK(worker.link.send(Order{Task::exit_with, 3}) == rt::LinkSent::sent);
        CHECK(ending_of(worker.child) == "exit status 3");
    }
    SECTION("killed by us") {
        worker.child.kill();
        CHECK(ending_of(worker.child) == "killed by signal 9 (Killed)");
        worker.child.kill(); // has no effect any more
    }
    SECTION("killed by a bug of its own") {
        CHECK(worker.link.send(Order{Task::signal_itself, SIGUSR1}) == rt::LinkSent::sent);
        CHECK(ending_of(worker.child) == "killed by signal 10 (User defined signal 1)");
    }
    CHECK(worker.link.receive<Order>().state == LinkState::closed);
}

TEST_CASE("a worker is born with its link and nothing else", "[rt]") {
    // Descriptors that would leak, signals that would stay blocked or ignored.
    const net::Fd event{::eventfd(0, EFD_CLOEXEC)};
    const net::Fd careless{::fcntl(event.get(), F_DUPFD, 100)};
    REQUIRE(careless.is_open());
    sigset_t some, before;
    ::sigemptyset(&some);
    ::sigaddset(&some, SIGUSR2);
    REQUIRE(::pthread_sigmask(SIG_BLOCK, &some, &before) == 0);
    const Worker worker;
    REQUIRE(::pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);

    CHECK(worker.link.send(Order{Task::describe_self, 0}) == rt::LinkSent::sent);
    REQUIRE(edge::readable(worker.link.fd()));
    const auto answer = worker.link.receive<Description>();
    REQUIRE(answer.message);
    CHECK(answer.message->open_descriptors == 4);
    CHECK(answer.message->highest_descriptor == rt::worker_link_fd);
    CHECK(answer.message->variables == 0);
    CHECK(answer.message->blocked_signals == 0);
    CHECK(answer.message->link_closes_on_exec);
    CHECK(answer.message->standard_input_is_null);
    CHECK(answer.message->standard_output_is_null);
    CHECK(std::string{answer.message->name} == "edge-worker");
}

TEST_CASE("a worker outlives the signals that are meant for the main process", "[rt]") {
    Worker worker;
    REQUIRE(echoes(worker, 1)); // it has come far enough to ignore them
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        CHECK(::kill(worker.child.pid(), number) == 0);
    CHECK(echoes(worker, 2));
    worker.link.close();
    CHECK(ending_of(worker.child) == "exit status 0");
}

TEST_CASE("a child that is dropped is killed and reaped", "[rt]") {
    pid_t dropped = 0, replaced = 0;
    {
        Worker first, second;
        dropped = first.child.pid();
        replaced = second.child.pid();
        CHECK(echoes(first, 1));
        second.child = std::move(first.child);
        CHECK(second.child.pid() == dropped);
        CHECK(::kill(replaced, 0) < 0); // not even a zombie
        CHECK_FALSE(second.child.reap());
    }
    CHECK(::kill(dropped, 0) < 0);
    CHECK(errno == ESRCH);
    CHECK(::waitpid(dropped, nullptr, WNOHANG) < 0);
}

TEST_CASE("the end of a worker wakes the loop", "[rt]") {
    auto loop = REQUIRE_OK(rt::Loop::create());
    Worker worker;
    std::string ending;
    const rt::Io watch = REQUIRE_OK(loop->add_io(worker.child.pidfd(), EPOLLIN, [&](std::uint32_t) {
        ending = worker.child.reap().value_or("woken too early");
        loop->exit(0);
    }));
    rt::Timer bound = loop->add_timer([&] { loop->exit(1); });
    bound.arm(mono_now() + edge::patience);
    worker.link.send(Order{Task::exit_with, 7});
    CHECK(REQUIRE_OK(loop->run()) == 0);
    CHECK(ending == "exit status 7");
}

TEST_CASE("threads start workers at the same time and none inherits another's link", "[rt]") {
    constexpr int threads = 4;
    std::vector<std::string> endings(threads);
    {
        std::vector<std::jthread> running;
        running.reserve(endings.size());
        for (std::string& ending : endings)
            running.emplace_back([&ending] {
                auto ends = Link::pair();
                if (!ends) return;
                auto child = Child::spawn_worker("edge-test", std::move(ends->second));
                if (!child) return;
                ends->first.close(); // ends it, unless somebody else holds that end as well
                if (edge::readable(child->pidfd())) ending = child->reap().value_or("");
            });
    }
    for (const std::string& ending : endings)
        CHECK(ending == "exit status 0");
}

TEST_CASE("a program that no one placed is no worker", "[rt]") {
    const net::Fd no_socket{::eventfd(0, EFD_CLOEXEC)};
    const auto link = Link::adopt(no_socket.get());
    REQUIRE_FALSE(link);
    CHECK(link.error().what() ==
          "this program is started as a worker by another one, never by hand");
    CHECK_FALSE(Link::adopt(-1));
    CHECK(::fcntl(no_socket.get(), F_GETFD) >= 0); // it was not taken
}
