// Package problem gives errors the code and the sentence that a user may see.
//
// Everything without a problem in its chain is internal: the user sees that something went wrong on our side, the log
// sees the whole error.
package problem

import (
	"errors"
	"fmt"
)

// Code says whose move it is.
type Code string

// The codes. Conflict, Invalid, NotFound, Unauthorized and Forbidden are the user's to mend; Unavailable and
// TooMany, for which the caller has asked too often, pass by themselves; Internal is ours.
const (
	Conflict     Code = "conflict"
	Invalid      Code = "invalid"
	NotFound     Code = "not_found"
	Unauthorized Code = "unauthorized"
	Forbidden    Code = "forbidden"
	Unavailable  Code = "unavailable"
	TooMany      Code = "too_many"
	Internal     Code = "internal"
)

// Error is an error with a code and a sentence for the user.
type Error struct {
	Code Code
	// Message is one or more full sentences that say what happened and what to do. It never holds a secret.
	Message string
	// Cause is for the log; it may be nil.
	Cause error
}

// Error returns the message and, behind it, the cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Message
	}

	return fmt.Sprintf("%s: %v", e.Message, e.Cause)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New returns an error with a code and a sentence formatted as by fmt.Sprintf.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap is New with a cause that only the log sees.
func Wrap(cause error, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// CodeOf returns the code of the first Error in err's chain, and Internal where there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}

	return Internal
}

// MessageOf returns the sentence of the first Error in err's chain, and a general one where there is none.
func MessageOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}

	return "Something went wrong on our side. Try again; if it stays, tell the operator of this platform."
}

// IsUsers tells whether retrying cannot help because the user has to change something first.
func IsUsers(err error) bool {
	switch CodeOf(err) {
	case Conflict, Invalid, NotFound, Unauthorized, Forbidden:
		return true
	case Unavailable, TooMany, Internal:
		return false
	default:
		return false
	}
}
