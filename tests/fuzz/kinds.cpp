// A file of any kind (chip, cluster, study, claim, ...), read as `weft check` reads it. Names in it
// are those of the documents that ship.
#include <atomic>
#include <fstream>

#include "check_file.h"
#include "target.h"

namespace {

using namespace weft;
namespace fs = std::filesystem;

// A catalog keeps what it read; a new one now and then lets go of it.
constexpr int kFilesOfACatalog = 1000;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "weft_fuzz_XXXXXX").string();
    fuzz::require(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Folder folder;
  static int count = 0;
  static auto catalog = base::Catalog({WEFT_CONFIGS});
  if (++count % kFilesOfACatalog == 0) catalog = base::Catalog({WEFT_CONFIGS});
  const auto file = folder.path() / ("fuzz" + std::to_string(count) + ".yaml");
  std::ofstream(file, std::ios::binary) << fuzz::text_of(bytes, size);
  fuzz::reads([&] { fuzz::require(!cli::check_file(file, catalog).empty()); });
  fs::remove(file);
  return 0;
}
