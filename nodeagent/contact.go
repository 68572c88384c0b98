package nodeagent

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/zeitwork/zeitwork/client"
)

// Contact asks the API for the node's assignments, once. It fails with a sentence for the operator where the API cannot be reached or does not know the token.
func Contact(ctx context.Context, config Config) (client.Assignments, error) {
	const patience = 15 * time.Second

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	api, err := config.api()
	if err != nil {
		return client.Assignments{}, err
	}

	response, err := api.GetAssignmentsWithResponse(ctx, &client.GetAssignmentsParams{})

	switch {
	case err != nil:
		return client.Assignments{}, fmt.Errorf("the API cannot be reached: is ZEITWORK_API_URL=%s right, and in reach of this machine? %w", config.APIURL, err)
	case response.StatusCode() == http.StatusUnauthorized:
		return client.Assignments{}, fmt.Errorf("the API at %s knows no node with this token: `zeitwork nodes create` makes a node, and "+
			"`zeitwork nodes rotate-token` shows a new token of one", config.APIURL)
	case response.JSON200 == nil:
		return client.Assignments{}, fmt.Errorf("ZEITWORK_API_URL=%s answers %s, which no API of the platform does: is it right?", config.APIURL, response.Status())
	default:
		return *response.JSON200, nil
	}
}

// api returns a client that signs in as the node.
func (c Config) api() (*client.ClientWithResponses, error) {
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+c.Token)

		return nil
	}

	api, err := client.NewClientWithResponses(c.APIURL, client.WithHTTPClient(newHTTPClient()), client.WithRequestEditorFn(authorize))
	if err != nil {
		return nil, fmt.Errorf("make a client of the API: %w", err)
	}

	return api, nil
}
