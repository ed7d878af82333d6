// Questions that people have, as SQL.

const STATE = "orchestration_state";
const DECISIONS = "orchestration_decisions";

// A question about each of ten million decisions would take longer than it is worth.
const LATELY = "timestamp > now()::TIMESTAMP - INTERVAL 7 DAY";

export const EXAMPLES = [
  ["What is going on?", `SELECT session_id, current_state, workflow_type, priority, now()::TIMESTAMP - entered_at AS there_for
FROM ${STATE} WHERE outcome IS NULL
ORDER BY priority DESC, created_at`],
  ["Which transition takes longest?", `SELECT from_state, to_state, count(*) AS n, quantile_cont(execution_time_ms, 0.95) AS p95_ms
FROM ${DECISIONS} WHERE kind = 'transition' AND ${LATELY}
GROUP BY ALL ORDER BY p95_ms DESC`],
  ["Which sessions went back most often?", `SELECT session_id, to_state AS state, count(*) AS entered
FROM ${DECISIONS} WHERE kind = 'transition' AND ${LATELY}
GROUP BY ALL HAVING count(*) > 1
ORDER BY entered DESC LIMIT 50`],
  ["What failed or was refused, and why?", `SELECT timestamp, session_id, from_state || ' → ' || to_state AS wanted, error_details
FROM ${DECISIONS} WHERE NOT success
ORDER BY timestamp DESC LIMIT 100`],
  ["How sure were the agents, and how often were they right?", `SELECT agent, count(*) AS decisions, round(avg(confidence_score), 2) AS stated, round(avg(success::INT), 2) AS happened
FROM (SELECT unnest(from_json(agents_selected, '["VARCHAR"]')) AS agent, * FROM ${DECISIONS} WHERE ${LATELY})
GROUP BY agent ORDER BY decisions DESC`],
  ["How many sessions ended how, by type?", `SELECT workflow_type, coalesce(outcome, 'active') AS outcome, count(*) AS sessions
FROM ${STATE} GROUP BY ALL ORDER BY ALL`],
  ["How long did each session stay in each state?", `SELECT session_id, to_state AS state,
  lead(timestamp) OVER (PARTITION BY session_id ORDER BY session_sequence) - timestamp AS stayed
FROM ${DECISIONS} WHERE kind = 'transition' AND ${LATELY}
ORDER BY session_id, timestamp`],
  ["Which issue is worked on where?", `SELECT unnest(from_json(github_issues, '["VARCHAR"]')) AS issue, session_id, current_state
FROM ${STATE} WHERE github_issues IS NOT NULL ORDER BY issue`],
  ["What did sessions measure?", `SELECT metric_type, metric_name, count(*) AS n, round(avg(metric_value), 2) AS average, min(metric_value) AS least, max(metric_value) AS most
FROM orchestration_metrics GROUP BY ALL ORDER BY ALL`],
  ["What happened last?", `SELECT timestamp, event_type, session_id, data
FROM orchestration_events ORDER BY sequence DESC LIMIT 50`],
];
