"""Where each panel leads when it is not as it should be."""

DOCS = "${docs}"
HOME = "https://streamal.example/docs"
"""Where docs/ is read, as in deploy/prometheus/alerts.yml; a variable of the dashboard."""

GENERAL = "operate.md#what-to-do-when-"

ALERTS = {
    "Workers not ready": "StreamalWorkerDown",
    "Arbiters": "StreamalNoArbiter",
    "Failed commits": "StreamalCommitsFail",
    "Overspent": "StreamalBudgetOverspent",
    "Budget lasts": "StreamalBudgetExhaustedEarly",
    "Oldest request": "StreamalNoLabels",
    "Samples a second": "StreamalStalled",
    "Records waiting": "StreamalLagGrows",
    "Decided after (p99)": "StreamalLagGrows",
    "Asked, and affordable": "StreamalBudgetBurnsFast",
    "Accuracy now": "StreamalAccuracyDropped",
    "Bad samples": "StreamalDeadLetters",
    "Left of each limit": "StreamalBudgetExhaustedEarly",
    "Spent, and the even pace": "StreamalBudgetBurnsFast",
    "Time to exhaustion": "StreamalBudgetExhaustedEarly",
    "Refused": "StreamalQueryingStopped",
    "Pace": "StreamalBudgetBurnsSlow",
    "Asked per sample": "StreamalQueryingStopped",
    "Proposed and asked": "StreamalNoArbiter",
    "Lowered by modifiers": "StreamalQueryingStopped",
    "Held back from asking": "StreamalQueryingStopped",
    "Arm in use": "StreamalReplicasApart",
    "Accuracy": "StreamalAccuracyDropped",
    "Predicted classes": "StreamalAccuracyDropped",
    "Accuracy by class": "StreamalAccuracyDropped",
    "Certificate": "StreamalCertificateLost",
    "Audits missing": "StreamalNeverCertified",
    "Breaker": "StreamalBreakerFired",
    "Fresh model": "StreamalDriftDetected",
    "Auto-label threshold": "StreamalCertificateLost",
    "Precision of auto-labels": "StreamalPromiseBroken",
    "Audits": "StreamalCertificateLost",
    "Audits to come": "StreamalNeverCertified",
    "Labelled by the model": "StreamalCertificateLost",
    "Drift": "StreamalDriftDetected",
    "Take-overs": "StreamalDriftDetected",
    "Stopped": "StreamalStopped",
    "Waiting for an answer": "StreamalNoLabels",
    "Oldest request waits": "StreamalNoLabels",
    "Answers": "StreamalAnswersRefused",
    "Expired": "StreamalRequestsExpire",
    "Without agreement": "StreamalAnswersRefused",
    "Annotators and the model": "StreamalAnswersRefused",
    "Samples scored": "StreamalStalled",
    "Lag": "StreamalLagGrows",
    "Decided after": "StreamalLagGrows",
    "Where the time goes": "StreamalLagGrows",
    "Dead letters by reason": "StreamalDeadLetters",
    "Skipped by retention": "StreamalRecordsSkipped",
    "Ready": "StreamalNotReady",
    "Held back": "StreamalHeld",
    "Partitions held": "StreamalStalled",
    "Model versions": "StreamalReplicasApart",
    "Versions apart": "StreamalReplicasApart",
    "Replay takes": "StreamalNotReady",
    "Memory": "StreamalMemoryHigh",
    "Commits": "StreamalCommitsFail",
    "Last commit": "StreamalStalled",
    "Rebalances": "StreamalRebalanceStorm",
    "Fresh starts": "StreamalRebuilding",
    "Hung calls": "StreamalRestarting",
    "Configurations": "StreamalConfigDrift",
}
"""The alert that a panel's question belongs to, by the panel's title."""


def address(title: str) -> str:
    """Return where the panel of a title leads.

    Examples
    --------
    >>> address("Lag")
    '${docs}/runbook.md#streamallaggrows'
    >>> address("Routes")
    '${docs}/operate.md#what-to-do-when-'
    """
    alert = ALERTS.get(title)
    return f"{DOCS}/runbook.md#{alert.lower()}" if alert else f"{DOCS}/{GENERAL}"
