package database

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// IsUniqueViolation tells whether a statement failed because a unique index has such a row already.
func IsUniqueViolation(err error) bool {
	violation, ok := errors.AsType[*pgconn.PgError](err)

	return ok && violation.Code == uniqueViolation
}

// IsMissingPartition tells whether a statement failed because its row belongs to no partition that there is.
func IsMissingPartition(err error) bool {
	violation, ok := errors.AsType[*pgconn.PgError](err)

	// A violation of a check names it.
	return ok && violation.Code == checkViolation && violation.ConstraintName == ""
}
