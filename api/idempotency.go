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
	// duplicateWait is how long a duplicate waits for the first request with its key.
	duplicateWait = 10 * time.Second
	duplicatePoll = 20 * time.Millisecond
)

// settle stores the id of the new resource with the key, in the transaction that makes the resource: a crash leaves both or neither.
type settle func(ctx context.Context, queries *database.Queries, resource uuid.UUID) error

// createOnce makes a resource and returns its id. Where the caller has made one with the same key already, it returns the id of that one; a
// duplicate that comes while the first request is under way waits for it. Without a key it only calls create.
func (s *service) createOnce(ctx context.Context, key, operation string, request any, create func(settle settle) (uuid.UUID, error)) (uuid.UUID, error) {
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
		return s.awaitFirst(ctx, token, key, hash)
	}

	resource, err := create(func(ctx context.Context, queries *database.Queries, resource uuid.UUID) error {
		settled, err := queries.SettleIdempotencyKey(ctx, resource, token, key)
		if err == nil && settled == 0 {
			err = problem.New(problem.Unavailable, "The request took too long. Send it again.")
		}

		return err
	})
	if err != nil {
		// The key is released also when the caller has hung up. A settled key stays, as its resource exists.
		return uuid.Nil, errors.Join(err, s.queries.ReleaseIdempotencyKey(context.WithoutCancel(ctx), token, key))
	}

	return resource, nil
}

// awaitFirst waits for the first request with the key, and returns the id of the resource that it made.
func (s *service) awaitFirst(ctx context.Context, token uuid.UUID, key string, hash []byte) (uuid.UUID, error) {
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

// settled returns the resource of a key, and uuid.Nil while the first request with it is under way.
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
