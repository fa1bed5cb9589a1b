#include "daemon/key_source.hpp"

#include "base/text.hpp"
#include "crypto/primitives.hpp"
#include "net/secret_file.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

namespace wyn::daemon {

namespace {

constexpr std::string_view credential_prefix = "credential:";

Result<std::string> read_credential(std::string_view name) {
    if (name.empty() || name.find('/') != std::string_view::npos || name == "." || name == "..")
        return fail(fmt::format("'{}' is no name of a credential", escaped(name)));
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes our environment
    const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr || *directory != '/')
        return fail(fmt::format("the service manager hands over no credentials; the service needs "
                                "LoadCredential={}:FILE",
                                name));
    return net::read_secret_file(fmt::format("{}/{}", directory, name), net::Guard::manager);
}

} // namespace

Result<crypto::Keyring> read_keys(const std::string& key_file) {
    if (key_file.empty()) return crypto::Keyring{{}};
    auto text = key_file.starts_with(credential_prefix)
                    ? read_credential(std::string_view{key_file}.substr(credential_prefix.size()))
                    : net::read_secret_file(key_file, net::Guard::file_mode);
    if (!text)
        return pass_on(text, fmt::format("cannot read key_file \"{}\"", escaped(key_file, 4096)));
    auto parsed = crypto::parse_key_file(*text, key_file);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
    if (!parsed) return pass_on(parsed, "key_file");
    return crypto::Keyring{std::move(*parsed)};
}

} // namespace wyn::daemon
