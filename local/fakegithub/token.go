package fakegithub

import (
	"crypto/rand"
	"time"
)

const (
	installationTokenLifetime = time.Hour
	userTokenLifetime         = 8 * time.Hour
	refreshTokenLifetime      = 184 * 24 * time.Hour

	installationTokenPrefix = "ghs_"
	userTokenPrefix         = "ghu_"
	refreshTokenPrefix      = "ghr_"
)

// token is a bearer token: of an installation, or of a user for an app.
type token struct {
	text    string
	expires time.Time

	// installation and what follows are set for those of installations.
	installation *installation
	permissions  map[string]string
	// repositories are those that the token is for; nil for all of the installation.
	repositories map[int64]bool

	// user and app are set for those of users.
	user *account
	app  *app
	// refresh replaces the token, and refreshExpires is when that ends.
	refresh        string
	refreshExpires time.Time
}

func (s *Server) addInstallationToken(i *installation, permissions map[string]string, repositories map[int64]bool) *token {
	t := &token{
		text: installationTokenPrefix + rand.Text() + rand.Text()[:10], expires: s.now().Add(installationTokenLifetime), installation: i, permissions: permissions,
		repositories: repositories,
	}
	s.tokens[t.text] = t

	return t
}

func (s *Server) addUserToken(user *account, of *app) *token {
	t := &token{
		text: userTokenPrefix + rand.Text() + rand.Text()[:10], expires: s.now().Add(userTokenLifetime), user: user, app: of,
		refresh: refreshTokenPrefix + rand.Text() + rand.Text() + rand.Text(), refreshExpires: s.now().Add(refreshTokenLifetime),
	}
	s.tokens[t.text] = t

	return t
}

// UserToken returns a token of the user for the app, as if the user had signed in.
func (s *Server) UserToken(app int64, user string) (text string) {
	s.locked(func() { text = s.addUserToken(s.account(user), s.apps[app]).text })

	return text
}

// RevokeUser ends all tokens of a user for an app, as a user does who takes the app's authorization back.
func (s *Server) RevokeUser(app int64, user string) {
	s.locked(func() {
		for text, t := range s.tokens {
			if t.user != nil && t.user.login == user && t.app.ID == app {
				delete(s.tokens, text)
			}
		}
	})
}
