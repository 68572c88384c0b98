package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// An organisation may log so many bytes a minute, a sixth of that at once, counted in one row of the database whichever api process the lines come to.
// Lines beyond that are dropped, and once a minute the log of each VM whose lines were says how many.
//
// Records of requests are counted in the same row, but find room only while less than a quarter of what may come at once is taken. Visitors, who decide
// how many requests there are, thus never keep an app from logging.
const (
	shareOfLines    = 1
	shareOfRequests = 4
)

// weighed are the items of an organisation that may be stored, those that may not, and how many bytes its apps may log in a minute.
type weighed[T any] struct {
	kept, dropped []T
	allowed       int64
}

// withinQuota counts the lines of a VM for its organisation.
func (s *service) withinQuota(ctx context.Context, organisation uuid.UUID, lines []ShippedLogLine) (weighed[ShippedLogLine], error) {
	taken, err := takeLogBytes(ctx, s.pool, shareOfLines, map[uuid.UUID][]ShippedLogLine{organisation: lines}, logSize)

	return taken[organisation], err
}

// takeLogBytes counts items for their organisations, each with its size in bytes. Those of an organisation together may fill one part in share of what may
// come at once. They are counted for all organisations or, where it fails, for none.
func takeLogBytes[T any](
	ctx context.Context, pool *pgxpool.Pool, share int64, items map[uuid.UUID][]T, size func(T) int64,
) (map[uuid.UUID]weighed[T], error) {
	organisations, taken := lo.Keys(items), make(map[uuid.UUID]weighed[T], len(items))

	// A crash of Postgres may forget what was counted. A batch that is shipped twice counts twice.
	err := database.InUnflushedTx(ctx, pool, func(_ pgx.Tx, queries *database.Queries) error {
		asked := lo.Map(organisations, func(of uuid.UUID, _ int) int64 { return lo.SumBy(items[of], size) })

		rooms, err := queries.LockLogBytes(ctx, share, organisations, asked)
		if err != nil {
			return err
		}

		for _, room := range rooms {
			taken[room.OrganisationID] = weigh(items[room.OrganisationID], room, size)
		}

		return queries.AddLogBytes(ctx, organisations, lo.Map(organisations, func(of uuid.UUID, _ int) int64 { return lo.SumBy(taken[of].kept, size) }))
	})

	return taken, err
}

func weigh[T any](items []T, room database.LockLogBytesRow, size func(T) int64) weighed[T] {
	left := room.Taken
	kept, dropped := lo.FilterReject(items, func(item T, _ int) bool {
		left -= size(item)

		return left >= 0 || size(item) == 0
	})

	return weighed[T]{kept, dropped, room.Allowed}
}

// systemStream is what the platform says of an app.
const systemStream = "system"

// logSize is what a line counts. An empty one is not free, and what the platform says is.
func logSize(line ShippedLogLine) int64 {
	if line.Stream == systemStream {
		return 0
	}

	return int64(len(line.Line)) + 1
}

// tellOfDropped returns the lines to store for a VM: those that are kept and, where lines were dropped and the log has not told of any in this
// minute, one that tells of all that it has not told of yet. That line takes the number of one that was dropped, so that the order of the log stays
// as it is. The log is locked.
func tellOfDropped(
	ctx context.Context, queries *database.Queries, vm uuid.UUID, lines weighed[ShippedLogLine],
) ([]ShippedLogLine, error) {
	before, err := queries.GetLogDrops(ctx, vm)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}

	untold := before.Lines + int64(len(lines.dropped))
	if untold == 0 {
		return lines.kept, nil
	}

	last := before.Sequence
	if line, ok := lo.Last(lines.dropped); ok {
		last = line.Sequence
	}

	if before.Told {
		if len(lines.dropped) == 0 {
			return lines.kept, nil
		}

		return lines.kept, queries.SetLogDrops(ctx, database.SetLogDropsParams{VMID: vm, Lines: untold, Sequence: last})
	}

	stored := append(slices.Clone(lines.kept), ShippedLogLine{
		Sequence: last, Stream: systemStream, Line: droppedSentence(untold, lines.allowed), LoggedAt: time.Now(),
	})
	slices.SortFunc(stored, func(a, b ShippedLogLine) int { return cmp.Compare(a.Sequence, b.Sequence) })

	return stored, queries.SetLogDrops(ctx, database.SetLogDropsParams{VMID: vm, Lines: 0, Sequence: last, Tells: true})
}

func droppedSentence(lines, allowed int64) string {
	const kibibyte = 1 << 10

	return fmt.Sprintf("Lines of this log were dropped here (%d), because your organisation's apps log more than the %d KiB a minute that they may, "+
		"of which a sixth may come at once. More may be dropped until the minute is over.", lines, allowed/kibibyte)
}
