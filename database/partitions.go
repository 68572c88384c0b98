package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Tables that grow with every request are partitioned by time: what is not kept any more goes with its partition, at no cost, in place of row by
// row. Nothing makes partitions by itself: Migrate makes the first ones, and from then on a periodic job makes those that will be needed.

// PartitionedTable is a table that is partitioned by ranges of a time, each as long as its span.
type PartitionedTable struct {
	// Name is the table's; a partition's is that and the beginning of its range.
	Name string
	Span PartitionSpan
	// Ahead is how many partitions there are beyond the present one.
	Ahead int
}

// PartitionSpan is how long the range of a partition is. Ranges begin at midnight in UTC.
type PartitionSpan struct {
	// layout writes the beginning of a range, and no more of it than tells ranges apart.
	layout       string
	months, days int
}

// PartitionByDay is for tables whose rows are kept for days.
func PartitionByDay() PartitionSpan { return PartitionSpan{layout: "20060102", days: 1} }

// PartitionByMonth is for tables whose rows are kept for months.
func PartitionByMonth() PartitionSpan { return PartitionSpan{layout: "200601", months: 1} }

// begin returns when the range that holds the time began.
func (s PartitionSpan) begin(at time.Time) (time.Time, error) {
	return time.Parse(s.layout, at.UTC().Format(s.layout))
}

func (s PartitionSpan) next(begin time.Time) time.Time { return begin.AddDate(0, s.months, s.days) }

// RequestLogs is the table of the requests that reached deployments.
func RequestLogs() PartitionedTable {
	const ahead = 3

	return PartitionedTable{Name: "request_logs", Span: PartitionByDay(), Ahead: ahead}
}

// partitionedTables are those for which Migrate makes the first partitions.
func partitionedTables() []PartitionedTable { return []PartitionedTable{RequestLogs()} }

// beginner is a connection or a pool.
type beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// partitionLockTimeout is how long a statement on partitions waits for a lock: others wait behind it.
const partitionLockTimeout = "1s"

// MakePartitions makes the partitions of a table that are missing: from the one before that of now, for what comes late, to as many ahead as the table
// wants. It may be called by several processes at once. Those who read and write the table meanwhile do not wait.
func MakePartitions(ctx context.Context, db beginner, table PartitionedTable, now time.Time) (made int, err error) {
	present, err := table.Span.begin(now)
	if err != nil {
		return 0, fmt.Errorf("find the partition of %s: %w", now, err)
	}

	first, err := table.Span.begin(present.Add(-time.Nanosecond))
	if err != nil {
		return 0, fmt.Errorf("find the partition before %s: %w", present, err)
	}

	err = inPartitionTx(ctx, db, func(tx pgx.Tx) error {
		there, err := table.partitions(ctx, tx)
		if err != nil {
			return err
		}

		begin := first
		for range table.Ahead + 2 { // The present one and the one before.
			if _, ok := there[table.partition(begin)]; !ok {
				if err := table.make(ctx, tx, begin); err != nil {
					return err
				}

				made++
			}

			begin = table.Span.next(begin)
		}

		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("make partitions of %s: %w", table.Name, err)
	}

	return made, nil
}

// DropPartitions drops the partitions of a table all of whose rows are older than a time. One that is in use for long is left for the next call.
func DropPartitions(ctx context.Context, db beginner, table PartitionedTable, before time.Time) (dropped int, err error) {
	var there map[string]time.Time

	if err := inPartitionTx(ctx, db, func(tx pgx.Tx) (err error) {
		there, err = table.partitions(ctx, tx)

		return err
	}); err != nil {
		return 0, fmt.Errorf("list the partitions of %s: %w", table.Name, err)
	}

	for name, begin := range there {
		if table.Span.next(begin).After(before) {
			continue
		}

		// Each in a transaction of its own: the table is locked for no longer than one takes.
		if dropErr := inPartitionTx(ctx, db, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "DROP TABLE IF EXISTS "+pgx.Identifier{name}.Sanitize())

			return err
		}); dropErr != nil {
			err = errors.Join(err, fmt.Errorf("drop the partition %s: %w", name, dropErr))

			continue
		}

		dropped++
	}

	return dropped, err
}

func inPartitionTx(ctx context.Context, db beginner, work func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		const prepare = "SET LOCAL lock_timeout = '" + partitionLockTimeout + "'; SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.partitions', 0))"
		if _, err := tx.Exec(ctx, prepare); err != nil {
			return fmt.Errorf("wait for whoever else makes or drops partitions: %w", err)
		}

		return work(tx)
	})
}

// partition is the name of the one whose range begins then.
func (t PartitionedTable) partition(begin time.Time) string {
	return t.Name + "_" + begin.Format(t.Span.layout)
}

// partitions are those that there are, by name, with the beginnings of their ranges.
func (t PartitionedTable) partitions(ctx context.Context, tx pgx.Tx) (map[string]time.Time, error) {
	const list = "SELECT relname::text FROM pg_class WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = $1::text::regclass)"

	rows, err := tx.Query(ctx, list, t.Name)
	if err != nil {
		return nil, err
	}

	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}

	there := make(map[string]time.Time, len(names))

	for _, name := range names {
		begin, err := time.Parse(t.Span.layout, strings.TrimPrefix(name, t.Name+"_"))
		if err != nil {
			return nil, fmt.Errorf("%s is not named as partitions are: %w", name, err)
		}

		there[name] = begin
	}

	return there, nil
}

// make makes one partition. A table is made and then attached, since making it as a partition would lock the whole table against everybody.
func (t PartitionedTable) make(ctx context.Context, tx pgx.Tx, begin time.Time) error {
	table, partition := pgx.Identifier{t.Name}.Sanitize(), pgx.Identifier{t.partition(begin)}.Sanitize()

	_, err := tx.Exec(ctx, fmt.Sprintf("CREATE TABLE %s (LIKE %s INCLUDING ALL); ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')",
		partition, table, table, partition, begin.Format(time.RFC3339), t.Span.next(begin).Format(time.RFC3339)))

	return err
}
