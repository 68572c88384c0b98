package main

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// holder is who signs in with a token: a node, an edge or a program.
type holder struct {
	path, file, old string
	// current is the token that it has now.
	current atomic.Value
}

func newHolder(path, file, token string) *holder {
	h := &holder{path: path, file: file, old: token}
	h.current.Store(token)

	return h
}

// asks returns the status of an answer to the token.
func (h *holder) asks(ctx context.Context, at *apiCopy, token string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.url+h.path, nil)
	if err != nil {
		return 0, err
	}

	request.Header.Set("Authorization", "Bearer "+token)

	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}

	return answer.StatusCode, answer.Body.Close()
}

// TestRotation_OfTokens_RefusesNobody runs the commands of the page while a node, an edge and a program ask two APIs with the token that they have.
func TestRotation_OfTokens_RefusesNobody(t *testing.T) {
	t.Parallel()

	c := startCopies(t, 2, "ZEITWORK_SECRET_KEY="+secret.GenerateKey().Encode())
	page := openRunbook(t, "Tokens", 5, "ZEITWORK_API_URL="+c.copies[0].url, "ZEITWORK_TOKEN="+c.tokens.User)

	made, err := c.copies[0].client.CreateTokenWithResponse(t.Context(), client.CreateTokenInputBody{Name: "ci"})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	holders := []*holder{
		newHolder("/v1/node/assignments", "node-1.token", c.tokens.Node),
		newHolder("/v1/edge/routes", "edge-1.token", c.tokens.Edge),
		newHolder("/v1/me", "ci.token", made.JSON201.Secret),
	}
	olds := []string{c.tokenOf(t, "OLD_OF_NODE"), c.tokenOf(t, "OLD_OF_EDGE"), "OLD_OF_CI=" + made.JSON201.ID.String()}

	end := c.use(func(at *apiCopy) error {
		for _, h := range holders {
			if status, err := h.asks(t.Context(), at, h.current.Load().(string)); err != nil || status != http.StatusOK {
				return fmt.Errorf("%s: %d %w", h.path, status, err)
			}
		}

		return nil
	})

	for block, h := range holders {
		page.do(t, block)

		fresh := page.file(t, h.file)
		require.NotEqual(t, h.old, fresh)
		c.requireStatus(t, h, h.old, http.StatusOK)
		c.requireStatus(t, h, fresh, http.StatusOK)
		h.current.Store(fresh)
	}

	require.Contains(t, page.do(t, 3), "LAST USED")

	for _, old := range olds {
		_, code := page.run(t, "export "+old)
		require.Zero(t, code)
	}

	page.do(t, 4)
	require.Empty(t, end(), "somebody was refused")

	for _, h := range holders {
		c.requireStatus(t, h, h.old, http.StatusUnauthorized)
		c.requireStatus(t, h, h.current.Load().(string), http.StatusOK)
	}
}

// requireStatus asks each API.
func (c *copies) requireStatus(t *testing.T, h *holder, token string, status int) {
	t.Helper()

	for _, one := range c.copies {
		answered, err := h.asks(t.Context(), one, token)
		require.NoError(t, err)
		require.Equal(t, status, answered, h.path)
	}
}

// tokenOf is the assignment of the id of the only token that the node or the edge has.
func (c *copies) tokenOf(t *testing.T, variable string) string {
	t.Helper()

	kind := map[string]string{"OLD_OF_NODE": "node_id", "OLD_OF_EDGE": "edge_id"}[variable]

	var token uuid.UUID

	require.NoError(t, c.pool.QueryRow(t.Context(), "SELECT id FROM api_tokens WHERE "+kind+" IS NOT NULL").Scan(&token))

	return variable + "=" + token.String()
}
