package rig

import (
	"context"
	"fmt"
	"net/http"

	"github.com/zeitwork/zeitwork/client"
)

// NewClient returns a client of the /v1 API at a URL that signs in with a user's token.
func NewClient(url, token string) (*client.ClientWithResponses, error) {
	signIn := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)

		return nil
	}

	made, err := client.NewClientWithResponses(url, client.WithRequestEditorFn(signIn))
	if err != nil {
		return nil, fmt.Errorf("make a client of the API: %w", err)
	}

	return made, nil
}

// Failed returns the error of a call of the API that did not answer as it should: that of the call or, where it has none, the answer's body.
func Failed(what string, err error, body []byte) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}

	return fmt.Errorf("%s: %s", what, body)
}
