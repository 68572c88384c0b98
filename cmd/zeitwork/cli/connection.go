package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/zeitwork/zeitwork/client"
)

// API is the generated client of /v1, signed in.
type API = client.ClientWithResponses

func (a *app) connect() (*API, error) {
	found, err := a.credentials()
	if err != nil {
		return nil, err
	}

	return Connect(found.API, found.Token)
}

// Connect returns a client of the platform at url that signs in with token.
func Connect(url, token string) (*API, error) {
	api, err := client.NewClientWithResponses(strings.TrimSuffix(url, "/"), client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)

		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("%q is not the URL of a platform: %w", url, err)
	}

	return api, nil
}

// answer is the part that all responses of the generated client share.
type answer interface {
	GetBody() []byte
	StatusCode() int
}

// checked turns an answer that is not a success into an error with the platform's words.
func checked[A answer](response A, err error) (A, error) {
	if err != nil {
		return response, unreachable(err)
	}

	if response.StatusCode() >= http.StatusBadRequest {
		return response, refusal(response.StatusCode(), response.GetBody())
	}

	return response, nil
}

func unreachable(err error) error {
	if errors.Is(err, context.Canceled) {
		return &exitError{code: ExitInterrupted, err: errors.New("interrupted")}
	}

	return fmt.Errorf("the platform does not answer; is it running, and is its URL right? %w", err)
}

// refusal turns a problem document (RFC 9457) into an error.
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
		document.Detail = fmt.Sprintf("The platform answered with status %d.", status)
	}

	lines := append(make([]string, 0, 1+len(document.Errors)), cmp.Or(document.Detail, document.Title))
	for _, detail := range document.Errors {
		lines = append(lines, "  "+strings.TrimPrefix(detail.Location, "body.")+": "+detail.Message)
	}

	err := errors.New(strings.Join(lines, "\n"))
	if status == http.StatusUnauthorized {
		return &exitError{code: ExitSignedOut, err: fmt.Errorf("%w Sign in with `zeitwork login --api URL`", err)}
	}

	return err
}
