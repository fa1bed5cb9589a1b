// Stands before the server's ports, reads every datagram that comes or goes, and tells the checkers
// what it means. It trusts nothing that the server says about itself: whether a cookie came back,
// a challenge was echoed or feedback is authentic it judges by the bytes.
#pragma once

#include "crypto/message_tag.hpp"
#include "sim/checkers.hpp"
#include "sim/sim_server.hpp"

namespace wyn::sim {

class ServerWatch {
public:
    ServerWatch(Complaints& complaints, Network& network, const SimHost& host,
                std::uint16_t listening_port);

    void on_admitted(const SessionRecord& record);
    // One datagram on the listening port, and what it did to the table.
    void on_listened(const dgram::Endpoint& from, wire::Bytes datagram, std::size_t before,
                     std::size_t after);
    Amplification& amplification() { return amplification_; }
    std::uint64_t bulk_bytes() const { return bulk_bytes_; }
    // When bulk last left for this client.
    std::optional<SimTime> newest_bulk_to(const dgram::Address& client) const;

private:
    struct Watched {
        std::uint64_t id = 0;
        daemon::PortAllocator::Ports ports{};
        crypto::MessageTagger control_tagger; // what the client says there
        crypto::MessageTagger feedback_tagger;
        BulkWatch bulk;
    };

    void on_in(const Packet& packet);
    void on_out(const Packet& packet);
    void on_sealed_in(const Tuple& tuple, wire::Bytes datagram);
    void on_sealed_out(const Tuple& tuple, wire::Bytes datagram);
    bool has_cookie_of_ours(const Tuple& tuple, wire::Bytes datagram) const;
    SimTime now() const;

    Complaints& complaints_;
    Network& network_;
    std::uint16_t listening_port_;
    Amplification amplification_;
    std::map<Tuple, std::set<wire::CookieBytes>> cookies_;
    std::map<Tuple, std::set<wire::Nonce>> challenges_;
    std::map<std::uint64_t, std::unique_ptr<Watched>> sessions_;
    std::map<std::uint16_t, Watched*> by_port_; // the newest session of each port
    std::uint64_t bulk_bytes_ = 0;
    std::map<dgram::Address, SimTime> newest_bulk_;
};

} // namespace wyn::sim
