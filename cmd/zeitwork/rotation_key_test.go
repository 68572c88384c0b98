package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// TestRotation_OfThePlatformsKey_IsNoticedByNobody runs the commands of the page while an owner reads a variable at two APIs. Both are started
// anew meanwhile.
func TestRotation_OfThePlatformsKey_IsNoticedByNobody(t *testing.T) {
	t.Parallel()

	former := secret.GenerateKey().Encode()
	c := startCopies(t, 2, "ZEITWORK_SECRET_KEY="+former)
	first, second := c.copies[0], c.copies[1]
	page := openRunbook(t, "The platform's key", 6, "ZEITWORK_SECRET_KEY="+former, "ZEITWORK_DATABASE_URL="+c.database.URL)

	project := c.readableProject(t)
	first.write(t, project, "NAME", "canary")

	end := c.use(func(at *apiCopy) error { return at.reads(t.Context(), project, "NAME", "canary") })

	require.Contains(t, page.do(t, 0), "A new key was made. Values sealed anew: 1.")

	page.do(t, 1)
	current, _ := page.run(t, `printf %s "$ZEITWORK_SECRET_KEY"`)
	require.NotEqual(t, former, current)

	page.do(t, 2)
	keys := page.file(t, "registry-keys.json")
	signedBefore := c.registryToken(t, first)

	// One has both keys, and the other the one before alone.
	c.restart(t, first, "ZEITWORK_SECRET_KEY="+current, "ZEITWORK_SECRET_KEY_PREVIOUS="+former)

	for _, one := range c.copies {
		require.True(t, takes(t, keys, c.registryToken(t, one)), "the registry takes the tokens of both")
	}

	second.write(t, project, "OLD", "by the one with the key before")
	first.write(t, project, "NEW", "by the one with both")
	require.NoError(t, first.reads(t.Context(), project, "OLD", "by the one with the key before"))
	require.NoError(t, second.reads(t.Context(), project, "NEW", "by the one with both"))

	c.restart(t, second, "ZEITWORK_SECRET_KEY="+current, "ZEITWORK_SECRET_KEY_PREVIOUS="+former)

	require.Contains(t, page.do(t, 3), "Values sealed anew: 3.")

	for _, one := range c.copies {
		c.restart(t, one, "ZEITWORK_SECRET_KEY="+current)
	}

	page.do(t, 4)
	keys = page.file(t, "registry-keys.json")
	require.Contains(t, page.do(t, 5), "Values sealed anew: 3.")

	require.Empty(t, end(), "somebody has noticed")

	// The key before is of no use any more.
	require.False(t, takes(t, keys, signedBefore))
	require.True(t, takes(t, keys, c.registryToken(t, second)))

	written, code := page.run(t, "ZEITWORK_SECRET_KEY="+former+" zeitwork admin keys rotate")
	require.NotZero(t, code)
	require.Contains(t, written, "ZEITWORK_SECRET_KEY")
	require.NoError(t, second.reads(t.Context(), project, "OLD", "by the one with the key before"))
}

// readableProject makes a project whose variables owners may read.
func (c *copies) readableProject(t *testing.T) uuid.UUID {
	t.Helper()

	project := c.copies[0].makeShop(t)

	readable, err := c.copies[0].client.SetVariableAccessWithResponse(t.Context(), project, client.SetVariableAccessInputBody{Readable: true})
	require.NoError(t, err)
	require.Less(t, readable.StatusCode(), http.StatusMultipleChoices, "%s", readable.Body)

	return project
}

func (a *apiCopy) write(t *testing.T, project uuid.UUID, name, value string) {
	t.Helper()

	set, err := a.client.SetEnvironmentVariableWithResponse(t.Context(), project, name, nil, client.SetEnvironmentVariableInputBody{Value: value})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, set.StatusCode(), "%s", set.Body)
}

// reads returns an error where the API does not open the variable.
func (a *apiCopy) reads(ctx context.Context, project uuid.UUID, name, value string) error {
	read, err := a.client.ReadEnvironmentVariableWithResponse(ctx, project, name, &client.ReadEnvironmentVariableParams{
		Scope: new(client.ReadEnvironmentVariableParamsScope("all")),
	})

	switch {
	case err != nil:
		return err
	case read.JSON200 == nil:
		return fmt.Errorf("read %s: %s", name, read.Body)
	case read.JSON200.Value != value:
		return fmt.Errorf("%s is %q", name, read.JSON200.Value)
	default:
		return nil
	}
}

// registryToken is a token for the registry, as the node asks for one.
func (c *copies) registryToken(t *testing.T, at *apiCopy) string {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at.url+"/v1/registry/token?service="+registryauth.Service, nil)
	require.NoError(t, err)
	request.SetBasicAuth(registryauth.NodeUser, c.tokens.Node)

	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)

	defer func() { _ = answer.Body.Close() }()

	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)

	var given struct {
		Token string `json:"token"`
	}

	require.NoError(t, json.Unmarshal(body, &given), "%s", body)

	return given.Token
}

// takes tells whether a registry with these public keys takes a token.
func takes(t *testing.T, keys, token string) bool {
	t.Helper()

	var set struct {
		Keys []struct {
			KID string `json:"kid"`
			X   string `json:"x"`
			Y   string `json:"y"`
		} `json:"keys"`
	}

	require.NoError(t, json.Unmarshal([]byte(keys), &set))

	_, err := jwt.Parse(token, func(token *jwt.Token) (any, error) {
		for _, key := range set.Keys {
			if key.KID != token.Header["kid"] {
				continue
			}

			x, err := base64.RawURLEncoding.DecodeString(key.X)
			require.NoError(t, err)
			y, err := base64.RawURLEncoding.DecodeString(key.Y)
			require.NoError(t, err)

			return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		}

		return nil, jwt.ErrTokenUnverifiable
	})

	return err == nil
}
