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
