"""Everything that can go wrong on a real Kafka, and a judge who counts afterwards.

    python -m tests.chaos SCENARIO [--rounds R] [--samples N] [--workers 3] [--seed S]
                                   [--client kafka-python|confluent] [--out FILE.json]

plays one scenario at its full size unless told otherwise, says on stderr what happens, and
writes one JSON verdict to stdout; exit 1 if anything is wrong. `pytest tests/chaos -m
chaos` plays small ones. Java 17 and, the first time, Maven are needed (`tests.kafka`).
With DATA set to a folder of streams the samples are those of elec2.csv.gz, else Shuttle.

| scenario | what happens, in each round |
|---|---|
| kill | SIGKILL for a random worker, every one to three seconds |
| points | a worker dies at a named point of `streamal.runtime.faults`, each in turn |
| split | the same where a commit is split in two: the judge must find what that breaks |
| stop | a scorer or the arbiter stands still past its session, wakes up, or was replaced |
| broker | the only broker is killed, later frozen; it is away when the workers start, too |
| freeze | the only broker stands still for 5 s, or for 20 s |
| leader | of three nodes one is killed: the leader of candidates, the arbiter's coordinator, any |
| storm | a worker leaves by SIGTERM, or comes back, every two seconds |
| roll | all workers are replaced, one after the other |
| budget, rate | nothing: workers share a rate, a count and a window; which one binds differs |
| mixed | any of these faults, drawn every twenty seconds, for `--minutes` |
| soak | faults at 70 % of the fastest, for `--minutes`: memory must not grow (no judge) |
| replicas | workers are killed; what each predicted is compared with two replays of `updates` |

**Who plays.** `stage` starts a cluster of its own, the workers (`streamal run`), the feeder
and the person, each a process. The `supervisor` starts whoever failed again after half a
second, and nobody who was told to end and exits 0, or was dismissed. The `feeder` numbers
its samples and sends them in transactions; after an error a new one reads back how far it
had come, so that each sample is there once. The `person` answers late, twice, otherwise, to
what nobody asked, or not at all.

**A lone broker that is killed** has a controller apart, and comes back once that has given it
up. In no other way does Kafka 4.3 end what its death left open (docs/kafka.md, "A transaction
that hangs"). Where a coordinator says that it dropped markers the run ends with `KafkaBroke`:
it proves nothing about the service.

**Who judges.** When all has been fed, decided and taken in, everyone is ended, and the
`oracle` reads the topics with librdkafka, once no transaction is open. It shares no code
with the service: each sample has one decision or one dead letter (lost, twice); no request
charged more than any limit allowed, by its stamp and by an own recount in `ledger`
(overspent); each answer was learned or refused, once (learned_twice); versions and steps
are dense; the rows of `state` are those of the last records. `streamal verify` must agree.

**Figures of a verdict**: `drained_seconds` from the end of the last fault until all samples
that were there are decided; `longest_gap_seconds` between two decisions anywhere, by the
times at which the broker appended them; `exits` of workers and of the others (feeder,
person), with the errors that were logged last.
"""
