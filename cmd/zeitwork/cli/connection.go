package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/client"
)

// API is the generated client of /v1, signed in.
type API = client.ClientWithResponses

func (a *app) connect() (*API, error) {
	found, err := a.signedIn()
	if err != nil {
		return nil, err
	}

	return Connect(found.API, found.Token)
}

// Connect returns a client of the platform at url that signs in with token.
func Connect(url, token string) (*API, error) {
	api, err := client.NewClientWithResponses(strings.TrimSuffix(url, "/"), client.WithHTTPClient(newHTTPClient()),
		client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", "Bearer "+token)

			return nil
		}))
	if err != nil {
		return nil, fmt.Errorf("%q is not the URL of a platform: %w", url, err)
	}

	return api, nil
}

// newHTTPClient returns a client that follows no redirect: whoever answers with one could have the token sent to another host.
func newHTTPClient() *http.Client {
	const headerTime = 45 * time.Second

	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, ResponseHeaderTimeout: headerTime, TLSHandshakeTimeout: headerTime,
	}

	return &http.Client{
		Transport: transport,
		CheckRedirect: func(request *http.Request, _ []*http.Request) error {
			return UsageError(fmt.Errorf("this is not the platform's own address: it leads to %s", request.URL))
		},
	}
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

	// A web page that answers every path answers with success, too.
	if response.StatusCode() != http.StatusNoContent && !json.Valid(response.GetBody()) {
		return response, UsageError(errors.New("what answers at this URL is no platform's API: `zeitwork contexts` shows the URLs"))
	}

	return response, nil
}

func unreachable(err error) error {
	if errors.Is(err, context.Canceled) {
		return interrupted()
	}

	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit
	}

	return fmt.Errorf("the platform does not answer; is it running, and is its URL right? %w", err)
}
