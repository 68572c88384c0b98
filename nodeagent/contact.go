package nodeagent

import (
	"context"
	"fmt"
	"net/http"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/joining"
)

// Contact asks the API for the node's assignments, once. It fails with a sentence for the operator where the API cannot be reached or does not take the token.
func Contact(ctx context.Context, config Config) (client.Assignments, error) {
	ctx, cancel := context.WithTimeout(ctx, joining.Patience)
	defer cancel()

	transport, err := config.transport()
	if err != nil {
		return client.Assignments{}, err
	}

	api, err := config.api(transport)
	if err != nil {
		return client.Assignments{}, err
	}

	response, err := api.GetAssignmentsWithResponse(ctx, &client.GetAssignmentsParams{})

	switch {
	case err != nil:
		return client.Assignments{}, joining.Unreachable(config.APIURL, err)
	case response.StatusCode() == http.StatusUnauthorized:
		return client.Assignments{}, fmt.Errorf("the API at %s does not take this token: `zeitwork nodes join NAME` prints a command that joins with another one. %s",
			config.APIURL, joining.Detail(response.Body))
	case response.JSON200 == nil:
		return client.Assignments{}, joining.NoAPI(config.APIURL, response.Status(), response.Body)
	default:
		return *response.JSON200, nil
	}
}

// api returns a client that signs in as the node.
func (c Config) api(transport http.RoundTripper) (*client.ClientWithResponses, error) {
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+c.Token)

		return nil
	}

	api, err := client.NewClientWithResponses(c.APIURL, client.WithHTTPClient(&http.Client{Transport: transport}), client.WithRequestEditorFn(authorize))
	if err != nil {
		return nil, fmt.Errorf("make a client of the API: %w", err)
	}

	return api, nil
}
