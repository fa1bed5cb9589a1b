#include "sim/adversaries.hpp"

#include "session/seal.hpp"

namespace wyn::sim {

namespace {

constexpr std::size_t most_heard = 256;
constexpr std::uint16_t client_port = 33333;

std::vector<std::uint8_t> noise(Random& random, std::size_t bytes) {
    std::vector<std::uint8_t> out(bytes);
    random.fill(out);
    return out;
}

// Begins like a message of ours, so that it gets past the first look.
void disguise(Random& random, std::span<std::uint8_t> datagram) {
    if (datagram.size() < 24) return;
    static constexpr std::array types{wire::Type::hello,  wire::Type::cookie, wire::Type::assign,
                                      wire::Type::beat0,  wire::Type::beat2,  wire::Type::start,
                                      wire::Type::stop,   wire::Type::probe,  wire::Type::close,
                                      wire::Type::report, wire::Type::bulk,   wire::Type::feedback};
    datagram[0] = wire::protocol_magic >> 8;
    datagram[1] = wire::protocol_magic & 0xff;
    datagram[2] = wire::protocol_version;
    datagram[3] = static_cast<std::uint8_t>(types.at(random.below(types.size())));
    datagram[4] = static_cast<std::uint8_t>(datagram.size() >> 8);
    datagram[5] = static_cast<std::uint8_t>(datagram.size());
}

} // namespace

Adversary::Adversary(SimHost& host, const Campaign& campaign)
    : host_{host}, campaign_{campaign}, random_{host.random_of("adversary")},
      timer_{host.queue(), [this] { run(); }} {
    timer_.set(campaign.begin);
}

void Adversary::run() {
    const SimTime now = host_.queue().now();
    if (now > campaign_.end) return;
    strike();
    timer_.set(now + campaign_.every);
}

void Adversary::send(Packet packet) {
    ++sent_;
    if (!host_.has(packet.from.address)) ++spoofed_;
    host_.network().send(host_, std::move(packet));
}

void Flooder::strike() {
    const dgram::Endpoint victim{victims_[random().below(victims_.size())], client_port};
    if (random().chance(0.5)) {
        wire::Hello hello{.nonce = random().bytes<16>()};
        std::array<std::uint8_t, sizeof(wire::HelloLayout)> bytes{};
        // Some bring a cookie that they made up.
        if (random().chance(0.3)) hello.cookie = random().bytes<24>();
        wire::encode(wire::HandshakeMessage{hello}, bytes);
        return send(victim, server_, wire::Bytes{bytes});
    }
    auto bytes = noise(random(), random().below(1400));
    if (random().chance(0.5)) disguise(random(), bytes);
    send(victim, server_, std::move(bytes));
}

Replayer::Replayer(SimHost& host, const Campaign& campaign, const dgram::Address& server)
    : Adversary{host, campaign}, server_{server} {
    host.network().tap_sent([this](const SimHost&, const Packet& packet) {
        if (!packet.by_socket || packet.to.address != server_ || heard_.size() >= most_heard)
            return;
        if (random().chance(0.2) || heard_.size() < 16) heard_.push_back(packet);
    });
}

void Replayer::strike() {
    if (heard_.empty()) return;
    const Packet& again = heard_[next_++ % heard_.size()];
    send(self(), again.to, again.bytes);
    send({again.from.address, static_cast<std::uint16_t>(again.from.port ^ 1)}, again.to,
         again.bytes);
    send(again); // in the books a further copy of what it was
}

Mirror::Mirror(SimHost& host, const Campaign& campaign, const dgram::Endpoint& server)
    : Adversary{host, campaign}, server_{server} {
    host.network().tap_sent([this, &host](const SimHost& from, const Packet& packet) {
        if (&from == &host || packet.from.address != server_.address) return;
        ports_.insert(packet.from.port);
        heard_.push_back(packet);
        if (heard_.size() > most_heard) heard_.pop_front();
    });
}

void Mirror::strike() {
    if (heard_.empty()) return;
    const Packet packet = heard_.front();
    heard_.pop_front();
    auto neighbour = ports_.begin();
    std::advance(neighbour, random().below(ports_.size()));
    for (const std::uint16_t port : {packet.from.port, server_.port, *neighbour}) {
        send(self(), {server_.address, port}, packet.bytes);
        send(packet.to, {server_.address, port}, packet.bytes);
    }
}

Injector::Injector(SimHost& host, const Campaign& campaign, const dgram::Address& server)
    : Adversary{host, campaign}, server_{server} {
    host.network().tap_sent([this, &host](const SimHost& from, const Packet& packet) {
        if (&from == &host || !known_.emplace(packet.from, packet.to).second) return;
        const auto sealed = wire::decode_sealed(packet.view());
        paths_.push_back({packet.from, packet.to, sealed ? sealed->session : 0});
    });
}

std::vector<std::uint8_t> Injector::forged(const Path& path) {
    std::array<std::uint8_t, wire::longest_sealed> bytes{};
    session::Sealer sealer{path.session, random().bytes<16>()};
    sealer.start_at(random().u64());
    const auto sealed = [&](const wire::SealedBody& body) {
        const std::size_t size = sealer.seal(body, bytes);
        return std::vector<std::uint8_t>(bytes.begin(),
                                         bytes.begin() + static_cast<std::ptrdiff_t>(size));
    };
    switch (random().below(8)) {
    case 0: return sealed(wire::Close{wire::End::stopped});
    case 1: return sealed(wire::Beat{.step = 2, .number = 0, .echo = random().bytes<16>()});
    case 2: return sealed(wire::Beat{.step = 0, .number = 7});
    case 3: return sealed(wire::Feedback{.test = 1, .newest_step = 1});
    case 4:
        return sealed(wire::Start{
            .test = 99, .datagram_bytes = 1472, .rate_bps = 1'000'000'000, .duration_ms = 60'000});
    case 5: {
        auto bulk = noise(random(), 600);
        wire::encode_bulk({.length = 600, .test = 1, .sequence = random().below(1000), .step = 1},
                          bulk, bulk.size());
        return bulk;
    }
    case 6: return sealed(wire::Probe{.number = 3});
    default: {
        auto any = noise(random(), random().below(1400));
        disguise(random(), any);
        return any;
    }
    }
}

void Injector::strike() {
    if (paths_.empty()) return;
    const Path& path = paths_[random().below(paths_.size())];
    send(path.from, path.to, forged(path));
}

} // namespace wyn::sim
