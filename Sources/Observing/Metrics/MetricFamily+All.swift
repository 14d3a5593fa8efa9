extension MetricFamily {
    /// Every metric that there is, in the order in which the text has them.
    public static let all: [MetricFamily] =
        process + events + transactions + partitions + projections + builds + servers + [httpRequests]

    static let buildInfo = Self("lantern_build_info", .gauge, ["version"], "1; which version runs.")
    static let processor = Self("process_cpu_seconds_total", .counter, [], "Processor time of this process.")
    static let resident = Self("process_resident_memory_bytes", .gauge, [], "Memory of this process.")
    static let openFiles = Self("process_open_fds", .gauge, [], "Open file descriptors of this process.")
    static let started = Self("process_start_time_seconds", .gauge, [], "When this process began.")
    static let process = [buildInfo, processor, resident, openFiles, started]

    static let eventsTotal = Self(
        "lantern_events_total", .counter, ["projection", "topic", "outcome"],
        "Events by outcome: folded, ignored, parked, skipped, replayed; what is read again is counted again.")
    static let eventBytes = Self(
        "lantern_event_bytes_total", .counter, ["projection", "topic"], "Bytes of keys and values of these events.")
    static let unknownEvents = Self(
        "lantern_unknown_events_total", .counter, ["projection", "type"],
        "Events of types that no view has a rule for: 100 types, and other.")
    static let changesTotal = Self(
        "lantern_changes_total", .counter, ["projection"], "Changes of rows before they were merged.")
    static let commandsTotal = Self(
        "lantern_commands_total", .counter, ["projection"],
        "Commands in transactions; less than changes where keys repeat.")
    static let events = [eventsTotal, eventBytes, unknownEvents, changesTotal, commandsTotal]

    static let transactionsTotal = Self(
        "lantern_transactions_total", .counter, ["projection", "outcome"],
        "Transactions by outcome: applied, fenced, refused, unknown, damaged.")
    static let duration = Self(
        "lantern_transaction_duration_seconds", .histogram, ["projection"], "EXEC sent to its reply.")
    static let transactionEvents = Self(
        "lantern_transaction_events", .histogram, ["projection"], "Events of a transaction.")
    static let freshness = Self(
        "lantern_freshness_seconds", .histogram, ["projection"],
        "A record's timestamp to the reply of the EXEC that made it visible, for each event.")
    static let age = Self(
        "lantern_event_age_seconds", .histogram, ["projection"],
        "The event time of a transaction's newest event to the reply of its EXEC, for each transaction.")
    static let phases = Self(
        "lantern_phase_seconds_total", .counter, ["projection", "phase"],
        "Where the lanes' time goes: fold (decoding among it), redis, kafka, idle.")
    static let transactions = [transactionsTotal, duration, transactionEvents, freshness, age, phases]

    static let place = ["projection", "topic", "partition"]
    static let checkpoint = Self(
        "lantern_partition_checkpoint_offset", .gauge, place, "The next offset to read; by the owner only.")
    static let low = Self(
        "lantern_partition_start_offset", .gauge, place, "The first offset that is still in the log.")
    static let end = Self("lantern_partition_end_offset", .gauge, place, "The log's end, the high watermark.")
    static let lag = Self("lantern_partition_lag_events", .gauge, place, "Offsets from the checkpoint to the end.")
    static let lagSeconds = Self(
        "lantern_partition_lag_seconds", .gauge, place, "Age of the last record passed while there is more; else 0.")
    static let advanced = Self(
        "lantern_partition_advanced_timestamp_seconds", .gauge, place, "When the checkpoint last moved.")
    static let margin = Self(
        "lantern_partition_retention_margin_seconds", .gauge, place,
        "How long Kafka keeps at least what is not read yet, by retention.ms; absent if for ever, or not known.")
    static let halted = Self(
        "lantern_partition_halted", .gauge, place + ["reason"], "1 while it is halted; otherwise absent.")
    static let partitions = [checkpoint, low, end, lag, lagSeconds, advanced, margin, halted]

    static let topicPartitions = Self(
        "lantern_topic_partitions", .gauge, ["projection", "topic"], "How many partitions the topic has.")
    static let state = Self(
        "lantern_projection_state", .gauge, ["projection", "state"],
        "1 for what this process does with it: starting, running, idle, blocked or ended; and draining while it stands for a "
            + "promotion or a comparison.")
    static let generation = Self(
        "lantern_generation_info", .gauge, ["projection", "number", "id"], "1; the generation that is live.")
    static let rewinds = Self(
        "lantern_rewinds_total", .counter, ["projection"], "How often Redis lost acknowledged writes of a partition.")
    static let rebalances = Self("lantern_rebalances_total", .counter, ["projection"], "Rebalances of its lanes.")
    static let requests = Self(
        "lantern_requests_pending", .gauge, ["projection"], "Requests about parked events that no lane has carried out."
    )
    static let parkedEvents = Self(
        "lantern_parked_events", .gauge, ["projection"], "Parked events of its partitions here.")
    static let parkedKeys = Self("lantern_parked_keys", .gauge, ["projection"], "Keys that are held back by them.")
    static let parkedRatio = Self(
        "lantern_parked_limit_ratio", .gauge, ["projection"], "The fullest partition; at 1 it halts.")
    static let parkedOldest = Self(
        "lantern_parked_oldest_timestamp_seconds", .gauge, ["projection"],
        "Timestamp of the first event that is parked in its partitions here; absent if none is.")
    static let tick = Self(
        "lantern_lane_tick_timestamp_seconds", .gauge, ["projection", "lane"], "When the lane last went round its loop."
    )
    static let projections = [
        topicPartitions, state, generation, rewinds, rebalances, requests, parkedEvents, parkedKeys, parkedRatio,
        parkedOldest, tick,
    ]

    static let buildRemaining = Self(
        "lantern_build_remaining_events", .gauge, ["projection"], "Of a build in this process: events behind live.")
    static let buildThrottled = Self(
        "lantern_build_throttled", .gauge, ["projection", "reason"],
        "1 while a build in this process is slowed down (freshness) or rests (memory); otherwise absent.")
    static let buildRatio = Self(
        "lantern_build_ratio", .gauge, ["projection"],
        "The part of what live has folded that the newest build has, from 0 to 1; from Redis, the same in every process."
    )
    static let buildStarted = Self(
        "lantern_build_started_timestamp_seconds", .gauge, ["projection"],
        "When the oldest build that is there was made; from Redis, the same in every process.")
    static let rebuildable = Self(
        "lantern_rebuildable_until_timestamp_seconds", .gauge, ["projection"],
        "Until when the log has all that the views are made of, by retention.ms; 0 if its beginning is gone; absent if it is kept "
            + "for ever, or not known.")
    static let rollbackUntil = Self(
        "lantern_rollback_until_timestamp_seconds", .gauge, ["projection"],
        "Until when workers keep what was live before, for the way back; absent if there is none.")
    static let rollbackEstimate = Self(
        "lantern_rollback_estimate_seconds", .gauge, ["projection"],
        "About how long the way back would take to catch up, at the rate of its build.")
    static let verifiedRows = Self(
        "lantern_verify_rows_total", .counter, ["projection", "view", "result"],
        "Rows that `lantern verify` has compared since the generation began: same or different; the same in every process."
    )
    static let verifiedAt = Self(
        "lantern_verify_last_pass_timestamp_seconds", .gauge, ["projection", "view"],
        "When `lantern verify` last ended; absent if it never did.")
    static let builds = [
        buildRemaining, buildThrottled, buildRatio, buildStarted, rebuildable, rollbackUntil, rollbackEstimate,
        verifiedRows, verifiedAt,
    ]

    static let workers = Self(
        "lantern_workers", .gauge, [], "Worker processes that reported themselves in the last 10 s.")
    static let redisUp = Self("lantern_redis_up", .gauge, [], "1 if Redis replies to this process.")
    static let redisMemory = Self("lantern_redis_memory_bytes", .gauge, [], "Memory that Redis uses.")
    static let redisMaximum = Self("lantern_redis_memory_max_bytes", .gauge, [], "Redis's maxmemory; 0: no limit.")
    static let redisRoundTrip = Self("lantern_redis_round_trip_seconds", .gauge, [], "One PING.")
    static let redisReconnects = Self(
        "lantern_redis_reconnects_total", .counter, [], "Times that Redis came back for the lanes of this process.")
    static let kafkaUp = Self("lantern_kafka_up", .gauge, [], "1 if Kafka reports the ends of the logs.")
    static let kafkaBrokers = Self(
        "lantern_kafka_brokers_up", .gauge, [], "Brokers that a consumer here is connected to.")
    static let kafkaErrors = Self("lantern_kafka_errors_total", .counter, ["code"], "Errors of the consumers here.")
    static let kafkaQueue = Self(
        "lantern_kafka_fetch_queue_bytes", .gauge, [], "Bytes that were fetched and not taken yet.")
    static let kafkaThrottle = Self(
        "lantern_kafka_throttle_seconds_total", .counter, [], "How long brokers have held back replies.")
    static let servers = [
        workers, redisUp, redisMemory, redisMaximum, redisRoundTrip, redisReconnects, kafkaUp, kafkaBrokers,
        kafkaErrors, kafkaQueue, kafkaThrottle,
    ]

    static let httpRequests = Self(
        "lantern_http_requests_total", .counter, ["path", "code"], "Requests that the gateway has answered.")
}
