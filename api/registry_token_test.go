package api

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
)

func basic(user, password string) http.Header {
	if user == "" {
		return http.Header{}
	}

	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))}}
}

// access returns the access of a token, as "repository:actions".
func access(t *testing.T, answer answered) []string {
	t.Helper()

	require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)

	var body struct {
		Token     string `json:"token"`
		ExpiresIn int    `json:"expires_in"`
	}
	require.NoError(t, json.Unmarshal([]byte(answer.text), &body))
	require.Equal(t, 300, body.ExpiresIn)

	var claims struct {
		jwt.RegisteredClaims

		Access []registryauth.Access `json:"access"`
	}

	_, _, err := jwt.NewParser().ParseUnverified(body.Token, &claims)
	require.NoError(t, err)
	require.Equal(t, jwt.ClaimStrings{registryauth.Service}, claims.Audience)

	return lo.Map(claims.Access, func(a registryauth.Access, _ int) string { return a.Name + ":" + strings.Join(a.Actions, ",") })
}

//nolint:tparallel // The node stops running the project behind the subtests.
func TestRegistryToken_AllowsExactlyWhatItsHolderMay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	key := b.server.config.SecretKey
	project, other := b.project(t), b.project(t)
	mine, others := projectRepository(project.ID), projectRepository(other.ID)
	deployment := b.deployment(t, project.ID)
	vm := b.vm(t, deployment.ID)

	grant := func(key secret.Key, now time.Time) string {
		password, err := registryauth.NewGrant(key, registryauth.Repository(mine, registryauth.Pull, registryauth.Push), now, time.Minute)
		require.NoError(t, err)

		return password
	}
	good := grant(key, time.Now())
	deleting, err := registryauth.NewGrant(key, registryauth.Repository(mine, registryauth.Delete), time.Now(), time.Minute)
	require.NoError(t, err)

	for name, test := range map[string]struct {
		user, password string
		scopes         []string
		want           []string // Nil: 401.
	}{
		"grant: its repository":              {"grant", good, []string{mine + ":pull,push"}, []string{mine + ":pull,push"}},
		"grant: no more than its actions":    {"grant", good, []string{mine + ":pull,push,delete"}, []string{mine + ":pull,push"}},
		"grant to delete: only that":         {"grant", deleting, []string{mine + ":push,pull,delete", others + ":delete"}, []string{mine + ":delete"}},
		"grant: no other repository":         {"grant", good, []string{others + ":pull,push"}, []string{}},
		"grant: base images":                 {"grant", good, []string{"docker.io/library/node:pull", mine + ":push"}, []string{"docker.io/library/node:pull", mine + ":push"}},
		"grant: cannot push base images":     {"grant", good, []string{"docker.io/library/node:pull,push"}, []string{"docker.io/library/node:pull"}},
		"grant that is over":                 {"grant", grant(key, time.Now().Add(-time.Hour)), []string{mine + ":pull"}, nil},
		"grant of another platform":          {"grant", grant(secret.GenerateKey(), time.Now()), []string{mine + ":pull"}, nil},
		"node: what it runs":                 {"node", b.tokens.Node, []string{mine + ":pull"}, []string{mine + ":pull"}},
		"node: cannot push":                  {"node", b.tokens.Node, []string{mine + ":pull,push"}, []string{mine + ":pull"}},
		"node: cannot delete":                {"node", b.tokens.Node, []string{mine + ":pull,delete"}, []string{mine + ":pull"}},
		"node: not what it does not run":     {"node", b.tokens.Node, []string{others + ":pull"}, []string{}},
		"node: no sources":                   {"node", b.tokens.Node, []string{"sources/" + project.ID.String() + ":pull"}, []string{}},
		"node: no such project":              {"node", b.tokens.Node, []string{"projects/x:pull", projectRepository(uuid.New()) + ":pull"}, []string{}},
		"user's token as a node's":           {"node", b.tokens.User, []string{mine + ":pull"}, nil},
		"wrong node token":                   {"node", "zwn_FORGED", []string{mine + ":pull"}, nil},
		"unknown user":                       {"root", "x", []string{"docker.io/library/node:pull"}, nil},
		"anonymous: base images":             {"", "", []string{"docker.io/library/node:pull,push"}, []string{"docker.io/library/node:pull"}},
		"anonymous: cannot delete":           {"", "", []string{"docker.io/library/node:delete", mine + ":delete"}, []string{}},
		"anonymous: nothing else":            {"", "", []string{mine + ":pull", "docker.iox/a:pull"}, []string{}},
		"anonymous: only the mirror's names": {"", "", []string{"projects/docker.io/a:pull"}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			query := url.Values{"service": {registryauth.Service}}
			for _, scope := range test.scopes {
				query.Add("scope", "repository:"+scope)
			}

			answers := []answered{b.send(t, http.MethodGet, "", "/v1/registry/token?"+query.Encode(), "", basic(test.user, test.password))}

			if test.user != "" {
				form := url.Values{"service": {registryauth.Service}, "grant_type": {"password"}, "username": {test.user}, "password": {test.password}}
				form.Set("scope", strings.Join(query["scope"], " "))
				answers = append(answers, b.post(t, "", "/v1/registry/token", form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}))
			}

			for _, answer := range answers {
				if test.want == nil {
					require.Equal(t, http.StatusUnauthorized, answer.StatusCode)
					require.Contains(t, answer.Header.Get("WWW-Authenticate"), "Basic")
				} else {
					require.Equal(t, test.want, access(t, answer))
				}
			}
		})
	}

	// A node may no longer pull the image of a VM that is removed.
	b.report(t, vm, "removed")

	answer := b.send(t, http.MethodGet, "", "/v1/registry/token?service="+registryauth.Service+"&scope=repository:"+mine+":pull", "", basic("node", b.tokens.Node))
	require.Empty(t, access(t, answer))

	require.NotContains(t, b.log.String(), good)
	require.NotContains(t, b.log.String(), b.tokens.Node)
}

func TestRegistryToken_ForAnotherServiceOrGrantType_Is400(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Equal(t, http.StatusBadRequest, b.send(t, http.MethodGet, "", "/v1/registry/token?service=other", "", nil).StatusCode)

	form := url.Values{"service": {registryauth.Service}, "grant_type": {"refresh_token"}}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	require.Equal(t, http.StatusBadRequest, b.post(t, "", "/v1/registry/token", form.Encode(), header).StatusCode)
}
