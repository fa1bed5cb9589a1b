// From a pre-shared key and the two handshake messages to the keys of one session. Anonymous
// clients use key id 0 and a key of zeros: one code path for both.
#pragma once

#include "crypto/primitives.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wyn::crypto {

// The keys of one of the three ports, one for each way, so that no message can be played back to
// its sender or on another port.
struct PortKeys {
    Key128 client_to_server{};
    Key128 server_to_client{};
    Key128 bulk{}; // upload and download port; the control port does not use it
};

struct SessionKeys {
    Key256 assign{}; // for the tag of ASSIGN itself
    PortKeys control;
    PortKeys upload;
    PortKeys download;
};

// The key for the tag of a client's HELLO.
Key256 hello_key(const Key256& psk);
// The key for the tag of REFUSE, the same for everybody: it only proves that the refusal answers
// this very HELLO, and tells nothing about which keys exist.
Key256 refuse_key();

// `hello` is the client's second HELLO (the one with the cookie) and `assign` the server's answer,
// each without its tag. Every bit of both goes in, so nothing of them can be changed unnoticed.
SessionKeys derive_session_keys(const Key256& psk, Bytes hello, Bytes assign);

// One key of a key file.
struct NamedKey {
    std::uint32_t id = 0; // 1..4294967295
    Key256 psk{};
    std::string name; // for the journal; "key 17" when the file gives none
};

// Reads a key file: one key per line, `ID HEX64 [NAME]`, blank lines and lines that start with #
// are skipped. Refuses keys of zeros, ids that repeat or are 0, names longer than 32 characters or
// with anything but letters, digits, '.', '_' and '-'. Errors name the line and never show the key.
Result<std::vector<NamedKey>> parse_key_file(std::string_view text, std::string_view file_name);

// The server's keys. Copies are wiped when they go.
class Keyring {
public:
    Keyring() = default;
    explicit Keyring(std::vector<NamedKey> keys) : keys_{std::move(keys)} {}
    Keyring(Keyring&&) = default;
    // The keys that were here go with `other`, and are wiped there.
    Keyring& operator=(Keyring&& other) noexcept {
        keys_.swap(other.keys_);
        return *this;
    }
    ~Keyring();

    // The key of this id. Id 0 gives the anonymous key; an unknown id gives a key that nobody has,
    // so that the answer takes the same time as for a wrong tag, and `known` false.
    struct Found {
        Key256 psk{};
        bool known = false;
    };
    Found find(std::uint32_t id) const;
    // The name of a known key; "anonymous" for id 0.
    std::string name_of(std::uint32_t id) const;
    bool empty() const { return keys_.empty(); }

private:
    std::vector<NamedKey> keys_;
};

} // namespace wyn::crypto
