// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <deque>
#include <future>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/log.hpp"
#include "net/ascii.hpp"
#include "net/tls_session.hpp"

namespace edgecse::net {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kMaximumResponseHeaders = 256;
constexpr std::size_t kKeptHandles = 64;
constexpr std::chrono::milliseconds kLongestSleep{60'000};

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

// One call on its way. Only the client's thread touches it once it has left the mailbox.
struct Transfer {
  HttpCall call;
  HttpCallback done;
  SteadyTime deadline;
  Easy easy;
  std::unique_ptr<curl_slist, FreeList> fields;
  HttpResponse response;
  std::size_t maximum_bytes = 0;
  bool too_large = false;
  bool head_complete = false;  // curl takes a connection that ends within the head for a whole answer
  std::list<std::unique_ptr<Transfer>>::iterator place;
};

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (size > transfer.maximum_bytes - std::min(transfer.maximum_bytes, transfer.response.body.size())) {
    transfer.too_large = true;
    return 0;
  }
  transfer.response.body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // a new head: what came before was 1xx
    transfer.response.headers = Headers{};
    transfer.head_complete = false;
    return size;
  }
  if (line.empty()) transfer.head_complete = true;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  if (transfer.response.headers.size() >= kMaximumResponseHeaders) {
    transfer.too_large = true;
    return 0;
  }
  transfer.response.headers.add(std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1))));
  return size;
}

// What curl would add by itself and the caller did not ask for.
std::unique_ptr<curl_slist, FreeList> field_list(const Headers& headers) {
  curl_slist* list = nullptr;
  const auto add = [&list](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
  for (const auto& [name, value] : headers) add(value.empty() ? name + ";" : name + ": " + value);
  add("Expect:");
  if (!headers.has("Content-Type")) add("Content-Type:");
  if (!headers.has("Accept")) add("Accept:");
  return std::unique_ptr<curl_slist, FreeList>(list);
}

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

// What must not reach curl.
std::optional<Error> fault_of(const HttpCall& call) {
  const auto refuse = [](std::string why) { return Error{ErrorKind::Refused, std::move(why)}; };
  const bool web = call.url.starts_with("http://") || call.url.starts_with("https://");
  if (!web || has_line_break(call.url)) return refuse(fmt::format("\"{}\" is no http or https URL.", call.url));
  if (!is_token(call.method)) return refuse(fmt::format("\"{}\" is no HTTP method.", call.method));
  for (const auto& [name, value] : call.headers) {
    if (!is_token(name) || has_line_break(value))
      return refuse(fmt::format("The header field \"{}\" cannot be sent.", name));
  }
  return std::nullopt;
}

/// The connection was not made in time, long before the call's own deadline: nothing was sent, another address may do.
bool never_connected(CURL* easy, CURLcode code) {
  curl_off_t until_transfer = 0;
  return code == CURLE_OPERATION_TIMEDOUT &&
         curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &until_transfer) == CURLE_OK && until_transfer == 0;
}

// Without query: it may carry secrets.
std::string shown(const std::string& url) { return url.substr(0, url.find('?')); }

