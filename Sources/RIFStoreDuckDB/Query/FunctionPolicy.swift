/// Which functions a user's query may call. Every function of the pinned database is in one of these lists, which a test
/// compares with the database itself; what is in none of them is refused.
enum FunctionPolicy {
    enum Verdict: Equatable {
        case allowed
        /// Allowed where its arguments keep the result small: see `StatementCheck`.
        case limited
        case refused
        /// Nobody has looked at it.
        case unknown
    }

    static func verdict(_ name: String) -> Verdict {
        let name = name.lowercased()
        if limited.contains(name) || growing[name] != nil || containers.contains(name) { return .limited }
        if allowed.contains(name) { return .allowed }
        if refused.contains(name) || refusedPrefixes.contains(where: { name.hasPrefix($0) }) { return .refused }
        return .unknown
    }

    /// What may stand behind FROM with arguments.
    static let tableFunctions = words(
        """
        duckdb_columns duckdb_constraints duckdb_dependencies duckdb_functions duckdb_indexes duckdb_keywords
        duckdb_memory duckdb_optimizers duckdb_schemas duckdb_sequences duckdb_tables duckdb_types duckdb_views
        generate_series icu_calendar_names json_each json_tree pg_timezone_names pragma_collations pragma_version range
        unnest
        """)

    /// Views of the database's own that show no path, no setting and nobody's statements.
    static let catalogueViews = words(
        """
        character_sets check_constraints columns constraint_column_usage constraint_table_usage key_column_usage
        referential_constraints schemata table_constraints tables views
        duckdb_columns duckdb_constraints duckdb_indexes duckdb_schemas duckdb_tables duckdb_types duckdb_views
        sqlite_master sqlite_schema sqlite_temp_master sqlite_temp_schema
        pg_am pg_attrdef pg_attribute pg_class pg_collation pg_constraint pg_description pg_enum pg_index pg_indexes
        pg_namespace pg_tables pg_type pg_views
        """)

    /// Types that a value may be cast to. Not VARIANT and GEOMETRY: a cast of deeply nested JSON to VARIANT overruns the
    /// stack and ends the process (tried).
    static let types = words(
        """
        array bigint binary bit bitstring blob bool boolean bpchar bytea char character date datetime dec decimal double
        enum float float4 float8 guid hugeint int int1 int128 int16 int2 int32 int4 int64 int8 integer integral interval
        json list logical long map numeric nvarchar oid real row short signed smallint string struct text time time_ns
        timestamp timestamp_ms timestamp_ns timestamp_s timestamp_us timestamptz timetz tinyint ubigint uhugeint uint128
        uint16 uint32 uint64 uint8 uinteger union usmallint utinyint uuid varbinary varchar
        """
    ).union(["timestamp with time zone", "time with time zone", "double precision", "null"])

    /// Their results grow with what they are given, or with a number.
    static let limited = words(
        """
        || apply approx_top_k arg_max arg_max_null arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax argmin
        array_apply array_filter array_resize array_to_string array_transform concat concat_ws filter format
        generate_series list_apply list_filter list_resize list_string_agg list_transform lpad lttb max max_by min min_by
        printf range regexp_replace repeat replace rpad
        """)

    /// How many times as long as its argument a text can become.
    static let growing = [
        "hex": 2, "to_hex": 2, "bin": 8, "to_binary": 8, "url_encode": 3, "base64": 2, "to_base64": 2, "json_quote": 6,
        "to_json": 6,
    ]

    /// They put their arguments together, for others to write out.
    static let containers = words(
        """
        array_cat array_concat array_value json_array json_object list_cat list_concat list_pack list_value row struct_pack
        """)

    private static let refusedPrefixes = ["__", "collate_", "icu_collate_", "st_", "variant_", "has_", "pg_"]

    private static let refused = Set(
        [
            // They say something about the system, its settings, or other people's statements.
            words(
                """
                current_connection_id current_query_id current_setting current_transaction_id get_block_size getenv
                getvariable in_search_path inet_client_addr inet_client_port inet_server_addr inet_server_port
                parse_duckdb_log_message stats txid_current vector_type
                """),
            // They change something, or wait.
            words(
                """
                currval error nextval pg_sleep setseed setval sleep_ms write_log assert_true
                """),
            // They cannot be interrupted and may take hours over long texts.
            words(
                """
                damerau_levenshtein editdist3 jaro_similarity jaro_winkler_similarity levenshtein list_reduce
                array_reduce reduce
                """),
            // They take memory beyond every limit, or overrun the stack (json_contains, over deeply nested JSON).
            words(
                """
                bitstring bitstring_agg equi_width_bins json_contains json_pretty reservoir_quantile
                """),
            // They run statements, or parse them.
            words(
                """
                json_deserialize_sql json_serialize_plan json_serialize_sql
                """),
            // The database's own; nobody calls them.
            words(
                """
                bitstring_byte_comparable can_cast_implicitly cast_to_type col_description combine combine_aggr
                constant_or_null create_sort_key finalize format_pg_type format_type generate_subscripts get_type
                hive_partition_component icu_sort_key index_key invoke json_copy_strftime_if_date
                json_copy_strftime_if_timestamp make_type map_to_pg_oid obj_description regexp_split_to_table
                remap_struct replace_type shobj_description switch timetz_byte_comparable to_aggregate_state
                unpivot_list vertex_extract
                """),
        ].joined())

