package nodeagent

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/joining"
)

// ErrNoBinding tells that the API is of a version before, which knows tokens without keys alone.
var ErrNoBinding = errors.New("the API cannot bind the token to this machine")

// Exchange gives a one-time token to the API for the node's own token, which is of use with the key alone. With checkOnly it only asks which node that is, and
// the one-time token stays unused. Exchange may be called again with the same key, as an answer may be lost.
func Exchange(ctx context.Context, apiURL, oneTime string, key ed25519.PrivateKey, checkOnly bool) (client.JoinedNode, error) {
	ctx, cancel := context.WithTimeout(ctx, joining.Patience)
	defer cancel()

	api, err := client.NewClientWithResponses(apiURL, client.WithHTTPClient(&http.Client{Transport: newTransport()}))
	if err != nil {
		return client.JoinedNode{}, fmt.Errorf("make a client of the API: %w", err)
	}

	body := client.JoinNodeInputBody{Token: oneTime, PublicKey: httpsignature.PublicKey(key)}
	if checkOnly {
		body.CheckOnly = &checkOnly
	}

	response, err := api.JoinNodeWithResponse(ctx, body)

	switch {
	case err != nil:
		return client.JoinedNode{}, joining.Unreachable(apiURL, err)
	case response.StatusCode() == http.StatusUnauthorized, response.StatusCode() == http.StatusConflict:
		return client.JoinedNode{}, joining.Refused(response.Body)
	case response.JSON200 == nil:
		return client.JoinedNode{}, joining.NoAPI(apiURL, response.Status(), response.Body)
	default:
		return *response.JSON200, nil
	}
}

// Bind has the API replace the node's token by one that is of use with the key alone. The one before stays valid for ten minutes.
func Bind(ctx context.Context, config Config, key ed25519.PrivateKey) (token string, err error) {
	ctx, cancel := context.WithTimeout(ctx, joining.Patience)
	defer cancel()

	transport, err := config.transport()
	if err != nil {
		return "", err
	}

	api, err := config.api(transport)
	if err != nil {
		return "", err
	}

	response, err := api.BindNodeTokenWithResponse(ctx, client.BindNodeTokenInputBody{PublicKey: httpsignature.PublicKey(key)})

	switch {
	case err != nil:
		return "", joining.Unreachable(config.APIURL, err)
	case response.StatusCode() == http.StatusNotFound:
		return "", ErrNoBinding
	case response.JSON200 == nil:
		return "", fmt.Errorf("bind the token to this machine: %s", joining.Detail(response.Body))
	default:
		return response.JSON200.Token, nil
	}
}
