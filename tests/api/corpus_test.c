/* SPDX-License-Identifier: Apache-2.0
 * Every bundle of the corpus (tests/apple/corpus/make.py) is refused, for the reason that its index
 * states. What can be opened is refused by the devices that the index names, and others load it.
 *
 *   corpus_test DEVICE CORPUS "load on cpu"|"load on iOS" */
#include "expect.h"

static const char* corpus;

/* Cuts the line at its next tab or end, and goes beyond. */
static char* next_word(char** line) {
  char* word = *line;
  char* end = word + strcspn(word, "\t\n");
  if (*end != '\0') *end++ = '\0';
  *line = end;
  return word;
}

static void refuse_to_open(const char* name, const char* reason) {
  char path[4096];
  tin_package* package = NULL;
  snprintf(path, sizeof path, "%s/%s", corpus, name);
  const tin_status status = tin_package_open(path, &package);
  const int refused = (status == TIN_INVALID || status == TIN_WORLD) && package == NULL;
  if (refused && strstr(tin_last_error(), reason) != NULL) return;
  printf("%s: expected to be refused with: %s\n", name, reason);
  printf("    status %d, message: %s\n", (int)status, tin_last_error());
  ++failures;
  tin_package_close(package);
}

static void load(tin_device* device, const char* name, const char* reason, int is_refused) {
  char path[4096];
  tin_package* package = NULL;
  tin_module* module = NULL;
  snprintf(path, sizeof path, "%s/%s", corpus, name);
  OK(tin_package_open(path, &package));
  if (package == NULL) return;
  if (is_refused) {
    FAILS(tin_module_load(device, package, &module), TIN_INVALID, reason);
    EXPECT(module == NULL);
  } else {
    OK(tin_module_load(device, package, &module));
  }
  tin_module_close(module);
  tin_package_close(package);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  corpus = argv[2];
  tin_device* device = NULL;
  OK(tin_device_open(argv[1], NULL, &device));
  if (device == NULL) return 1;
  char path[4096], text[1024];
  snprintf(path, sizeof path, "%s/index.tsv", corpus);
  FILE* index = fopen(path, "r");
  if (index == NULL) return 1;
  int cases = 0;
  for (; fgets(text, sizeof text, index) != NULL; ++cases) {
    char* line = text;
    const char* name = next_word(&line);
    const char* when = next_word(&line);
    const char* reason = next_word(&line);
    if (strcmp(when, "open") == 0) {
      refuse_to_open(name, reason);
    } else {
      load(device, name, reason, strcmp(when, argv[3]) == 0);
    }
  }
  fclose(index);
  tin_device_close(device);
  EXPECT(cases > 50);
  printf("%d bundles, %d failures\n", cases, failures);
  return failures == 0 ? 0 : 1;
}
