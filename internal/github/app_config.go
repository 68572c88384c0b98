package github

import (
	"context"
	"net/http"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// AppConfig are the credentials of a GitHub App that an operator has made by hand. Where none is set, the App is made from the platform.
//
//nolint:lll // One variable a line.
type AppConfig struct {
	ID           int64  `doc:"Id of the GitHub App, where it was not made from the platform."                                                          env:"ZEITWORK_GITHUB_APP_ID"`
	ClientSecret string `doc:"A client secret of the GitHub App."                                                                                      env:"ZEITWORK_GITHUB_APP_CLIENT_SECRET"`
	PrivateKey   string `doc:"The private key of the GitHub App: the whole .pem file that GitHub made. ZEITWORK_GITHUB_APP_PRIVATE_KEY names the file." env:"ZEITWORK_GITHUB_APP_PRIVATE_KEY,file"`
}

// IsSet tells whether an operator has configured an App.
func (c AppConfig) IsSet() bool { return c.ID != 0 || c.ClientSecret != "" || c.PrivateKey != "" }

// described is what GitHub says of an App that nobody has to configure.
type described struct {
	Slug     string `json:"slug"`
	ClientID string `json:"client_id"`
}

// Credentials asks GitHub for what the configuration leaves out. One that is not complete, or that GitHub does not accept, is a problem.
func (c AppConfig) Credentials(ctx context.Context, client *Client) (Credentials, error) {
	if c.ID == 0 || c.ClientSecret == "" || c.PrivateKey == "" {
		return Credentials{}, problem.New(problem.Invalid,
			"ZEITWORK_GITHUB_APP_ID, ZEITWORK_GITHUB_APP_CLIENT_SECRET and ZEITWORK_GITHUB_APP_PRIVATE_KEY belong together: set all of them, or none.")
	}

	app, err := client.App(Credentials{ID: c.ID, ClientSecret: c.ClientSecret, PrivateKey: c.PrivateKey})
	if err != nil {
		return Credentials{}, err
	}

	found, err := send[described](ctx, app.asker, http.MethodGet, "app", nil)
	if err != nil {
		return Credentials{}, appError(err)
	}

	credentials := app.credentials
	credentials.Slug, credentials.ClientID = found.Slug, found.ClientID

	return credentials, nil
}
