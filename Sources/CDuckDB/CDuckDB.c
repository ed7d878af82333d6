// For pthread_setname_np.
#define _GNU_SOURCE

#include "CDuckDB.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

// The table is read as an array of pointers below, in the order of this list.
static const char *const symbols[] = {
#define CDUCKDB_SYMBOL(result, name, parameters) "duckdb_" #name,
    CDUCKDB_FUNCTIONS(CDUCKDB_SYMBOL)
#undef CDUCKDB_SYMBOL
};

enum { COUNT = sizeof symbols / sizeof *symbols };

_Static_assert(sizeof(cduckdb_functions) == COUNT * sizeof(void *), "one pointer per function, nothing between");
_Static_assert(sizeof(cduckdb_result) == 48, "DuckDB copies a result of this size");
_Static_assert(sizeof(cduckdb_string) == 16, "the stride of a vector of strings");

size_t cduckdb_function_count(void) { return COUNT; }

const char *cduckdb_symbol(size_t index) { return index < COUNT ? symbols[index] : NULL; }

size_t cduckdb_resolve(void *library, cduckdb_functions *out) {
    size_t missing = 0;
    for (size_t i = 0; i < COUNT; i++) {
        void *address = dlsym(library, symbols[i]);
        // memcpy, because C does not let a data pointer be cast to a function pointer.
        memcpy((char *)out + i * sizeof address, &address, sizeof address);
        if (address == NULL) missing++;
    }
    return missing;
}

bool cduckdb_is_resolved(const cduckdb_functions *functions, size_t index) {
    void *address = NULL;
    if (index < COUNT) memcpy(&address, (const char *)functions + index * sizeof address, sizeof address);
    return address != NULL;
}

void cduckdb_name_thread(const char *name) {
#ifdef __APPLE__
    pthread_setname_np(name);
#else
    pthread_setname_np(pthread_self(), name);
#endif
}
