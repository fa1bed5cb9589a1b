// The daemon's listening port against clients that do anything: a script of datagrams from several
// endpoints, time steps, ports that other programs hold and workers that the host does not give.
// Promise: whoever has not returned a cookie gets no more bytes than it sent, one answer at most
// for each datagram, and leaves no state; sessions and ports keep to their limits; every port that
// is open belongs to a session.
#include "daemon/listener.hpp"

#include "fuzz/script.hpp"
#include "fuzz/target.hpp"

#include <map>
#include <set>

using namespace wyn;

namespace {

constexpr std::size_t most_sessions = 4;
constexpr std::size_t most_per_address = 3;
constexpr std::size_t ports_in_all = 14;
constexpr std::array<std::uint32_t, 4> key_ids{0, 7, 8, 99}; // 99 is not in the ring

crypto::Key256 psk_of(std::uint32_t id) {
    return id == 0 ? crypto::Key256{} : crypto::Key256{static_cast<std::uint8_t>(id), 1};
}

// Opens ports and starts workers, or does not, as the script says.
class FakeHost final : public daemon::SessionHost {
public:
    explicit FakeHost(fuzz::Script& script) : script_{script} {}

    bool open_port(std::uint16_t port, const dgram::Address& /*local*/) override {
        if (script_.u8() % 8 == 7) return false;
        WYN_CHECK(open_.insert(port).second);
        return true;
    }
    void close_port(std::uint16_t port) override { WYN_CHECK(open_.erase(port) == 1); }
    bool start(const daemon::Admitted& admitted) override {
        if (script_.u8() % 8 == 7) return false;
        for (const std::uint16_t port : admitted.ports)
            WYN_CHECK(open_.contains(port));
        WYN_CHECK(admitted.setup.session != 0);
        WYN_CHECK(ports_.emplace(admitted.setup.session, admitted.ports).second);
        return true;
    }

