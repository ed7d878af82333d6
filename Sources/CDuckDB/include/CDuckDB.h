// The part of DuckDB's C API that Sources/DuckDB calls, declared in our own words from its
// public documentation. Nothing is linked: every function is looked up at run time in a library
// that was loaded with dlopen, so a build needs no DuckDB and no flags.
//
// To call one more function, add one line to CDUCKDB_FUNCTIONS. The loader then demands it, and
// DuckDBTests proves that the pinned library has it.

#ifndef CDUCKDB_H
#define CDUCKDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- Values as they lie in memory -----------------------------------------------------------

/// What a call that can fail returns.
typedef uint32_t cduckdb_state;
enum { CDUCKDB_OK = 0, CDUCKDB_FAILED = 1 };

/// 128 bits in two halves: the value is `upper * 2^64 + lower`.
typedef struct { uint64_t lower; int64_t upper; } cduckdb_hugeint;
typedef struct { uint64_t lower; uint64_t upper; } cduckdb_uhugeint;

/// Days since 1970-01-01.
typedef struct { int32_t days; } cduckdb_date;
/// Microseconds since 1970-01-01T00:00:00Z.
typedef struct { int64_t microseconds; } cduckdb_timestamp;
typedef struct { int32_t months; int32_t days; int64_t microseconds; } cduckdb_interval;

/// Where the elements of one list lie in its child vector.
typedef struct { uint64_t offset; uint64_t length; } cduckdb_list_entry;

/// A VARCHAR, BLOB or BIT inside a vector. Up to 12 bytes lie in `inlined`; a longer value has
/// its first four bytes there and the address of all of them eight bytes into the struct.
typedef struct { uint32_t length; char inlined[12]; } cduckdb_string;

/// Filled by a query, given back with `destroy_result`. Only the last member is in use; the
/// first five keep the size that older versions gave it.
typedef struct { uint64_t unused[5]; void *internal; } cduckdb_result;

// --- Handles --------------------------------------------------------------------------------

typedef struct cduckdb_database_ *cduckdb_database;
typedef struct cduckdb_connection_ *cduckdb_connection;
typedef struct cduckdb_config_ *cduckdb_config;
typedef struct cduckdb_prepared_ *cduckdb_prepared;
typedef struct cduckdb_extracted_ *cduckdb_extracted;
typedef struct cduckdb_appender_ *cduckdb_appender;
typedef struct cduckdb_chunk_ *cduckdb_chunk;
typedef struct cduckdb_vector_ *cduckdb_vector;
typedef struct cduckdb_type_ *cduckdb_type;
typedef struct cduckdb_value_ *cduckdb_value;
typedef struct cduckdb_error_ *cduckdb_error;

// --- Functions ------------------------------------------------------------------------------
// F(result, name, (parameters)); the exported symbol is `duckdb_` and the name.
// Counts and column indices are 0-based uint64_t, except those of statement parameters, which
// begin at 1. Text is UTF-8. What a function returns as `char *` is ours to free with `free`;
// what it returns as `const char *` is DuckDB's.

