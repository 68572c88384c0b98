package nodeagent

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
)

// joinPatience is how long the API may take to answer while a machine joins.
const joinPatience = 15 * time.Second

// ErrRefused tells that the API does not take a token. What it is joined with is a sentence for the operator.
var ErrRefused = errors.New("the API refused")

// ErrNoBinding tells that the API is of a version before, which knows tokens without keys alone.
var ErrNoBinding = errors.New("the API cannot bind the token to this machine")

// Exchange gives a one-time token to the API for the node's own token, which is of use with the key alone. With checkOnly it only asks which node that is, and
// the one-time token stays unused. Exchange may be called again with the same key, as an answer may be lost.
func Exchange(ctx context.Context, apiURL, oneTime string, key ed25519.PrivateKey, checkOnly bool) (client.JoinedNode, error) {
	ctx, cancel := context.WithTimeout(ctx, joinPatience)
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
		return client.JoinedNode{}, unreachable(apiURL, err)
	case response.StatusCode() == http.StatusUnauthorized, response.StatusCode() == http.StatusConflict:
		return client.JoinedNode{}, fmt.Errorf("%w: %s", ErrRefused, detailOf(response.Body))
	case response.JSON200 == nil:
		return client.JoinedNode{}, noAPI(apiURL, response.Status(), response.Body)
	default:
		return *response.JSON200, nil
	}
}

// Bind has the API replace the node's token by one that is of use with the key alone. The one before stays valid for ten minutes.
func Bind(ctx context.Context, config Config, key ed25519.PrivateKey) (token string, err error) {
	ctx, cancel := context.WithTimeout(ctx, joinPatience)
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
		return "", unreachable(config.APIURL, err)
	case response.StatusCode() == http.StatusNotFound:
		return "", ErrNoBinding
	case response.JSON200 == nil:
		return "", fmt.Errorf("bind the token to this machine: %s", detailOf(response.Body))
	default:
		return response.JSON200.Token, nil
	}
}

func unreachable(apiURL string, err error) error {
	return fmt.Errorf("the API cannot be reached: is ZEITWORK_API_URL=%s right, and in reach of this machine? %w", apiURL, err)
}

func noAPI(apiURL, status string, body []byte) error {
	return fmt.Errorf("ZEITWORK_API_URL=%s answers %s, which no API of the platform does: is it right? %s", apiURL, status, detailOf(body))
}

// detailOf is the sentence of a problem that the API has answered with.
func detailOf(body []byte) string {
	var problem client.Problem
	if err := json.Unmarshal(body, &problem); err != nil {
		return ""
	}

	return problem.Detail
}