    private static let allowed = words(
        """
        != !__postfix !~~ !~~* % & && * ** + - ->> / // < <-> << <= <=> <@ = > >= >> @ @> ^ ^@ | ~ ~~ ~~* ~~~
        abs acos acosh add age aggregate ago alias any_value approx_count_distinct approx_quantile arbitrary
        array_agg array_aggr array_aggregate array_append array_cat array_concat array_contains
        array_cosine_distance array_cosine_similarity array_cross_product array_distance array_distinct
        array_dot_product array_extract array_grade_up array_has array_has_all array_has_any array_indexof
        array_inner_product array_intersect array_length array_negative_dot_product array_negative_inner_product
        array_pop_back array_pop_front array_position array_prepend array_push_back array_push_front array_reverse
        array_reverse_sort array_select array_slice array_sort array_to_json array_to_string_comma_default
        array_unique array_value array_where array_zip ascii asin asinh atan atan2 atanh avg bar base64 bin binom
        bit_and bit_count bit_length bit_or bit_position bit_xor bool_and bool_or cardinality cbrt ceil ceiling
        century char_length character_length chr contains corr cos cosh cot count count_if count_star countif
        covar_pop covar_samp cume_dist current_catalog current_database current_date current_localtime
        current_localtimestamp current_query current_role current_schema current_schemas current_user date_add
        date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek
        dayofyear days_in_month decade decimal_average decimal_division decode degrees dense_rank divide element_at
        encode ends_with entropy enum_code enum_first enum_last enum_range enum_range_boundary epoch epoch_ms
        epoch_ns epoch_us era even exp factorial favg fdiv fill first first_value flatten floor fmod
        formatreadabledecimalsize formatreadablesize format_bytes from_base64 from_binary from_hex from_json
        from_json_strict fsum gamma gcd gen_random_uuid geomean geometric_mean get_bit get_current_time
        get_current_timestamp grade_up greatest greatest_common_divisor group_concat hamming hash hex histogram
        histogram_exact hour if ilike_escape in_search_path instr is_histogram_other_bin isfinite isinf isnan isodow
        isoyear jaccard json json_array json_array_length json_deep_merge json_exists json_extract json_extract_path
        json_extract_path_text json_extract_string json_group_array json_group_object json_group_structure
        json_insert json_keys json_merge_patch json_merge_patch_diff json_normalize json_object json_quote
        json_remove json_replace json_set json_strip_nulls json_structure json_transform json_transform_strict
        json_type json_valid json_value julian kahan_sum kurtosis kurtosis_pop lag last last_day last_value lcase
        lcm lead least least_common_multiple left left_grapheme len length length_grapheme lgamma like_escape list
        list_aggr list_aggregate list_any_value list_append list_approx_count_distinct list_avg list_bit_and
        list_bit_or list_bit_xor list_bool_and list_bool_or list_cat list_concat list_contains list_cosine_distance
        list_cosine_similarity list_count list_distance list_distinct list_dot_product list_element list_entropy
        list_extract list_first list_grade_up list_has list_has_all list_has_any list_histogram list_indexof
        list_inner_product list_intersect list_kurtosis list_kurtosis_pop list_last list_mad list_max list_median
        list_min list_mode list_negative_dot_product list_negative_inner_product list_pack list_position
        list_prepend list_product list_reverse list_reverse_sort list_select list_sem list_skewness list_slice
        list_sort list_stddev_pop list_stddev_samp list_sum list_unique list_value list_var_pop list_var_samp
        list_where list_zip listagg ln log log10 log2 lower ltrim mad make_date make_time make_timestamp
        make_timestamp_ms make_timestamp_ns make_timestamptz map map_concat map_contains map_contains_entry
        map_contains_value map_entries map_extract map_extract_value map_from_entries map_keys map_values md5
        md5_number md5_number_lower md5_number_upper mean median microsecond millennium millisecond minute
        mismatches mod mode month monthname multiply nanosecond nextafter nfc_normalize normalized_interval
        not_ilike_escape not_like_escape now nth_value ntile nullif octet_length ord overlay parse_dirname
        parse_dirpath parse_filename parse_formatted_bytes parse_path path_join percent_rank pg_size_pretty
        pg_typeof pi position pow power prefix product quantile quantile_cont quantile_disc quarter radians random
        rank rank_dense regexp_escape regexp_extract regexp_extract_all regexp_full_match regexp_matches
        regexp_split_to_array regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy
        regr_syy reverse right right_grapheme round round_even roundbankers row row_number row_to_json rtrim second
        sem session_user set_bit sha1 sha256 sign signbit sin sinh skewness split split_part sqrt starts_with stddev
        stddev_pop stddev_samp str_split str_split_regex strftime string_agg string_split string_split_regex
        string_to_array strip_accents strlen strpos strptime struct_concat struct_contains struct_extract
        struct_extract_at struct_has struct_indexof struct_insert struct_keys struct_pack struct_position
        struct_update struct_values substr substring substring_grapheme subtract suffix sum sum_no_overflow sumkahan
        tan tanh time_bucket timezone timezone_hour timezone_minute to_base to_base64 to_binary to_centuries to_days
        to_decades to_hex to_hours to_json to_microseconds to_millennia to_milliseconds to_minutes to_months
        to_quarters to_seconds to_timestamp to_weeks to_years today transaction_timestamp translate trim trunc
        try_strptime typeof ucase unbin unhex unicode union_extract union_tag union_value upper url_decode
        url_encode user uuid uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7 var_pop var_samp variance
        version wavg week weekday weekofyear weighted_avg xor year yearweek
        """
    ).union(["is distinct from", "is not distinct from"])

    private static func words(_ text: String) -> Set<String> {
        Set(text.split { $0 == " " || $0 == "\n" }.map { String($0) })
    }
}
