#include "weft/sweep/run.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "axis.h"
#include "sharing.h"
#include "store.h"
#include "weft/base/parallel.h"

namespace weft::sweep {

namespace {

using Clock = std::chrono::steady_clock;

// What a kill may cost.
constexpr auto kBetweenCommits = std::chrono::milliseconds(250);
constexpr std::int64_t kCasesBetweenCommits = 1000;
// Between looks at what other ranks, or a signal, have to say.
constexpr auto kMoment = std::chrono::microseconds(500);
constexpr auto kLongMoment = std::chrono::milliseconds(20);

// What ranks tell each other. To the first: kAsk for a piece, kAnswers, kBye at the end; from it:
// kTurns, the pieces, with a count of 0 when there are no more.
enum Tag { kAsk = 1, kTurns = 2, kAnswers = 3, kBye = 4 };

std::string bytes_of(const Turns& turns) {
  std::string bytes(sizeof turns, '\0');
  std::memcpy(bytes.data(), &turns, sizeof turns);
  return bytes;
}

Turns turns_of(const std::string& bytes) {
  Turns turns;
  if (bytes.size() != sizeof turns) throw std::runtime_error("a message between ranks is cut off");
  std::memcpy(&turns, bytes.data(), sizeof turns);
  return turns;
}

// How long a case took, before the answers.
std::string bytes_of(const Answered& answered) {
  std::string bytes(sizeof answered.seconds, '\0');
  std::memcpy(bytes.data(), &answered.seconds, sizeof answered.seconds);
  return bytes + answered.batch.packed();
}

Answered answered_of(const std::string& bytes) {
  Answered answered;
  if (bytes.size() < sizeof answered.seconds) {
    throw std::runtime_error("a message between ranks is cut off");
  }
  std::memcpy(&answered.seconds, bytes.data(), sizeof answered.seconds);
  answered.batch = Batch::unpacked(bytes.substr(sizeof answered.seconds));
  return answered;
}

Header header_of(const Sweep& sweep, const ask::Question& question, const std::string& identity,
                 const std::string& version) {
  const auto& design = sweep.design;
  const bool is_grid = design.scheme() == Scheme::kGrid;
  Header header{{}, identity, question.columns()};
  header.facts = {
      {"question", identity},
      {"name", sweep.name},
      {"version", version},
      {"document", sweep.document.root().source()->bytes},
      {"base", text_of(sweep.base.root())},
      {"design", name_of(design.scheme())},
      {"cases", std::to_string(design.cases())},
      {"seed", is_grid ? "" : std::to_string(design.seed())},
      {"plans", sweep.settings.plans == ask::Plans::kKept ? "kept" : "searched"},
      {"fidelity", sweep.settings.depth == ask::Depth::kF1 ? "F1" : "F2"},
  };
  return header;
}

// The first rank: hands out, computes beside, and writes.
class Keeper {
 public:
  Keeper(Store& store, Sharing& sharing, base::Progress& progress, const Ranks& ranks)
      : store_(store), sharing_(sharing), progress_(progress), ranks_(ranks) {}

  // Cases that were added.
  std::int64_t run(Pool& pool, const std::atomic<int>& stop) {
    int talking = ranks_.size() - 1;
    const auto moment = talking > 0 ? Clock::duration(kMoment) : Clock::duration(kLongMoment);
    while (talking > 0 || !pool.is_over() || !pool.answers().is_empty()) {
      if (stop != 0) sharing_.stop();
      while (auto message = ranks_.receive()) talking -= hear(*message) ? 1 : 0;
      if (pool.is_over()) pool.rethrow();
      if (auto answered = next(pool, moment)) keep(*answered);
      if (uncommitted_ >= kCasesBetweenCommits || Clock::now() - committed_ > kBetweenCommits) {
        commit();
      }
    }
    pool.rethrow();
    commit();
    return count_;
  }

 private:
  std::optional<Answered> next(Pool& pool, Clock::duration moment) {
    auto answered = pool.answers().take_within(moment);
    // A queue that is closed does not wait.
    if (!answered && pool.is_over() && ranks_.size() > 1) std::this_thread::sleep_for(moment);
    return answered;
  }

  // Whether the rank is done.
  bool hear(const Message& message) {
    if (message.tag == kAsk) {
      const auto turns = sharing_.next();
      ranks_.send(message.rank, kTurns, bytes_of(turns.value_or(Turns{})));
    } else if (message.tag == kAnswers) {
      keep(answered_of(message.bytes));
    }
    return message.tag == kBye;
  }

  void keep(const Answered& answered) {
    store_.add(answered.batch);
    sharing_.note(answered.seconds);
    count_ += answered.batch.turns().count;
    uncommitted_ += answered.batch.turns().count;
    progress_.advance(static_cast<std::size_t>(answered.batch.turns().count));
  }

