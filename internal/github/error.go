package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v66/github"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Reason says why GitHub did not do what was asked.
type Reason string

// The reasons. Limited and Unavailable pass by themselves; the others last until somebody changes something.
const (
	// Limited is a limit of GitHub's that is used up, or would be.
	Limited Reason = "limited"
	// Unavailable is a GitHub that is slow, down, or answers with what is no answer.
	Unavailable Reason = "unavailable"
	// Unauthorized is a token or key that is not accepted, or no longer.
	Unauthorized Reason = "unauthorized"
	// Forbidden is a permission that is lacking.
	Forbidden Reason = "forbidden"
	// Suspended is an installation that its account has suspended.
	Suspended Reason = "suspended"
	// Uninstalled is an installation that is no more.
	Uninstalled Reason = "uninstalled"
	// NotFound is something that is not there, or is not shown.
	NotFound Reason = "not_found"
	// Empty is a repository without a commit.
	Empty Reason = "empty"
	// Rejected is what GitHub does not accept as it is.
	Rejected Reason = "rejected"
)

// Error is why GitHub did not do what was asked. Each one is the cause of a problem.Error with a sentence for people.
type Error struct {
	Reason Reason
	// Status is that of the answer; zero where there was none.
	Status int
	// Until is when it is worth asking again, for Limited; zero where nobody knows.
	Until time.Time
	// Detail is what GitHub said, or what is wrong with its answer. It holds no secret.
	Detail string
	// Cause may be nil.
	Cause error
}

// Error returns the reason with its details.
func (e *Error) Error() string {
	text := "GitHub: " + string(e.Reason)
	if e.Status != 0 {
		text += fmt.Sprintf(" (%d)", e.Status)
	}

	if e.Detail != "" {
		text += ": " + e.Detail
	}

	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}

	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// ReasonOf returns the reason of an error of this package, and nothing for any other.
func ReasonOf(err error) Reason {
	if e, ok := asError(err); ok {
		return e.Reason
	}

	return ""
}

// RetryAt returns when a request that failed by a limit may be made again; zero where the error says nothing of that.
func RetryAt(err error) time.Time {
	if e, ok := asError(err); ok {
		return e.Until
	}

	return time.Time{}
}

// problem gives the error the sentence for its reason.
func (e *Error) problem() error {
	switch e.Reason {
	case Limited:
		return problem.Wrap(e, problem.Unavailable, "GitHub takes no more requests from the platform %s. It goes on by itself then.", e.when())
	case Unavailable:
		return problem.Wrap(e, problem.Unavailable,
			"GitHub does not answer as it should at the moment. It is tried again; https://www.githubstatus.com says how GitHub is.")
	case Unauthorized:
		return problem.Wrap(e, problem.Unauthorized, "GitHub does not accept the sign-in any more. Sign in again.")
	case Forbidden:
		return problem.Wrap(e, problem.Forbidden,
			"The GitHub App lacks a permission for this. Accept its permissions in the settings of its installation on GitHub.")
	case Suspended:
		return problem.Wrap(e, problem.Forbidden,
			"The installation of the GitHub App is suspended. Unsuspend it in the settings of its installation on GitHub.")
	case Uninstalled:
		return problem.Wrap(e, problem.NotFound, "The GitHub App is no longer installed on this account. Install it again.")
	case NotFound:
		return problem.Wrap(e, problem.NotFound,
			"GitHub does not have this, or does not show it to the platform. Check the name, and that the installation of the GitHub App includes the repository.")
	case Empty:
		return problem.Wrap(e, problem.Conflict, "The repository is empty. Push a commit to it first.")
	case Rejected:
		return problem.Wrap(e, problem.Invalid, "GitHub does not accept this: %s", e.Detail)
	default:
		return e
	}
}

func (e *Error) when() string {
	if e.Until.IsZero() {
		return "at the moment"
	}

	return "until " + e.Until.UTC().Format("15:04:05") + " UTC"
}

// explain turns an error of a request into one of this package. The context's own error stays as it is.
func explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}

	if known, ok := asError(err); ok {
		// What failed while a token was made has its sentence already.
		if said, ok := errors.AsType[*problem.Error](err); ok {
			return said
		}

		return known.problem()
	}

	if ctx.Err() != nil {
		return context.Cause(ctx)
	}

	if answered, ok := errors.AsType[*github.ErrorResponse](err); ok && answered.Response != nil {
		return answeredError(answered.Response.StatusCode, answered.Message).problem()
	}

	// The URL of a request may hold the code of a new App.
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}

	return (&Error{Reason: Unavailable, Cause: err}).problem()
}

// answeredError reads the status and message of an answer that is an error and no limit.
func answeredError(status int, message string) *Error {
	e := &Error{Status: status, Detail: message, Reason: Rejected}

	switch {
	case status >= http.StatusInternalServerError:
		e.Reason = Unavailable
	case status == http.StatusUnauthorized:
		e.Reason = Unauthorized
	case status == http.StatusForbidden && strings.Contains(message, "suspended"):
		e.Reason = Suspended
	case status == http.StatusForbidden:
		e.Reason = Forbidden
	case status == http.StatusNotFound || status == http.StatusGone:
		e.Reason = NotFound
	case status == http.StatusConflict && strings.Contains(message, "empty"):
		e.Reason = Empty
	}

	return e
}

// asError returns the error of this package in an error's chain.
func asError(err error) (*Error, bool) { return errors.AsType[*Error](err) }
