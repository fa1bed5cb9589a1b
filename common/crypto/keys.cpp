#include "crypto/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace wyn::crypto {

namespace {

constexpr std::size_t longest_name = 32;

Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Key128 first_half(const Key256& key) {
    Key128 half{};
    std::copy_n(key.begin(), half.size(), half.begin());
    return half;
}

PortKeys derive_port_keys(const Key256& secret, std::string_view port) {
    const auto key = [&](std::string_view purpose) {
        return first_half(derive(secret, fmt::format("{} {}", port, purpose)));
    };
    return {.client_to_server = key("client to server"),
            .server_to_client = key("server to client"),
            .bulk = key("bulk")};
}

// The next word of the line, which is shortened by it.
std::string_view take_word(std::string_view& line) {
    const std::size_t begin = std::min(line.find_first_not_of(" \t\r"), line.size());
    const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
    const std::string_view word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

std::optional<Key256> key_from_hex(std::string_view hex) {
    Key256 key{};
    if (hex.size() != 2 * key.size()) return std::nullopt;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const char* const pair = hex.data() + 2 * i;
        const auto [end, error] = std::from_chars(pair, pair + 2, key[i], 16);
        if (error != std::errc{} || end != pair + 2) return std::nullopt;
    }
    return key;
}

bool good_name(std::string_view name) {
    return name.size() <= longest_name && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

// One line with a key in it; the error is what follows "FILE:LINE: ".
Result<NamedKey> parse_key(std::string_view line) {
    const std::string_view id = take_word(line);
    const std::string_view hex = take_word(line);
    const std::string_view name = take_word(line);
    NamedKey key;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), key.id);
    if (error != std::errc{} || end != id.data() + id.size() || key.id == 0)
        return fail("expected a key id from 1 to 4294967295");
    const auto psk = key_from_hex(hex);
    if (!psk) return fail(fmt::format("key {}: expected 64 hexadecimal digits", key.id));
    if (*psk == Key256{}) return fail(fmt::format("key {}: a key of zeros is no key", key.id));
    if (!good_name(name))
        return fail(fmt::format("key {}: a name has at most {} letters, digits, '.', '_' or '-'",
                                key.id, longest_name));
    if (!take_word(line).empty())
        return fail(fmt::format("key {}: expected nothing after the name", key.id));
    key.psk = *psk;
    key.name = name.empty() ? fmt::format("key {}", key.id) : std::string{name};
    return key;
}

} // namespace

Key256 hello_key(const Key256& psk) {
    return derive(psk, "wyndrvr-1 hello");
}

Key256 refuse_key() {
    return derive(Key256{}, "wyndrvr-1 refuse");
}

SessionKeys derive_session_keys(const Key256& psk, Bytes hello, Bytes assign) {
    Key256 secret{};
    Blake2b{psk, secret.size()}.compute({bytes_of("wyndrvr-1"), hello, assign}, secret);
    const SessionKeys keys{.assign = derive(secret, "assign"),
                           .control = derive_port_keys(secret, "control"),
                           .upload = derive_port_keys(secret, "upload"),
                           .download = derive_port_keys(secret, "download")};
    wipe(secret);
    return keys;
}

Result<std::vector<NamedKey>> parse_key_file(std::string_view text, std::string_view file_name) {
    std::vector<NamedKey> keys;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        std::string_view rest = line;
        if (const std::string_view first = take_word(rest); first.empty() || first.starts_with('#'))
            continue;
        auto key = parse_key(line);
        if (!key) return pass_on(key, fmt::format("{}:{}", file_name, number));
        const auto same_id = [&](const NamedKey& other) { return other.id == key->id; };
        if (std::any_of(keys.begin(), keys.end(), same_id))
            return fail(fmt::format("{}:{}: key {} was given before", file_name, number, key->id));
        keys.push_back(std::move(*key));
    }
    if (keys.empty()) return fail(fmt::format("{}: no key in this file", file_name));
    return keys;
}

Keyring::~Keyring() {
    for (NamedKey& key : keys_)
        wipe(key.psk);
}

Keyring::Found Keyring::find(std::uint32_t id) const {
    if (id == 0) return {.psk = {}, .known = true};
    for (const NamedKey& key : keys_)
        if (key.id == id) return {.psk = key.psk, .known = true};
    return {.psk = derive(Key256{}, "wyndrvr-1 nobody"), .known = false};
}

std::string Keyring::name_of(std::uint32_t id) const {
    for (const NamedKey& key : keys_)
        if (key.id == id) return key.name;
    return id == 0 ? "anonymous" : fmt::format("key {}", id);
}

} // namespace wyn::crypto
