// SPDX-License-Identifier: Apache-2.0
//
// A document (Turtle, RDF/XML or JSON-LD as the first byte says) and, behind a byte 0, a SPARQL query or update on it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "semantics/query.hpp"
#include "semantics/rdf_reader.hpp"
#include "semantics/rdf_writer.hpp"

using namespace edgecse::semantics;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Format format = input[0] == 'x' ? Format::RdfXml : input[0] == 'j' ? Format::JsonLd : Format::Turtle;
  const std::size_t end = std::min(input.find('\0', 1), input.size());
  const auto graph = read(input.substr(1, end - 1), format);
  if (graph)
    for (const Format other : {Format::Turtle, Format::RdfXml, Format::JsonLd})
      if (const auto text = write(*graph, other)) static_cast<void>(read(*text, other));
  const Graph asked = graph ? *graph : Graph{};
  const std::string_view request = input.substr(std::min(end + 1, input.size()));
  const Limits limits{.steps = 5'000, .rows = 50, .held_cells = 5'000, .text_bytes = 10'000};
  if (const auto query = parse_query(request)) {
    if (const auto answer = run(**query, asked, limits)) {
      if (answer->rows.size() > limits.rows) std::abort();
      static_cast<void>(to_json(*answer));
    }
  }
  if (const auto update = parse_update(request))
    if (const auto after = apply(**update, asked, limits))
      if (after->size() > Graph::kMostTriples) std::abort();
  return 0;
}
