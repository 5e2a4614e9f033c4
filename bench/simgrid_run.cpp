#include "simgrid_run.h"

#ifdef WEFT_HAS_SIMGRID
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <simgrid/s4u.hpp>
#include <stdexcept>
#include <string>

namespace weft::bench {
namespace {

namespace sg4 = simgrid::s4u;

void send(const Messages& messages, const std::vector<sg4::Host*>& hosts, double* finish) {
  const std::int32_t total = messages.routes.size();
  const std::int32_t together = messages.barriers ? messages.hosts : total;
  for (std::int32_t first = 0; first < total; first += together) {
    std::vector<sg4::CommPtr> open;
    for (std::int32_t i = first; i < first + together; ++i) {
      const std::int32_t from = i % messages.hosts;
      const std::int32_t to = (from + i / messages.hosts + 1) % messages.hosts;
      open.push_back(sg4::Comm::sendto_async(hosts[from], hosts[to],
                                             static_cast<std::uint64_t>(messages.bytes)));
    }
    for (const auto& comm : open) comm->wait();
    for (std::int32_t i = first; i < first + together; ++i) {
      finish[i] = open[i - first]->get_finish_time();
    }
  }
}

std::vector<sg4::Host*> build(const Messages& messages) {
  auto* zone = sg4::create_full_zone("fabric");
  std::vector<sg4::Link*> links;
  for (std::size_t link = 0; link < messages.capacity.size(); ++link) {
    links.push_back(
        zone->create_link(std::to_string(link), messages.capacity[link])->set_latency(0.0)->seal());
  }
  std::vector<sg4::Host*> hosts;
  for (std::int32_t host = 0; host < messages.hosts; ++host) {
    hosts.push_back(zone->create_host("h" + std::to_string(host), 1e9)->seal());
  }
  for (flow::RouteId route = 0; route < messages.routes.size(); ++route) {
    const std::int32_t from = route % messages.hosts;
    const std::int32_t to = (from + route / messages.hosts + 1) % messages.hosts;
    std::vector<sg4::LinkInRoute> path;
    for (const auto link : messages.routes.links(route)) path.emplace_back(links[link]);
    zone->add_route(hosts[from]->get_netpoint(), hosts[to]->get_netpoint(), nullptr, nullptr, path,
                    false);
  }
  zone->seal();
  return hosts;
}

double cpu_now() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void run(const Messages& messages, SimgridRun& out) {
  std::vector<std::string> words{"bench",
                                 "--cfg=network/model:CM02",
                                 "--cfg=network/bandwidth-factor:1",
                                 "--cfg=network/latency-factor:1",
                                 "--cfg=network/weight-S:0",
                                 "--cfg=network/TCP-gamma:0",
                                 "--cfg=network/crosstraffic:0",
                                 "--log=root.thresh:error"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  auto count = static_cast<int>(arguments.size());
  sg4::Engine engine(&count, arguments.data());
  const auto hosts = build(messages);
  sg4::Actor::create("sender", hosts[0], [&] { send(messages, hosts, out.finish.data()); });
  const double start = cpu_now();
  engine.run();
  out.seconds = cpu_now() - start;
}

void write_all(int to, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const auto written = write(to, bytes, size);
    if (written <= 0) _exit(1);
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
}

bool read_all(int from, void* data, std::size_t size) {
  auto* bytes = static_cast<char*>(data);
  while (size > 0) {
    const auto got = read(from, bytes, size);
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

SimgridRun run_simgrid(const Messages& messages) {
  SimgridRun out;
  out.finish.resize(static_cast<std::size_t>(messages.routes.size()));
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run(messages, out);
    write_all(ends[1], &out.seconds, sizeof out.seconds);
    write_all(ends[1], out.finish.data(), out.finish.size() * sizeof(double));
    _exit(0);
  }
  close(ends[1]);
  const bool is_read = child > 0 && read_all(ends[0], &out.seconds, sizeof out.seconds) &&
                       read_all(ends[0], out.finish.data(), out.finish.size() * sizeof(double));
  close(ends[0]);
  if (child > 0) waitpid(child, nullptr, 0);
  if (!is_read) throw std::runtime_error("SimGrid did not finish");
  return out;
}

}  // namespace weft::bench
#endif
