package gitremote

import (
	"fmt"
	"net/http"
	"strings"
)

// Kind is what is wrong with a remote, as far as whoever named it can do something about it.
type Kind int

// The kinds.
const (
	// Unavailable is trouble that may pass.
	Unavailable Kind = iota
	// Unauthorized means that the repository is not there or needs other credentials.
	Unauthorized
	// Forbidden means that it may not be read with them.
	Forbidden
	// NotFound means that there is no such repository.
	NotFound
	// NotGit means that what answers is no git server, or none that speaks smart HTTP.
	NotGit
	// NotAllowed means that it redirects to a protocol that is not allowed.
	NotAllowed
	// TooLarge means that it answers with more than is taken.
	TooLarge
)

// Error is an answer that is of no use. Other errors of this package are those of connections.
type Error struct {
	Kind Kind
	text string
}

// Error is for logs: it may hold words of the server.
func (e *Error) Error() string { return e.text }

func newError(kind Kind, format string, arguments ...any) *Error {
	return &Error{Kind: kind, text: fmt.Sprintf(format, arguments...)}
}

// errorOfStatus returns the error for an HTTP status other than 200.
func errorOfStatus(status int) *Error {
	kind := Unavailable

	switch status {
	case http.StatusUnauthorized:
		kind = Unauthorized
	case http.StatusForbidden:
		kind = Forbidden
	case http.StatusNotFound, http.StatusGone:
		kind = NotFound
	}

	return newError(kind, "the git server answers with HTTP status %d", status)
}

// errorOfServer returns the error for what a server says in an ERR packet.
func errorOfServer(said string) *Error {
	const most = 500

	kind := Unavailable
	if strings.Contains(said, "not found") || strings.Contains(said, "not exported") || strings.Contains(said, "does not appear to be a git repository") {
		kind = NotFound
	}

	return newError(kind, "the git server says: %.*q", most, said)
}
