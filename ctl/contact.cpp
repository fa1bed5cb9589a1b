#include "ctl/contact.hpp"

#include "clock/system_clock.hpp"
#include "net/udp_socket.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

namespace wyn::ctl {

namespace {

// RFC 8305, section 5: the recommended delay before the next address is tried beside the first.
constexpr Duration between_addresses = 250ms;

dgram::Address any_of(const dgram::Address& like) {
    return like.is_v4() ? dgram::Address::v4(0, 0, 0, 0) : dgram::Address{};
}

} // namespace

Result<std::unique_ptr<Contact>> Contact::begin(rt::Loop& loop, Settings settings,
                                                OnOutcome on_outcome) {
    std::unique_ptr<Contact> contact{new Contact{std::move(settings), std::move(on_outcome)}};
    if (auto started = contact->start(loop); !started) return pass_on(started);
    return contact;
}

Result<void> Contact::start(rt::Loop& loop) {
    began_ = mono_now();
    give_up_ = began_ + settings_.timeout;
    timer_ = loop.add_timer([this] { on_timer(); });
    // An address family that this host lacks is no reason to give up on the other one.
    std::optional<Error> first_error;
    for (const dgram::Endpoint& server : settings_.servers) {
        const auto begins =
            began_ + static_cast<Duration::rep>(attempts_.size()) * between_addresses;
        if (auto added = add_attempt(loop, server, begins); !added && !first_error)
            first_error = std::move(added.error());
    }
    if (attempts_.empty()) return std::unexpected{std::move(*first_error)};
    on_timer();
    return {};
}

Result<void> Contact::add_attempt(rt::Loop& loop, const dgram::Endpoint& server,
                                  MonoTime first_hello) {
    auto attempt = std::make_unique<Attempt>();
    attempt->server = server;
    const dgram::Address bind =
        settings_.bind_address.is_unspecified() ? any_of(server.address) : settings_.bind_address;
    auto socket = net::open_udp({.address = bind, .port = 0}, {.device = settings_.device});
    if (!socket) return pass_on(socket);
    attempt->socket = std::make_unique<net::UdpDatagrams>(std::move(*socket));
    if (auto connected = attempt->socket->connect(server); !connected) return pass_on(connected);
    auto watch = loop.add_io(attempt->socket->fd(), EPOLLIN,
                             [this, raw = attempt.get()](std::uint32_t) { on_readable(*raw); });
    if (!watch) return pass_on(watch);
    attempt->watch = std::move(*watch);
    attempt->handshake = std::make_unique<session::ClientHandshake>(
        random_, first_hello, settings_.key, settings_.wishes);
    attempts_.push_back(std::move(attempt));
    return {};
}

void Contact::on_readable(Attempt& attempt) {
    dgram::ReceivedTrain train;
    for (;;) {
        const auto received = attempt.socket->receive(train);
        if (!received) {
            attempt.network_error = received.error().code().value();
            continue; // an ICMP message: worth telling, not worth believing
        }
        if (!*received) break;
        const std::size_t headers = attempt.server.address.header_bytes();
        for (std::size_t i = 0; i < train.count(); ++i) {
            bytes_used_ += train[i].size() + headers;
            const auto outcome = attempt.handshake->on_datagram(mono_now(), train[i]);
            if (!outcome) continue;
            if (const auto* refuse = std::get_if<wire::Refuse>(&*outcome))
                return finish(
                    describe_refusal(*refuse, attempt.server, settings_.options, settings_.rate));
            return succeed(attempt, std::get<session::ClientHandshake::Assigned>(*outcome));
        }
    }
    say_hello(attempt, mono_now());
    arm();
}

void Contact::say_hello(Attempt& attempt, MonoTime now) {
    const auto hello = attempt.handshake->on_timer(now);
    if (!hello) return;
    const dgram::SendOutcome sent = attempt.socket->send(*hello, hello->size(), nullptr);
    bytes_used_ += hello->size() + attempt.server.address.header_bytes();
    if (sent.status == dgram::SendStatus::refused) attempt.network_error = sent.error;
}

void Contact::on_timer() {
    const MonoTime now = mono_now();
    for (const auto& attempt : attempts_)
        say_hello(*attempt, now);
    if (now < give_up_) return arm();
    // Of several addresses the one that says most: an error before silence.
    const auto told = std::ranges::find_if(attempts_, [](const auto& attempt) {
        return attempt->network_error != 0 || attempt->handshake->heard_cookie();
    });
    const Attempt& attempt = told == attempts_.end() ? *attempts_.front() : **told;
    finish(describe_silence({.hellos_sent = attempt.handshake->hellos_sent(),
                             .heard_cookie = attempt.handshake->heard_cookie(),
                             .network_error = attempt.network_error,
                             .waited = now - began_},
                            attempt.server, settings_.host));
}

void Contact::succeed(Attempt& attempt, const session::ClientHandshake::Assigned& assigned) {
    const auto local = net::local_endpoint(attempt.socket->fd());
    const auto mtu = net::path_mtu(attempt.socket->fd());
    finish(Contacted{.server = attempt.server,
                     .local = local.value_or(dgram::Endpoint{}),
                     .assigned = assigned,
                     .path_mtu = mtu.value_or(1500),
                     .bytes_used = bytes_used_});
}

void Contact::finish(Outcome outcome) {
    for (const auto& attempt : attempts_)
        attempt->watch.reset();
    timer_.disarm();
    if (on_outcome_) std::exchange(on_outcome_, nullptr)(std::move(outcome));
}

void Contact::arm() {
    MonoTime due = give_up_;
    for (const auto& attempt : attempts_)
        due = std::min(due, attempt->handshake->due());
    timer_.arm(due);
}

} // namespace wyn::ctl
