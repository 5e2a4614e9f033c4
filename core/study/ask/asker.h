// What a kind of question brings: its figures and how they come about. Internal to the room.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weft/ask/question.h"
#include "weft/compare/answer.h"
#include "weft/size/answer.h"

namespace weft::ask {

// On one thread.
class Talk {
 public:
  virtual ~Talk() = default;
  // `point` is what the document and catalog have laid over them, beside draws that are in
  // `reading`.
  virtual std::vector<Row> ask(const Changed& asked, base::Reading& reading,
                               const Point& point) = 0;
};

class Asker {
 public:
  virtual ~Asker() = default;
  [[nodiscard]] virtual const std::vector<Column>& columns() const = 0;
  // As the document stands; what is kept for other points is kept from here. Throws
  // base::InputError.
  virtual std::vector<Row> begin(const Changed& asked, base::Reading& reading,
                                 const base::ThreadTeam& team) = 0;
  // Reads and answers nothing. Throws base::InputError; kinds that cannot say do nothing.
  virtual void read(const Changed& /*asked*/, base::Reading& /*reading*/) const {}
  [[nodiscard]] virtual std::unique_ptr<Talk> talk() const = 0;
};

// Of kind `study`: figures of `weft run`.
std::unique_ptr<Asker> make_run(const Settings& settings);
// Of kind `scaling`: rows are its points. Depth makes no difference.
std::unique_ptr<Asker> make_scaling(const Settings& settings);
// Of kind `compare`: rows are builds on each footing. Sizes and plans are always kept.
std::unique_ptr<Asker> make_compare(const Settings& settings);
std::unique_ptr<Asker> make_compare(const Settings& settings,
                                    std::shared_ptr<const compare::Answer> found);
// Of kind `supply`, a study of `weft supply`: rows are years.
std::unique_ptr<Asker> make_supply(const Settings& settings);
// Of kind `cost`, a study of `weft cost`: rows are its labs on each kind of machine.
std::unique_ptr<Asker> make_cost(const Settings& settings);
// Of kind `size`: rows are aims of each offer. With plans kept sizes are kept, too. `found`: its
// answer, where it is known.
std::unique_ptr<Asker> make_size(const Settings& settings);
std::unique_ptr<Asker> make_size(const Settings& settings,
                                 std::shared_ptr<const size::Answer> found);
// Of kind `weeks`, a study of `weft campaign`: rows are variants on each cluster.
std::unique_ptr<Asker> make_weeks(const Settings& settings);
// Of kind `power`, a study of `weft power`: rows are clusters.
std::unique_ptr<Asker> make_power(const Settings& settings);
// Of kind `yield`, a chip of `weft yield`: rows are the whole chip and its bins.
std::unique_ptr<Asker> make_yield(const Settings& settings);
// Of kind `collective`: rows are sizes.
std::unique_ptr<Asker> make_collective(const Settings& settings);
// Of kind `several`: whole questions in a list, `of`.
std::unique_ptr<Asker> make_several(const Settings& settings);
// By kind_of(). Throws base::InputError.
std::unique_ptr<Asker> asker_of(const base::Document& document, const Settings& settings);

// The chosen ones of `all`, by name; all when none is chosen. Throws std::invalid_argument.
std::vector<std::size_t> chosen(const std::vector<Column>& all,
                                const std::vector<std::string>& names);

}  // namespace weft::ask