#define CDUCKDB_FUNCTIONS(F) \
    F(const char *, library_version, (void)) \
    F(void, free, (void *memory)) \
    \
    F(cduckdb_state, create_config, (cduckdb_config *out)) \
    F(cduckdb_state, set_config, (cduckdb_config config, const char *name, const char *value)) \
    F(void, destroy_config, (cduckdb_config *config)) \
    F(cduckdb_state, open_ext, (const char *path, cduckdb_database *out, cduckdb_config config, char **out_error)) \
    F(void, close, (cduckdb_database *database)) \
    F(cduckdb_state, connect, (cduckdb_database database, cduckdb_connection *out)) \
    F(void, disconnect, (cduckdb_connection *connection)) \
    F(void, interrupt, (cduckdb_connection connection)) \
    \
    F(cduckdb_state, query, (cduckdb_connection connection, const char *sql, cduckdb_result *out)) \
    F(const char *, result_error, (cduckdb_result *result)) \
    F(uint32_t, result_error_type, (cduckdb_result *result)) \
    F(void, destroy_result, (cduckdb_result *result)) \
    F(uint64_t, rows_changed, (cduckdb_result *result)) \
    F(uint64_t, column_count, (cduckdb_result *result)) \
    F(const char *, column_name, (cduckdb_result *result, uint64_t column)) \
    F(cduckdb_type, column_logical_type, (cduckdb_result *result, uint64_t column)) \
    F(cduckdb_chunk, fetch_chunk, (cduckdb_result result)) \
    \
    F(uint64_t, extract_statements, (cduckdb_connection connection, const char *sql, cduckdb_extracted *out)) \
    F(const char *, extract_statements_error, (cduckdb_extracted statements)) \
    F(void, destroy_extracted, (cduckdb_extracted *statements)) \
    \
    F(cduckdb_state, prepare, (cduckdb_connection connection, const char *sql, cduckdb_prepared *out)) \
    F(const char *, prepare_error, (cduckdb_prepared statement)) \
    F(void, destroy_prepare, (cduckdb_prepared *statement)) \
    F(uint64_t, nparams, (cduckdb_prepared statement)) \
    F(uint32_t, param_type, (cduckdb_prepared statement, uint64_t index)) \
    F(uint32_t, prepared_statement_type, (cduckdb_prepared statement)) \
    F(cduckdb_state, execute_prepared, (cduckdb_prepared statement, cduckdb_result *out)) \
    F(cduckdb_state, execute_prepared_streaming, (cduckdb_prepared statement, cduckdb_result *out)) \
    F(cduckdb_state, clear_bindings, (cduckdb_prepared statement)) \
    F(cduckdb_state, bind_boolean, (cduckdb_prepared statement, uint64_t index, bool value)) \
    F(cduckdb_state, bind_int8, (cduckdb_prepared statement, uint64_t index, int8_t value)) \
    F(cduckdb_state, bind_int16, (cduckdb_prepared statement, uint64_t index, int16_t value)) \
    F(cduckdb_state, bind_uint8, (cduckdb_prepared statement, uint64_t index, uint8_t value)) \
    F(cduckdb_state, bind_uint16, (cduckdb_prepared statement, uint64_t index, uint16_t value)) \
    F(cduckdb_state, bind_uint32, (cduckdb_prepared statement, uint64_t index, uint32_t value)) \
    F(cduckdb_state, bind_uint64, (cduckdb_prepared statement, uint64_t index, uint64_t value)) \
    F(cduckdb_state, bind_int32, (cduckdb_prepared statement, uint64_t index, int32_t value)) \
    F(cduckdb_state, bind_int64, (cduckdb_prepared statement, uint64_t index, int64_t value)) \
    F(cduckdb_state, bind_float, (cduckdb_prepared statement, uint64_t index, float value)) \
    F(cduckdb_state, bind_double, (cduckdb_prepared statement, uint64_t index, double value)) \
    F(cduckdb_state, bind_date, (cduckdb_prepared statement, uint64_t index, cduckdb_date value)) \
    F(cduckdb_state, bind_timestamp, (cduckdb_prepared statement, uint64_t index, cduckdb_timestamp value)) \
    F(cduckdb_state, bind_timestamp_tz, (cduckdb_prepared statement, uint64_t index, cduckdb_timestamp value)) \
    F(cduckdb_state, bind_varchar_length, \
      (cduckdb_prepared statement, uint64_t index, const char *bytes, uint64_t length)) \
    F(cduckdb_state, bind_value, (cduckdb_prepared statement, uint64_t index, cduckdb_value value)) \
    F(cduckdb_state, bind_null, (cduckdb_prepared statement, uint64_t index)) \
    \
    F(cduckdb_value, create_uuid, (cduckdb_uhugeint value)) \
    F(cduckdb_value, create_varchar_length, (const char *bytes, uint64_t length)) \
    F(cduckdb_value, create_list_value, (cduckdb_type element, cduckdb_value *values, uint64_t count)) \
    F(void, destroy_value, (cduckdb_value *value)) \
    \
    F(cduckdb_state, appender_create_ext, \
      (cduckdb_connection connection, const char *catalog, const char *schema, const char *table, \
       cduckdb_appender *out)) \
    F(cduckdb_state, appender_add_column, (cduckdb_appender appender, const char *name)) \
    F(uint64_t, appender_column_count, (cduckdb_appender appender)) \
    F(cduckdb_state, appender_end_row, (cduckdb_appender appender)) \
    F(cduckdb_state, appender_flush, (cduckdb_appender appender)) \
    F(cduckdb_state, appender_close, (cduckdb_appender appender)) \
    F(cduckdb_state, appender_clear, (cduckdb_appender appender)) \
    F(cduckdb_state, appender_destroy, (cduckdb_appender *appender)) \
    F(cduckdb_error, appender_error_data, (cduckdb_appender appender)) \
    F(cduckdb_state, append_default, (cduckdb_appender appender)) \
    F(cduckdb_state, append_null, (cduckdb_appender appender)) \
    F(cduckdb_state, append_bool, (cduckdb_appender appender, bool value)) \
    F(cduckdb_state, append_int32, (cduckdb_appender appender, int32_t value)) \
    F(cduckdb_state, append_int64, (cduckdb_appender appender, int64_t value)) \
    F(cduckdb_state, append_float, (cduckdb_appender appender, float value)) \
    F(cduckdb_state, append_double, (cduckdb_appender appender, double value)) \
    F(cduckdb_state, append_date, (cduckdb_appender appender, cduckdb_date value)) \
    F(cduckdb_state, append_timestamp, (cduckdb_appender appender, cduckdb_timestamp value)) \
    F(cduckdb_state, append_varchar_length, (cduckdb_appender appender, const char *bytes, uint64_t length)) \
    F(cduckdb_state, append_value, (cduckdb_appender appender, cduckdb_value value)) \
    \
    F(uint32_t, error_data_error_type, (cduckdb_error error)) \
    F(const char *, error_data_message, (cduckdb_error error)) \
    F(void, destroy_error_data, (cduckdb_error *error)) \
    \
    F(uint64_t, data_chunk_get_size, (cduckdb_chunk chunk)) \
    F(cduckdb_vector, data_chunk_get_vector, (cduckdb_chunk chunk, uint64_t column)) \
    F(void, destroy_data_chunk, (cduckdb_chunk *chunk)) \
    F(void *, vector_get_data, (cduckdb_vector vector)) \
    F(uint64_t *, vector_get_validity, (cduckdb_vector vector)) \
    F(cduckdb_vector, list_vector_get_child, (cduckdb_vector vector)) \
    F(cduckdb_vector, array_vector_get_child, (cduckdb_vector vector)) \
    F(cduckdb_vector, struct_vector_get_child, (cduckdb_vector vector, uint64_t index)) \
    \
    F(cduckdb_type, create_logical_type, (uint32_t type)) \
    F(uint32_t, get_type_id, (cduckdb_type type)) \
    F(char *, logical_type_get_alias, (cduckdb_type type)) \
    F(uint8_t, decimal_width, (cduckdb_type type)) \
    F(uint8_t, decimal_scale, (cduckdb_type type)) \
    F(uint32_t, enum_dictionary_size, (cduckdb_type type)) \
    F(char *, enum_dictionary_value, (cduckdb_type type, uint64_t index)) \
    F(cduckdb_type, list_type_child_type, (cduckdb_type type)) \
    F(cduckdb_type, array_type_child_type, (cduckdb_type type)) \
    F(uint64_t, array_type_array_size, (cduckdb_type type)) \
    F(cduckdb_type, map_type_key_type, (cduckdb_type type)) \
    F(cduckdb_type, map_type_value_type, (cduckdb_type type)) \
    F(uint64_t, struct_type_child_count, (cduckdb_type type)) \
    F(char *, struct_type_child_name, (cduckdb_type type, uint64_t index)) \
    F(cduckdb_type, struct_type_child_type, (cduckdb_type type, uint64_t index)) \
    F(uint64_t, union_type_member_count, (cduckdb_type type)) \
    F(char *, union_type_member_name, (cduckdb_type type, uint64_t index)) \
    F(cduckdb_type, union_type_member_type, (cduckdb_type type, uint64_t index)) \
    F(void, destroy_logical_type, (cduckdb_type *type))

/// One pointer per function above.
typedef struct {
#define CDUCKDB_MEMBER(result, name, parameters) result (*name) parameters;
    CDUCKDB_FUNCTIONS(CDUCKDB_MEMBER)
#undef CDUCKDB_MEMBER
} cduckdb_functions;

/// How many functions the table has.
size_t cduckdb_function_count(void);

/// The exported symbol of the function at `index`, or NULL past the last one.
const char *cduckdb_symbol(size_t index);

/// Looks every function up in a library that dlopen returned. Returns how many were not found;
/// the places of those stay NULL.
size_t cduckdb_resolve(void *library, cduckdb_functions *out);

/// Whether the function at `index` was found.
bool cduckdb_is_resolved(const cduckdb_functions *functions, size_t index);

/// Gives the calling thread a name of at most 15 bytes. Here, since Swift does not see the
/// function of Linux, which is an extension of GNU's.
void cduckdb_name_thread(const char *name);

#endif
