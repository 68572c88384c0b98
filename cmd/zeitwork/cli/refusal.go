package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// refusedError is an answer of the platform that is not a success.
type refusedError struct {
	status int
	text   string
}

func (e *refusedError) Error() string { return e.text }

// refusal turns a problem document (RFC 9457) into an error. It decides the exit code: whether the user has to change something, to sign in,
// or the platform has failed.
func refusal(status int, body []byte) error {
	document := struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
		Errors []struct {
			Message  string `json:"message"`
			Location string `json:"location"`
		} `json:"errors"`
	}{}

	if err := json.Unmarshal(body, &document); err != nil || document.Title+document.Detail == "" {
		document.Detail = fmt.Sprintf("The platform answered with status %d and without a reason. Is its URL right?", status)
	}

	lines := append(make([]string, 0, 1+len(document.Errors)), cmp.Or(document.Detail, document.Title))
	for _, detail := range document.Errors {
		lines = append(lines, "  "+strings.TrimPrefix(detail.Location, "body.")+": "+detail.Message)
	}

	refused := &refusedError{status: status, text: strings.Join(lines, "\n")}

	switch {
	case status == http.StatusUnauthorized:
		return &exitError{code: ExitSignedOut, err: fmt.Errorf("%w\nRun `zeitwork login`, or correct ZEITWORK_TOKEN if that is set", refused)}
	case isTemporary(status):
		return refused
	default:
		return UsageError(refused)
	}
}

// isTemporary tells whether the same request may succeed later without anybody changing it.
func isTemporary(status int) bool {
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// isRefused tells whether the platform answered with the status.
func isRefused(err error, status int) bool {
	refused, ok := errors.AsType[*refusedError](err)

	return ok && refused.status == status
}
