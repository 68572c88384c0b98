package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// duplicateWait bounds how long a duplicate waits for the request that came first.
	duplicateWait = 10 * time.Second
	duplicatePoll = 20 * time.Millisecond
)

// settle notes in the transaction that makes a resource which one it is, so that the key and the resource are there both or
// neither, whenever this process dies.
type settle func(ctx context.Context, queries *database.Queries, resource uuid.UUID) error

// once makes a resource unless the caller has made one by the same key already; it returns the id of the one or the
// other. A duplicate that comes while the first request is under way waits for it. Without a key it only calls create.
func (s *service) once(ctx context.Context, key, operation string, request any, create func(settle settle) (uuid.UUID, error)) (uuid.UUID, error) {
	if key == "" {
		return create(func(context.Context, *database.Queries, uuid.UUID) error { return nil })
	}

	hash, err := hashRequest(operation, request)
	if err != nil {
		return uuid.Nil, err
	}

	token := callerOf(ctx).tokenID

	if err := s.queries.DropStaleIdempotencyKeys(ctx, token); err != nil {
		return uuid.Nil, err
	}

	claimed, err := s.queries.ClaimIdempotencyKey(ctx, token, key, hash)
	if err != nil {
		return uuid.Nil, err
	}

	if claimed == 0 {
		return s.first(ctx, token, key, hash)
	}

	resource, err := create(func(ctx context.Context, queries *database.Queries, resource uuid.UUID) error {
		settled, err := queries.SettleIdempotencyKey(ctx, resource, token, key)
		if err == nil && settled == 0 {
			err = problem.New(problem.Unavailable, "The request took too long. Send it again.")
		}

		return err
	})
	if err != nil {
		// Also when the caller has hung up. A key that is settled stays: the resource is there.
		return uuid.Nil, errors.Join(err, s.queries.ReleaseIdempotencyKey(context.WithoutCancel(ctx), token, key))
	}

	return resource, nil
}

// first returns what the first request with the key made, once it has.
func (s *service) first(ctx context.Context, token uuid.UUID, key string, hash []byte) (uuid.UUID, error) {
	ctx, cancel := context.WithTimeout(ctx, duplicateWait)
	defer cancel()

	for {
		row, err := s.queries.GetIdempotencyKey(ctx, token, key)
		if errors.Is(err, pgx.ErrNoRows) {
			return uuid.Nil, problem.New(problem.Conflict, "The first request with this Idempotency-Key failed. Send it again.")
		}

		if ctx.Err() != nil {
			return uuid.Nil, problem.New(problem.Unavailable, "The first request with this Idempotency-Key is still under way. Try again in a moment.")
		}

		if err != nil {
			return uuid.Nil, err
		}

		if found, err := settled(row, hash); found != uuid.Nil || err != nil {
			return found, err
		}

		select {
		case <-ctx.Done():
		case <-time.After(duplicatePoll):
		}
	}
}

// settled returns the resource of a key; none while its request is under way.
func settled(row database.IdempotencyKey, hash []byte) (uuid.UUID, error) {
	if subtle.ConstantTimeCompare(row.RequestHash, hash) == 0 {
		return uuid.Nil, problem.New(problem.Conflict, "This Idempotency-Key was used for another request. Use a new key.")
	}

	if row.ResourceID == nil {
		return uuid.Nil, nil
	}

	return *row.ResourceID, nil
}

func hashRequest(operation string, request any) ([]byte, error) {
	encoded, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("hash the request: %w", err)
	}

	sum := sha256.Sum256(append([]byte(operation+"\n"), encoded...))

	return sum[:], nil
}
