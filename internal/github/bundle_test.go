package github

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// testBundle is a GitHub with an example, and what asks it.
type testBundle struct {
	githubtest.Example

	server       *githubtest.Server
	client       *Client
	app          *App
	installation *Installation
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	return setupWith(t, fakegithub.DefaultLimits(), Options{})
}

func setupWith(t *testing.T, limits fakegithub.Limits, options Options) *testBundle {
	t.Helper()

	server := githubtest.WithLimits(t, limits)
	b := &testBundle{server: server, Example: server.NewExample(t)}

	options.Transport, options.Now = githubtest.Transport(), server.Clock.Now

	var err error

	b.client, err = New(Config{URL: server.URL, APIURL: server.APIURL}, options)
	require.NoError(t, err)

	b.app, err = b.client.App(b.credentials())
	require.NoError(t, err)

	b.installation = b.app.Installation(b.Installation)

	return b
}

func (b *testBundle) credentials() Credentials {
	return Credentials{
		ID: b.App.ID, Slug: b.App.Slug, ClientID: b.App.ClientID, ClientSecret: b.App.ClientSecret, PrivateKey: b.App.PrivateKey,
	}
}

// push commits a file to a branch and returns the commit.
func (b *testBundle) push(branch, content string) string {
	b.server.Clock.Advance(time.Minute)

	return b.server.Push(b.Repository, branch, fakegithub.Commit{
		Message: content, Files: fakegithub.Text(map[string]string{"file": content}),
	})
}

// user returns what acts for somebody who has signed in.
func (b *testBundle) user(login string) *User {
	return b.app.User(Token{text: b.server.UserToken(b.App.ID, login)})
}
