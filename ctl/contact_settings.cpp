#include "ctl/contact_settings.hpp"

#include "base/text.hpp"
#include "net/resolve.hpp"
#include "net/secret_file.hpp"

#include <fmt/format.h>
#include <net/if.h>

namespace wyn::ctl {

namespace {

net::Family family_of(AddressFamily family) {
    switch (family) {
    case AddressFamily::any: return net::Family::any;
    case AddressFamily::v4: return net::Family::v4;
    case AddressFamily::v6: return net::Family::v6;
    }
    return net::Family::any;
}

Failure usage(std::string sentence) {
    return {
        .code = ExitCode::usage, .reason = "usage", .sentence = std::move(sentence), .advice = {}};
}

// fe80::/10 means nothing without the interface that it is behind.
bool needs_zone(const dgram::Address& address) {
    return !address.is_v4() && address.is_link_local();
}

// "ADDR", "DEV" or "ADDR%DEV" in its two parts.
std::expected<void, Failure> read_binding(const std::string& text, Contact::Settings& settings) {
    if (text.empty()) return {};
    const std::size_t percent = text.find('%');
    const std::string first = text.substr(0, percent);
    if (::if_nametoindex(text.c_str()) != 0) {
        settings.device = text;
        return {};
    }
    const auto address = dgram::Address::parse(first);
    if (!address)
        return std::unexpected{
            usage(fmt::format("-B {}: neither an address nor a device of this host", text))};
    settings.bind_address = *address;
    if (percent == std::string::npos) return {};
    settings.device = text.substr(percent + 1);
    const unsigned index = ::if_nametoindex(settings.device.c_str());
    if (index == 0)
        return std::unexpected{
            usage(fmt::format("-B {}: this host has no device {}", text, settings.device))};
    if (needs_zone(*address)) settings.bind_address.scope = index;
    return {};
}

// A link-local server is behind the device of -B when its own zone does not say.
void complete_zones(Contact::Settings& settings) {
    if (settings.device.empty()) return;
    const unsigned index = ::if_nametoindex(settings.device.c_str());
    for (dgram::Endpoint& server : settings.servers)
        if (needs_zone(server.address) && server.address.scope == 0) server.address.scope = index;
}

std::expected<crypto::NamedKey, Failure> read_key(const std::string& path) {
    if (path.empty()) return crypto::NamedKey{};
    auto text = net::read_secret_file(path);
    if (!text) return std::unexpected{usage(fmt::format("--key: {}", text.error().what()))};
    auto keys = crypto::parse_key_file(*text, path);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
    if (!keys) return std::unexpected{usage(fmt::format("--key: {}", keys.error().what()))};
    return keys->front();
}

} // namespace

std::expected<Contact::Settings, Failure>
contact_settings(const NetworkOptions& options, const session::ClientHandshake::Wishes& wishes) {
    Contact::Settings settings{.host = options.host,
                               .wishes = wishes,
                               .timeout = options.timeout,
                               .options = options,
                               .rate = {}};
    if (auto bound = read_binding(options.bind, settings); !bound)
        return std::unexpected{std::move(bound.error())};
    auto key = read_key(options.key_file);
    if (!key) return std::unexpected{std::move(key.error())};
    settings.key = std::move(*key);
    auto servers = net::resolve(options.host, options.port, family_of(options.family));
    if (!servers)
        return std::unexpected{Failure{.code = ExitCode::unreachable,
                                       .reason = "unknown_host",
                                       .sentence = servers.error().what(),
                                       .advice = {"Check the spelling, or give the address."}}};
    settings.servers = std::move(*servers);
    complete_zones(settings);
    return settings;
}

Failure no_way_out(const Error& error) {
    const bool forbidden = error.code() == std::errc::permission_denied;
    return {.code = ExitCode::unreachable,
            .reason = forbidden ? "filtered" : "no_route",
            .sentence = error.what(),
            .advice = {forbidden ? "A route of this host forbids it: ip route tells which."
                                 : "Check the address, -B, and this host's routes."}};
}

std::string target_of(const std::string& host, const dgram::Endpoint& server) {
    const bool named = host != dgram::print(server.address);
    return fmt::format("{}{}", named ? escaped(host, 253) + " " : "", dgram::print(server));
}

} // namespace wyn::ctl
