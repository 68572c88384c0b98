package api

import (
	"context"
	"errors"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// ofVM returns the log of a VM in place of that of its deployment or project, where the caller asks for one. The log of a VM that is none of theirs is
// empty: read would hold no line of it.
func (s *service) ofVM(ctx context.Context, read logReader, vm uuid.UUID, isTheirs func(database.LoggedVMRow) bool) (logReader, error) {
	if vm == uuid.Nil {
		return read, nil
	}

	row, err := s.queries.LoggedVM(ctx, vm, organisationOf(ctx))
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && !isTheirs(row)) {
		return emptyLog, nil
	}

	return s.vmLog(vm), err
}

// vmLog reads the lines of one VM, whatever other VMs of its deployment wrote in between.
func (s *service) vmLog(vm uuid.UUID) logReader {
	return func(ctx context.Context, window logWindow) ([]LogLine, error) {
		from, err := s.placeInVMLog(ctx, vm, window.after+1)
		if err != nil {
			return nil, err
		}

		below, err := s.placeInVMLog(ctx, vm, window.before)
		if err != nil {
			return nil, err
		}

		rows, err := s.vmLines(ctx, vm, from, below, window.newest, window.limit)

		return lo.Map(rows, func(r database.RuntimeLog, _ int) LogLine { return runtimeLine(r) }), err
	}
}

// placeInVMLog returns a sequence: the lines of the VM that have it or a greater one are those whose ids are not below id. Callers give ids of
// lines that they have read, which are found at once, or any others, for which the place is found by halving.
func (s *service) placeInVMLog(ctx context.Context, vm uuid.UUID, id int64) (int64, error) {
	if id <= 1 || id == math.MaxInt64 {
		return id, nil // Before the first line, and behind the last one.
	}

	for _, exact := range []int64{id, id - 1} {
		sequence, err := s.queries.SequenceOfLine(ctx, exact, vm, organisationOf(ctx))
		if err == nil {
			return sequence + id - exact, nil
		}

		if !errors.Is(err, pgx.ErrNoRows) {
			return 0, err
		}
	}

	newest, err := s.vmLines(ctx, vm, 0, math.MaxInt64, true, 1)
	if err != nil || len(newest) == 0 {
		return 0, err
	}

	low, high := int64(0), newest[0].Sequence+1
	for low < high {
		middle := low + (high-low)/2 //nolint:mnd // Halving.

		next, err := s.vmLines(ctx, vm, middle, high, false, 1)
		if err != nil {
			return 0, err
		}

		if len(next) == 0 || next[0].ID >= id {
			high = middle
		} else {
			low = next[0].Sequence + 1
		}
	}

	return low, nil
}

// vmLines returns lines of the VM whose sequences are at least from and below below.
func (s *service) vmLines(ctx context.Context, vm uuid.UUID, from, below int64, newest bool, limit int) ([]database.RuntimeLog, error) {
	params := database.ListVMLogsParams{
		VMID: vm, OrganisationID: organisationOf(ctx), FromSequence: from, BelowSequence: below, MaxRows: int32(limit), //nolint:gosec // A few thousand.
	}
	if newest {
		return s.queries.ListVMLogsBackwards(ctx, database.ListVMLogsBackwardsParams(params))
	}

	return s.queries.ListVMLogs(ctx, params)
}