    void end(std::uint64_t session) {
        for (const std::uint16_t port : ports_.at(session))
            close_port(port);
        ports_.erase(session);
    }
    // The session that the script picks; 0 when there is none.
    std::uint64_t pick() {
        if (ports_.empty()) return 0;
        const auto steps = script_.u8() % ports_.size();
        return std::next(ports_.begin(), static_cast<std::ptrdiff_t>(steps))->first;
    }
    std::size_t sessions() const { return ports_.size(); }
    std::size_t open_ports() const { return open_.size(); }

private:
    fuzz::Script& script_;
    std::set<std::uint16_t> open_;
    std::map<std::uint64_t, daemon::PortAllocator::Ports> ports_;
};

daemon::ListenerSettings settings() {
    daemon::ListenerSettings settings;
    settings.limits = {.max_sessions = most_sessions,
                       .max_sessions_per_address = most_per_address,
                       .max_total_rate = BitRate{1'000'000'000}};
    settings.port_ranges = {{7000, 7009}, {7100, 7103}};
    return settings;
}

crypto::Keyring keys() {
    std::vector<crypto::NamedKey> keys;
    for (const std::uint32_t id : {7U, 8U})
        keys.push_back({.id = id, .psk = psk_of(id), .name = "fuzz"});
    return crypto::Keyring{std::move(keys)};
}

// What an endpoint has sent and got, and what it knows.
struct Client {
    dgram::Endpoint endpoint;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    bool proven = false;
    wire::CookieBytes cookie{};
    wire::Nonce nonce{};
    std::vector<std::uint8_t> newest_hello;
};

class World {
public:
    explicit World(fuzz::Script& script)
        : script_{script}, random_{script.u8()}, host_{script},
          listener_{settings(), keys(), random_, now_, host_} {
        const std::array addresses{
            dgram::Address::v4(127, 0, 0, 1), dgram::Address::v4(198, 51, 100, 1),
            dgram::Address{{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0},
            dgram::Address::v4(224, 0, 0, 1)};
        for (const dgram::Address& address : addresses)
            for (const std::uint16_t port : std::array<std::uint16_t, 3>{40000, 1023, 53})
                clients_.push_back({.endpoint = {address, port}});
        clients_.push_back({.endpoint = local_}); // ourselves
    }

    void run() {
        while (!script_.done()) {
            step();
            check();
        }
    }

private:
    enum class Act : std::uint8_t { wait, garbage, hello, repeat, opened, ended, drain, acts };

    void step() {
        switch (static_cast<Act>(script_.below(static_cast<std::uint8_t>(Act::acts)))) {
        case Act::wait: return wait(std::chrono::milliseconds{script_.u16()});
        case Act::garbage: {
            Client& client = pick_client();
            return deliver(client, script_.counted_bytes());
        }
        case Act::hello: return say_hello(pick_client());
        case Act::repeat: {
            Client& client = pick_client();
            return deliver(client, client.newest_hello);
        }
        case Act::opened: return listener_.on_opened(host_.pick());
        case Act::ended: return end(host_.pick());
        case Act::drain:
            if (script_.u8() == 0xd7) listener_.drain(true);
            return;
        case Act::acts: return;
        }
    }

    Client& pick_client() { return clients_[script_.u8() % clients_.size()]; }

    void wait(Duration duration) {
        now_ += duration;
        out_.clear();
        listener_.on_timer(now_, out_);
        WYN_CHECK(listener_.due() > now_);
        for (const daemon::ListenerReply& reply : out_.replies) {
            Client& client = client_of(reply.to);
            WYN_CHECK(client.proven && reply.size == sizeof(wire::AssignLayout));
            client.bytes_out += reply.size;
        }
    }

    void end(std::uint64_t session) {
        if (session == 0) return;
        host_.end(session);
        listener_.on_ended(session);
    }

    // A HELLO that is right but for what the script spoils.
    void say_hello(Client& client) {
        const std::uint8_t spoil = script_.u8();
        const std::uint32_t key_id = key_ids[script_.u8() % key_ids.size()];
        if (spoil % 4 == 0) client.nonce = random_.bytes<16>();
        wire::Hello hello{.key_id = key_id, .nonce = client.nonce};
        if (spoil % 4 != 0) hello.cookie = client.cookie;
        hello.wish_rate_bps = spoil & 4 ? script_.u32() * std::uint64_t{256} : 0;
        if (spoil & 8) {
            const std::uint16_t type = script_.u16();
            const std::size_t size = script_.u8() % 64;
            hello.extensions.add(type, script_.bytes(size), 408);
        }
        if (spoil & 16) hello.version_min = hello.version_max = script_.u8();
        std::vector<std::uint8_t> datagram(sizeof(wire::HelloLayout));
        wire::encode(wire::HandshakeMessage{hello}, datagram);
        const crypto::Key256 key = crypto::hello_key(psk_of(key_id));
        wire::put_tag(datagram, crypto::Tagger{key}.tag({wire::covered_by_tag(datagram)}));
        if (spoil & 32) {
            std::uint8_t& place = datagram[script_.u16() % datagram.size()];
            place ^= script_.u8();
        }
        client.newest_hello = datagram;
        deliver(client, datagram);
    }

    void deliver(Client& client, const std::vector<std::uint8_t>& datagram) {
        client.bytes_in += datagram.size();
        const bool returns_cookie =
            client.cookie != wire::CookieBytes{} && datagram.size() == sizeof(wire::HelloLayout) &&
            std::equal(client.cookie.begin(), client.cookie.end(), datagram.begin() + 48);
        const std::size_t sessions_before = host_.sessions();
        out_.clear();
        listener_.on_datagram(now_, client.endpoint, local_, datagram, out_);
        WYN_CHECK(out_.replies.size() <= 1 && out_.refused.size() <= out_.replies.size());
        for (const daemon::ListenerReply& reply : out_.replies) {
            WYN_CHECK(reply.to == client.endpoint && reply.size <= datagram.size());
            receive(client, reply);
        }
        // Only a cookie that was given opens a session.
        WYN_CHECK(host_.sessions() == sessions_before || returns_cookie);
    }

    void receive(Client& client, const daemon::ListenerReply& reply) {
        WYN_CHECK(client.endpoint.port >= 1024 && !client.endpoint.address.is_multicast());
        client.bytes_out += reply.size;
        const auto message = wire::decode_handshake(std::span{reply.bytes}.first(reply.size));
        WYN_CHECK(message.has_value());
        if (const auto* cookie = std::get_if<wire::Cookie>(&*message)) {
            client.cookie = cookie->cookie;
            WYN_CHECK(client.cookie != wire::CookieBytes{});
        } else {
            client.proven = true;
        }
        WYN_CHECK(!std::holds_alternative<wire::Hello>(*message));
    }

    Client& client_of(const dgram::Endpoint& endpoint) {
        for (Client& client : clients_)
            if (client.endpoint == endpoint) return client;
        WYN_CHECK(false);
    }

    void check() const {
        WYN_CHECK(host_.sessions() <= most_sessions);
        WYN_CHECK(listener_.sessions().size() == host_.sessions());
        WYN_CHECK(host_.open_ports() == 3 * host_.sessions());
        WYN_CHECK(listener_.ports().total() == ports_in_all);
        WYN_CHECK(listener_.ports().free() + 3 * host_.sessions() == ports_in_all);
        WYN_CHECK(listener_.sessions().reserved() <= BitRate{1'000'000'000});
        std::uint64_t bytes_in = 0;
        std::uint64_t bytes_out = 0;
        for (const Client& client : clients_) {
            bytes_in += client.bytes_in;
            bytes_out += client.bytes_out;
            if (!client.proven) WYN_CHECK(client.bytes_out <= client.bytes_in);
            WYN_CHECK(listener_.sessions().from(client.endpoint.address) <= most_per_address);
        }
        WYN_CHECK(listener_.counts().bytes_in == bytes_in);
        WYN_CHECK(listener_.counts().bytes_out == bytes_out);
    }

    fuzz::Script& script_;
    SeededRandom random_;
    MonoTime now_{1000s};
    dgram::Endpoint local_{dgram::Address::v4(192, 0, 2, 1), 6711};
    FakeHost host_;
    daemon::Listener listener_;
    daemon::ListenerOutbox out_;
    std::vector<Client> clients_;
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    World{script}.run();
    return 0;
}
