"""Everything that streamal raises on purpose.

StreamalError               exit 70
├── UsageError              exit  2   a wrong argument, a file that is not there
│   └── Unusable            exit  2   a sample or label that a `Sampler` cannot use
├── CheckFailed             exit  1   a check said no (topics missing, no permission)
├── ConfigError             exit 78   what is configured cannot work
│   └── ConfigMismatch      exit 78   another configuration is recorded in `updates`
├── BrokerError             exit 70
│   ├── BrokerUnavailable   exit 69   away, for now               (retriable)
│   ├── CommitFailed        exit 70   a batch was not committed   (retriable)
│   ├── TopicMissing        exit 78   a topic or partition is not there
│   ├── NotAllowed          exit 78   the broker does not permit it
│   ├── RecordsGone         exit 78   retention dropped records before they were read
│   └── Fenced              exit 75   another instance holds what we held
│       └── LockedOut       exit 75   another instance holds it, and did so before us
└── Poison                  exit 70   one record that cannot be used: a dead letter

Callers branch on `retriable` and `exit_code`, never on text. A retriable error
means: rebuild, restore from the last commit, go on.
"""


class StreamalError(Exception):
    """The root of the tree."""

    exit_code = 70
    retriable = False


class UsageError(StreamalError):
    """A wrong argument or a file that is not there."""

    exit_code = 2


class Unusable(UsageError):
    """A sample or a label that cannot be used; the sampler is as it was before.

    Parameters
    ----------
    reason
        One of the reasons of dead letters, such as ``type_changed`` or ``duplicate``.
    message
        What is wrong, and what would be right.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class CheckFailed(StreamalError):
    """A check that was asked for said no."""

    exit_code = 1


class ConfigError(StreamalError):
    """What is configured cannot work."""

    exit_code = 78


class ConfigMismatch(ConfigError):
    """The topic `updates` was begun with another model configuration."""


class BrokerError(StreamalError):
    """The broker, or our place in it."""


class BrokerUnavailable(BrokerError):
    """The broker is away, for now."""

    exit_code = 69
    retriable = True


class CommitFailed(BrokerError):
    """A batch was not committed; nothing of it is visible."""

    retriable = True


class TopicMissing(BrokerError):
    """A topic, or a partition of it, is not there."""

    exit_code = 78


class NotAllowed(BrokerError):
    """The broker does not permit it: a right is missing, or a record is larger than it takes."""

    exit_code = 78


class RecordsGone(BrokerError):
    """Retention dropped records before they were read, and nobody said to go on."""

    exit_code = 78


class Fenced(BrokerError):
    """Another instance holds what this one held; nothing of ours was written."""

    exit_code = 75


class LockedOut(Fenced):
    """Another instance already holds what this one asks for."""


class Poison(StreamalError):
    """One record that cannot be used.

    Parameters
    ----------
    reason
        A short stable word for metrics, such as ``invalid_json``.
    message
        What is wrong, where, and what would be right.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