Error error_of(CURLcode code, const Transfer& transfer) {
  const auto say = [&](ErrorKind kind, std::string_view what) {
    return Error{kind, fmt::format("{} {}: {}.", transfer.call.method, shown(transfer.call.url), what)};
  };
  if (transfer.too_large) return say(ErrorKind::TooLarge, "the answer is larger than allowed");
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_INTERFACE_FAILED:
      return say(ErrorKind::Unreachable, curl_easy_strerror(code));
    case CURLE_OPERATION_TIMEDOUT:
      return say(ErrorKind::Timeout, "no answer in time");
    case CURLE_UNSUPPORTED_PROTOCOL: return say(ErrorKind::Protocol, "the answer is no HTTP");
    case CURLE_OK: return say(ErrorKind::Protocol, "the answer ends within its head");
    case CURLE_URL_MALFORMAT:
      return say(ErrorKind::Refused, "this is no http or https URL");
    default:
      return say(ErrorKind::Protocol, curl_easy_strerror(code));
  }
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(HttpClientOptions options) : options_(std::move(options)), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options_.maximum_connections_per_host));
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "net-client");
  }

  ~CurlClient() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    kept_.clear();
    curl_multi_cleanup(multi_);
  }

  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  void send(HttpCall call, HttpCallback done) override {
    auto transfer = std::make_unique<Transfer>();
    transfer->deadline = std::chrono::steady_clock::now() + call.timeout;
    transfer->call = std::move(call);
    transfer->done = std::move(done);
    transfer->maximum_bytes = options_.maximum_response_bytes;
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = mailbox_.empty();
      mailbox_.push_back(std::move(transfer));
    }
    if (first) curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    for (;;) {
      if (!take_mailbox()) break;
      int running = 0;
      curl_multi_perform(multi_, &running);
      finish_transfers();
      expire_transfers();
      curl_multi_poll(multi_, nullptr, 0, sleep_ms(), nullptr);
    }
    cancel_all();
  }

  bool take_mailbox() {
    std::deque<std::unique_ptr<Transfer>> arrived;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      arrived.swap(mailbox_);
    }
    for (auto& transfer : arrived) begin(std::move(transfer));
    return true;
  }

  void begin(std::unique_ptr<Transfer> transfer) {
    if (auto fault = fault_of(transfer->call)) {
      answer(*transfer, tl::unexpected(std::move(*fault)));
      return;
    }
    if (kept_.empty()) {
      transfer->easy.reset(curl_easy_init());
    } else {
      transfer->easy = std::move(kept_.back());
      kept_.pop_back();
    }
    set_up(*transfer);
    CURL* easy = transfer->easy.get();
    Transfer* raw = transfer.get();
    raw->place = active_.insert(active_.end(), std::move(transfer));
    deadlines_.emplace(raw->deadline, raw);
    curl_multi_add_handle(multi_, easy);
  }

  void set_up(Transfer& transfer) const {
    CURL* easy = transfer.easy.get();
    const HttpCall& call = transfer.call;
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    curl_easy_setopt(easy, CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");  // the environment does not decide where our traffic goes
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    transfer.fields = field_list(call.headers);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.fields.get());
    set_method(easy, call);
    set_tls(easy);
  }

  static void set_method(CURL* easy, const HttpCall& call) {
    const bool has_body = !call.body.empty() || call.method == "POST" || call.method == "PUT" || call.method == "PATCH";
    if (call.method == "HEAD") {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (has_body) {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.body.data());
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method.c_str());
    } else {
      curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method.c_str());
    }
  }

  void set_tls(CURL* easy) const {
    const auto& tls = options_.tls;
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!tls.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, tls.ca_file.c_str());
    if (!tls.certificate_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.certificate_file.c_str());
      curl_easy_setopt(easy, CURLOPT_SSLKEY, tls.key_file.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls.verify_peer ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls.verify_peer ? 2L : 0L);
  }

  void finish_transfers() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code =
          never_connected(message->easy_handle, message->data.result) ? CURLE_COULDNT_CONNECT : message->data.result;
      Transfer* raw = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &raw);
      const auto transfer = take(*raw);
      if (code != CURLE_OK || !transfer->head_complete) {
        answer(*transfer, tl::unexpected(error_of(code, *transfer)));
      } else {
        long status = 0;
        curl_easy_getinfo(transfer->easy.get(), CURLINFO_RESPONSE_CODE, &status);
        transfer->response.status = static_cast<int>(status);
        answer(*transfer, std::move(transfer->response));
      }
      keep(*transfer);
    }
  }

  void expire_transfers() {
    const auto now = std::chrono::steady_clock::now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      const auto transfer = take(*deadlines_.begin()->second);
      answer(*transfer, tl::unexpected(error_of(CURLE_OPERATION_TIMEDOUT, *transfer)));
    }
  }

  // Out of curl's hands and our books.
  std::unique_ptr<Transfer> take(Transfer& transfer) {
    curl_multi_remove_handle(multi_, transfer.easy.get());
    auto owned = std::move(*transfer.place);
    active_.erase(transfer.place);
    const auto [begin, end] = deadlines_.equal_range(transfer.deadline);
    deadlines_.erase(std::find_if(begin, end, [&](const auto& entry) { return entry.second == &transfer; }));
    return owned;
  }

  void keep(Transfer& transfer) {
    if (kept_.size() < kKeptHandles) kept_.push_back(std::move(transfer.easy));
  }

  int sleep_ms() const {
    auto sleep = kLongestSleep;
    if (!deadlines_.empty()) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadlines_.begin()->first - std::chrono::steady_clock::now());
      sleep = std::clamp(left, std::chrono::milliseconds(0), kLongestSleep);
    }
    return static_cast<int>(sleep.count());
  }

  void cancel_all() {
    const auto cancel = [](Transfer& transfer) {
      answer(transfer, tl::unexpected(Error{ErrorKind::Cancelled, "The HTTP client is stopping."}));
    };
    while (!active_.empty()) cancel(*take(*active_.front()));
    for (;;) {
      std::deque<std::unique_ptr<Transfer>> rest;
      {
        const std::lock_guard lock(mutex_);
        rest.swap(mailbox_);
      }
      if (rest.empty()) return;
      for (const auto& transfer : rest) cancel(*transfer);
    }
  }

  static void answer(Transfer& transfer, HttpResult result) {
    try {
      transfer.done(std::move(result));
    } catch (const std::exception& error) {
      base::log::error("net", "a response handler threw", {{"error", error.what()}});
    }
  }

  const HttpClientOptions options_;
  CURLM* const multi_;  // the thread's, but for curl_multi_wakeup
  // The thread only.
  std::list<std::unique_ptr<Transfer>> active_;
  std::multimap<SteadyTime, Transfer*> deadlines_;
  std::vector<Easy> kept_;
  std::mutex mutex_;
  std::deque<std::unique_ptr<Transfer>> mailbox_;  // guarded by mutex_
  bool stopping_ = false;                          // guarded by mutex_
  std::thread thread_;
};

}  // namespace

base::Result<std::unique_ptr<HttpClient>, Error> make_http_client(const HttpClientOptions& options) {
  if (auto usable = check_tls_client(options.tls); !usable) return tl::unexpected(std::move(usable.error()));
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) return tl::unexpected(Error{ErrorKind::Configuration, curl_easy_strerror(initialised)});
  return std::make_unique<CurlClient>(options);
}

HttpResult send_and_wait(HttpClient& client, HttpCall call) {
  std::promise<HttpResult> promise;
  auto result = promise.get_future();
  client.send(std::move(call), [&promise](HttpResult answer) { promise.set_value(std::move(answer)); });
  return result.get();
}

}  // namespace edgecse::net
