package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// settle stores the id of the new resource with the key, at the end of the transaction that makes the resource. It returns errDuplicate where
// another request with the key has made one meanwhile; the transaction must then be given up.
type settle func(ctx context.Context, queries *database.Queries, resource uuid.UUID) error

// errDuplicate ends the transaction of a request whose key another request has used first.
var errDuplicate = errors.New("another request with this Idempotency-Key was first")

// createOnce makes a resource and returns its id. Where the caller has made one with the same key already, it returns the id of that one. The key
// is stored with the resource or not at all, whatever dies: of two requests at once the second waits for the end of the first one's transaction,
// and is rolled back if that has made the resource. Without a key createOnce only calls create.
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

	if first, err := s.madeWith(ctx, token, key, hash); first != uuid.Nil || err != nil {
		return first, err
	}

	resource, err := create(func(ctx context.Context, queries *database.Queries, resource uuid.UUID) error {
		stored, err := queries.StoreIdempotencyKey(ctx, database.StoreIdempotencyKeyParams{
			TokenID: token, Key: key, RequestHash: hash, ResourceID: resource,
		})
		if err == nil && stored == 0 {
			err = errDuplicate
		}

		return err
	})
	if err == nil {
		return resource, nil
	}

	// What failed may have failed because of the first request, which has taken the name, say.
	first, lookup := s.madeWith(ctx, token, key, hash)

	switch {
	case first != uuid.Nil:
		return first, nil
	case errors.Is(err, errDuplicate) && lookup != nil:
		return uuid.Nil, lookup
	case errors.Is(err, errDuplicate):
		return uuid.Nil, problem.New(problem.Unavailable, "The first request with this Idempotency-Key is still under way. Try again in a moment.")
	default:
		return uuid.Nil, err
	}
}

// madeWith returns the resource that the caller has made with the key, and uuid.Nil where there is none.
func (s *service) madeWith(ctx context.Context, token uuid.UUID, key string, hash []byte) (uuid.UUID, error) {
	row, err := s.queries.GetIdempotencyKey(ctx, token, key)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}

	if err != nil {
		return uuid.Nil, err
	}

	if subtle.ConstantTimeCompare(row.RequestHash, hash) == 0 {
		return uuid.Nil, problem.New(problem.Conflict, "This Idempotency-Key was used for another request. Use a new key.")
	}

	// An api of the version before stores the key first and the resource later.
	return lo.FromPtr(row.ResourceID), nil
}

func hashRequest(operation string, request any) ([]byte, error) {
	encoded, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("hash the request: %w", err)
	}

	sum := sha256.Sum256(append([]byte(operation+"\n"), encoded...))

	return sum[:], nil
}
