/// A workflow as existing projects write them: many states and transitions, and many keys that are none of ours.
let sampleWorkflow = """
    # How an issue travels from the inbox to the release.
    workflow:
      name: "Issue Pipeline"
      version: "3.1"
      owner: "platform team"

      initial_state: "inbox"

      states:
        inbox:
          description: "Filed, nobody has looked yet"
          timeout: "30m"
        triage:
          description: "Decide what it is: bug, feature or question"
          agent: "triager"
          timeout: "1h"
        reproducing:
          description: "Make the bug happen again"
          agent: "bug-hunter"
          timeout: "2h"
          checkpoints: true
        questioning:
          description: "Ask the reporter"
          user_required: true
          alert: true
          timeout: "7d"
          on_timeout: transition
        planning:
          agent: "planner"
          timeout: "1h30m"
          task: "Plan {{context.issue.title}}"
        plan_review:
          agents: ["architect", "security-officer"]
          timeout: "2h"
          quorum: 2
        architecting:
          agent: "architect"
          timeout: "4h"
          parallel_to: ["planning"]
        test_design: {agent: "tester", timeout: "1h"}
        implementing:
          description: "Write the code"
          agent: "implementer"
          timeout: "8h"
          checkpoints: true
          retry: {max_attempts: 3, backoff: exponential, initial: "2s", maximum: "1m", jitter: 0.2}
          requires:
            - git_diff: true
            - context: tests_written
          progress: 60
        unit_testing: {agent: tester, timeout: 90s}
        integration_testing: {agent: tester, timeout: 1h}
        performance_testing: {agent: tester, timeout: 2h, baseline: "main"}
        security_scan: {agent: "security-officer", timeout: "45m", risk_based: true}
        fixing: {agent: "implementer", timeout: "2h"}
        code-review: {agent: "reviewer", timeout: "1d"}
        rework: {agent: "implementer", timeout: "4h"}
        documenting: {agent: "writer", timeout: "1h"}
        translating: {agents: [writer, translator], timeout: "1h"}
        changelog: {agent: writer}
        awaiting-user-validation:
          description: "The reporter tries it"
          timeout: "72h"
          user_required: true
          question: "Does this solve {{context.issue.title}}?"
          choices: [user_confirmed, user_rejected]
          default_choice: user_confirmed
          manual_confirmation_required: true
        pr_creating: {agent: "pr-manager", timeout: "10m"}
        pr_validating: {agent: "pr-manager", timeout: "2h"}
        pr_merging: {agent: "pr-manager", timeout: "10m"}
        staging: {agent: "deployer", timeout: "1h"}
        canary: {agent: "deployer", timeout: "1d"}
        deploying: {agent: "deployer", timeout: "1h"}
        monitoring: {agent: "observer", timeout: "3d"}
        learning: {agent: "learner", timeout: "30m"}
        blocked:
          description: "Waits for something else"
          alert: true
          timeout: "auto"   # ends when the dependency does
          auto_unblock_check: true
        escalating:
          description: "A person has to decide"
          agent: "human"
          timeout: "2h"
        failed: {alert: true, recovery: true}
        done: {final: true}
        rejected: {final: true}

      transitions:
        - {from: "inbox", to: "triage", trigger: "auto", condition: "always"}
        - {from: "triage", to: "reproducing", trigger: "triaged", condition: "kind = 'bug'"}
        - {from: "triage", to: "planning", trigger: "triaged", condition: "kind = 'feature' AND NOT duplicate"}
        - {from: "triage", to: "questioning", trigger: "unclear"}
        - {from: "triage", to: "rejected", trigger: "triaged", condition: "duplicate OR kind = 'spam'"}
        - {from: "questioning", to: "triage", trigger: "answered"}
        - {from: "questioning", to: "rejected", trigger: "timeout"}
        - {from: "reproducing", to: "planning", trigger: "reproduced"}
        - {from: "reproducing", to: "questioning", trigger: "not_reproduced"}
        - {from: "planning", to: "plan_review", trigger: "plan_complete", condition: "risk_level >= high"}
        - {from: "planning", to: "architecting", trigger: "plan_complete", condition: "complexity >= high"}
        - {from: "planning", to: "test_design", trigger: "plan_complete", condition: "complexity < high"}
        - {from: "plan_review", to: "architecting", trigger: "approved"}
        - {from: "plan_review", to: "planning", trigger: "changes_requested"}
        - {from: "architecting", to: "test_design", trigger: "design_complete", condition: "dependencies_mapped"}
        - {from: "test_design", to: "implementing", trigger: "tests_designed"}
        - from: "implementing"
          to: "unit_testing"
          trigger: "code_complete"
          condition: "tests_written"
          pre_actions:
            - type: "branch_creation"
              required: true
        - {from: "unit_testing", to: "integration_testing", trigger: "tests_pass"}
        - {from: "integration_testing", to: "performance_testing", trigger: "tests_pass", condition: "performance_critical"}
        - {from: "integration_testing", to: "security_scan", trigger: "tests_pass", condition: "risk_level > low"}
        - {from: "integration_testing", to: "code-review", trigger: "tests_pass"}
        - {from: "performance_testing", to: "security_scan", trigger: "tests_pass"}
        - {from: "security_scan", to: "code-review", trigger: "scan_clean", condition: "findings = 0"}
        - {from: "security_scan", to: "fixing", trigger: "scan_findings", condition: "findings > 0"}
        - from: ["unit_testing", "integration_testing", "performance_testing"]
          to: "fixing"
          trigger: "tests_fail"
          condition: "fixable_errors OR quality_score < 60"
        - from: ["unit_testing", "integration_testing", "performance_testing"]
          to: "failed"
          trigger: "tests_fail"
          condition: "critical_errors"
        - {from: "fixing", to: "unit_testing", trigger: "fixed"}
        - {from: "code-review", to: "documenting", trigger: "approved", condition: "review.score >= 80 AND NOT review.open[0]"}
        - {from: "code-review", to: "rework", trigger: "changes_requested"}
        - {from: "code-review", to: "escalating", trigger: "conflict", condition: "agent_confidence < 0.7 OR complexity >= very-high"}
        - {from: "rework", to: "unit_testing", trigger: "code_complete"}
        - {from: "documenting", to: "translating", trigger: "docs_complete", condition: "languages"}
        - {from: "documenting", to: "changelog", trigger: "docs_complete"}
        - {from: "translating", to: "changelog", trigger: "auto"}
        - {from: "changelog", to: "pr_creating", trigger: "auto"}
        - {from: "pr_creating", to: "pr_validating", trigger: "pr_created"}
        - {from: "pr_validating", to: "pr_merging", trigger: "validation_complete", condition: "all_gates_pass"}
        - {from: "pr_validating", to: "rework", trigger: "validation_failed"}
        - {from: "pr_merging", to: "awaiting-user-validation", trigger: "merge_complete", condition: "security_critical = true"}
        - {from: "pr_merging", to: "staging", trigger: "merge_complete", condition: "deployment_required"}
        - {from: "pr_merging", to: "learning", trigger: "merge_complete"}
        - {from: "awaiting-user-validation", to: "staging", trigger: "user_confirmed"}
        - {from: "awaiting-user-validation", to: "rework", trigger: "user_rejected"}
        - {from: "staging", to: "canary", trigger: "staged"}
        - {from: "canary", to: "deploying", trigger: "healthy", condition: "error_rate <= 0.01"}
        - {from: "canary", to: "rework", trigger: "unhealthy"}
        - {from: "deploying", to: "monitoring", trigger: "deployed"}
        - {from: "monitoring", to: "learning", trigger: "quiet"}
        - {from: "learning", to: "done", trigger: "knowledge_updated", condition: "always"}
        - {from: "blocked", to: "triage", trigger: "unblocked", condition: "dependencies_satisfied"}
        - {from: ["planning", "implementing"], to: "blocked", trigger: "blocked"}
        - {from: "escalating", to: "code-review", trigger: "human_decision_made"}
        - {from: "failed", to: "triage", trigger: "retry", condition: "checkpoint_available"}

      parallel:
        enabled: true
        max_concurrent: 4
        allowed_states: ["implementing", "unit_testing"]
        constraints:
          - "Quality gates must be sequential"

      checkpoints:
        recovery: {automatic: true, max_attempts: 3, backoff: "exponential"}
        retention: {successful: "7d", failed: "30d"}

      quality_gates:
        code_coverage: {threshold: 80, required: true}
        quality_score:
          formula: "100 - (20 × FAILs) - (10 × CONCERNS)"

      complexity:
        factors:
          - {name: "lines_of_code", weight: 0.3, thresholds: {low: 50, high: 2000}}

    github:
      auto_labels: {enabled: true, prefix: "flow-"}

    """