  void commit() {
    store_.commit();
    uncommitted_ = 0;
    committed_ = Clock::now();
  }

  Store& store_;
  Sharing& sharing_;
  base::Progress& progress_;
  const Ranks& ranks_;
  std::int64_t count_ = 0;
  std::int64_t uncommitted_ = 0;
  Clock::time_point committed_ = Clock::now();
};

// Any other rank: asks for pieces ahead of its threads, and sends what they answer.
class Helper {
 public:
  explicit Helper(const Ranks& ranks) : ranks_(ranks) {}

  std::optional<Turns> take() { return turns_.take(); }
  void close() { turns_.close(); }

  void run(Pool& pool, int threads, const std::atomic<int>& stop) {
    for (int i = 0; i <= threads; ++i) ask();
    while (waiting_ > 0 || !pool.is_over() || !pool.answers().is_empty()) {
      while (auto message = ranks_.receive()) hear(turns_of(message->bytes));
      if (pool.is_over()) pool.rethrow();
      if (stop != 0 || pool.has_failed() || (is_end_ && waiting_ == 0)) turns_.close();
      const auto answered = pool.answers().take_within(kMoment);
      if (answered) {
        ranks_.send(0, kAnswers, bytes_of(*answered));
        if (!is_end_ && stop == 0) ask();
      } else if (pool.is_over()) {
        std::this_thread::sleep_for(kMoment);
      }
    }
    pool.rethrow();
    ranks_.send(0, kBye);
  }

 private:
  void ask() {
    ranks_.send(0, kAsk);
    ++waiting_;
  }

  void hear(const Turns& turns) {
    --waiting_;
    if (turns.count == 0) {
      is_end_ = true;
    } else {
      turns_.push(turns);
    }
  }

  const Ranks& ranks_;
  Queue<Turns> turns_;
  int waiting_ = 0;  // for pieces
  bool is_end_ = false;
};

void help(const Sweep& sweep, const ask::Question& question, const Options& options,
          const Ranks& ranks, const std::atomic<int>& stop) {
  Helper helper(ranks);
  const int threads = base::ThreadTeam(options.threads).size();
  Pool pool(
      question, sweep.design, options.threads, [&] { return helper.take(); }, stop);
  try {
    helper.run(pool, threads, stop);
  } catch (...) {
    helper.close();  // the pool ends with the piece at hand
    throw;
  }
}

Done keep(const Sweep& sweep, const ask::Question& question, const std::string& identity,
          const Options& options, const Ranks& ranks, const std::atomic<int>& stop) {
  const auto header = header_of(sweep, question, identity, options.version);
  Store store(options.file, sweep.design, header, options.fresh);
  const int threads = base::ThreadTeam(options.threads).size();
  Sharing sharing(sweep.design, store.done(), threads * ranks.size());
  Done done;
  done.before = sweep.design.cases() - sharing.left();
  {
    base::Progress progress("cases", static_cast<std::size_t>(sharing.left()), options.progress);
    Pool pool(
        question, sweep.design, options.threads, [&] { return sharing.next(); }, stop);
    try {
      done.now = Keeper(store, sharing, progress, ranks).run(pool, stop);
    } catch (...) {
      sharing.stop();  // the pool ends with the piece at hand
      throw;
    }
  }
  done.is_whole = done.before + done.now == sweep.design.cases();
  if (done.is_whole) store.finish();
  return done;
}

// Whether there is anything to do; the first rank knows. Throws on that one.
bool is_there(const Options& options, const std::string& identity) {
  if (options.fresh) return false;
  const auto found = found_at(options.file, identity);
  if (found == Found::kOther) {
    throw std::runtime_error(
        options.file.string() +
        " is there and holds another question, or is no sweep; name another file with -o, or "
        "--fresh to replace it");
  }
  // A kill may have come between the last two steps.
  if (found == Found::kSame) remove_part(options.file);
  return found == Found::kSame;
}

}  // namespace

Done run(const Sweep& sweep, const ask::Question& question, const std::string& identity,
         const Options& options, const Ranks& ranks) {
  static const std::atomic<int> kNever = 0;
  const auto& stop = options.stop != nullptr ? *options.stop : kNever;
  bool is_done = false;
  if (ranks.is_first()) is_done = is_there(options, identity);
  is_done = ranks.gather(is_done ? "done" : "").front() == "done";
  if (is_done) return {true, sweep.design.cases(), 0};
  if (ranks.is_first()) {
    try {
      return keep(sweep, question, identity, options, ranks, stop);
    } catch (const DatabaseError& error) {
      if (!std::filesystem::exists(part_of(options.file))) throw;
      throw std::runtime_error(
          std::string(error.what()) +
          "; what was computed before stays, and the same command goes on there");
    }
  }
  help(sweep, question, options, ranks, stop);
  return {};
}

}  // namespace weft::sweep
