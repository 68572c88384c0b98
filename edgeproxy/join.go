package edgeproxy

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/joining"
)

// Exchange gives a one-time token to the API for the edge's own token, which is of use with the key alone. With checkOnly it only asks which edge that is, and
// the one-time token stays unused. Exchange may be called again with the same key, as an answer may be lost.
func Exchange(ctx context.Context, apiURL, oneTime string, key ed25519.PrivateKey, checkOnly bool) (client.JoinedEdge, error) {
	ctx, cancel := context.WithTimeout(ctx, joining.Patience)
	defer cancel()

	api, err := client.NewClientWithResponses(apiURL)
	if err != nil {
		return client.JoinedEdge{}, fmt.Errorf("make a client of the API: %w", err)
	}

	body := client.JoinEdgeInputBody{Token: oneTime, PublicKey: httpsignature.PublicKey(key)}
	if checkOnly {
		body.CheckOnly = &checkOnly
	}

	response, err := api.JoinEdgeWithResponse(ctx, body)

	switch {
	case err != nil:
		return client.JoinedEdge{}, joining.Unreachable(apiURL, err)
	case response.StatusCode() == http.StatusUnauthorized, response.StatusCode() == http.StatusConflict:
		return client.JoinedEdge{}, joining.Refused(response.Body)
	case response.JSON200 == nil:
		return client.JoinedEdge{}, joining.NoAPI(apiURL, response.Status(), response.Body)
	default:
		return *response.JSON200, nil
	}
}

// Bind has the API take the edge's token with the key alone, and tells whether it takes it at all. For a token that is bound to the key it changes nothing.
func Bind(ctx context.Context, apiURL, token string, key ed25519.PrivateKey) error {
	ctx, cancel := context.WithTimeout(ctx, joining.Patience)
	defer cancel()

	signed := &http.Client{Transport: &httpsignature.Transport{Key: key, Next: http.DefaultTransport}}
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)

		return nil
	}

	api, err := client.NewClientWithResponses(apiURL, client.WithHTTPClient(signed), client.WithRequestEditorFn(authorize))
	if err != nil {
		return fmt.Errorf("make a client of the API: %w", err)
	}

	response, err := api.BindEdgeTokenWithResponse(ctx, client.BindEdgeTokenInputBody{PublicKey: httpsignature.PublicKey(key)})

	switch {
	case err != nil:
		return joining.Unreachable(apiURL, err)
	case response.StatusCode() == http.StatusNoContent:
		return nil
	case response.StatusCode() == http.StatusUnauthorized, response.StatusCode() == http.StatusForbidden, response.StatusCode() == http.StatusConflict:
		return joining.Refused(response.Body)
	default:
		return joining.NoAPI(apiURL, response.Status(), response.Body)
	}
}
