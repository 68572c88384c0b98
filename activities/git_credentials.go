package activities

import (
	"encoding/base64"

	"github.com/zeitwork/zeitwork/internal/gitremote"
)

// shownCredentials are what git shows to the server of one repository. They reach git by its environment, which only root and the worker's own user can
// read, so that they stand in no argument, URL or file.
type shownCredentials struct {
	repositoryURL string
	header        string
}

// showing returns git with the credentials of a repository; nil: without any.
func (g git) showing(credentials *gitremote.Credentials, repositoryURL string) git {
	if credentials == nil {
		g.shown = nil
	} else {
		g.shown = &shownCredentials{repositoryURL, basicAuthorization(*credentials)}
	}

	return g
}

// basicAuthorization is the value of the header Authorization.
func basicAuthorization(credentials gitremote.Credentials) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials.Username+":"+credentials.Password))
}

// environment is git's configuration of the header, for the URL of the repository and those below it alone.
func (c *shownCredentials) environment() []string {
	return []string{
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http." + c.repositoryURL + ".extraHeader", "GIT_CONFIG_VALUE_0=Authorization: " + c.header,
	}
}
