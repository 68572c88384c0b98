package cluster

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// client returns a client of the API that is signed in as the operator.
func (c *Cluster) client() (*client.ClientWithResponses, error) {
	api, err := client.NewClientWithResponses(c.APIURL(), client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+c.tokens.User)

		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("make a client of the API: %w", err)
	}

	return api, nil
}

// answers returns the check that the URL answers with 200.
func answers(url string) check {
	return func(ctx context.Context, _ time.Time) error { return succeeds(ctx, url) }
}

func succeeds(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}

	if err := response.Body.Close(); err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}

	return nil
}
func (c *Cluster) nodeAtAPI(ctx context.Context, n *node) (client.Node, error) {
	api, err := c.client()
	if err != nil {
		return client.Node{}, err
	}

	nodes, err := api.ListNodesWithResponse(ctx, nil)
	if err != nil {
		return client.Node{}, fmt.Errorf("ask for the nodes: %w", err)
	}

	if nodes.JSON200 == nil {
		return client.Node{}, fmt.Errorf("ask for the nodes: %s", nodes.Body)
	}

	found, ok := lo.Find(nodes.JSON200.Items, func(found client.Node) bool { return found.Name == n.Name })
	if !ok {
		return client.Node{}, fmt.Errorf("the API knows no node %s", n.Name)
	}

	return found, nil
}
