package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Manifest is what an App is made from in one click.
type Manifest struct {
	// Name has to be unique on GitHub; whoever makes the App can change it.
	Name string
	// URL is the platform's, which the App's page shows.
	URL         string
	Description string
	// RedirectURL gets the code for Convert; CallbackURLs are where sign-ins come back to, and SetupURL where a browser goes after an installation.
	RedirectURL  string
	CallbackURLs []string
	SetupURL     string
	// IsPublic lets accounts other than the App's own install it.
	IsPublic    bool
	Permissions Permissions
}

// ManifestForm is the form that a browser posts to make an App.
type ManifestForm struct {
	// Action is where it is posted to.
	Action string
	// Manifest is the value of its only field, "manifest".
	Manifest string
}

// ManifestForm returns the form that makes an App for an organization or, where that is empty, for whoever posts it. The state comes back with the code.
// The App sends no webhooks: the platform polls. A manifest cannot turn the device flow on: the App's owner does that in its settings on GitHub.
func (c *Client) ManifestForm(m Manifest, organization, state string) (ManifestForm, error) {
	text, err := json.Marshal(map[string]any{
		"name": m.Name, "url": m.URL, "description": m.Description, "redirect_url": m.RedirectURL, "callback_urls": m.CallbackURLs, "setup_url": m.SetupURL,
		"public": m.IsPublic, "default_permissions": m.Permissions, "default_events": []string{}, "setup_on_update": true, "request_oauth_on_install": false,
		// GitHub wants a URL even where nothing is sent there.
		"hook_attributes": map[string]any{"url": m.URL, "active": false},
	})
	if err != nil {
		return ManifestForm{}, fmt.Errorf("write the manifest of the GitHub App: %w", err)
	}

	path := "/settings/apps/new"
	if organization != "" {
		path = "/organizations/" + url.PathEscape(organization) + path
	}

	return ManifestForm{Action: c.at(path, map[string]string{"state": state}), Manifest: string(text)}, nil
}

// Convert takes the credentials of the App that was just made. The code is good once, within an hour.
func (c *Client) Convert(ctx context.Context, code string) (Credentials, error) {
	made, _, err := c.asking(c.anonymous, nil).rest.Apps.CompleteAppManifest(ctx, url.PathEscape(code))

	switch err = explain(ctx, err); {
	case ReasonOf(err) == NotFound:
		return Credentials{}, problem.Wrap(err, problem.Invalid,
			"The code of the new GitHub App has expired or was used already. Delete that App on GitHub and begin again.")
	case err != nil:
		return Credentials{}, err
	}

	return Credentials{
		ID: made.GetID(), Slug: made.GetSlug(), ClientID: made.GetClientID(), ClientSecret: made.GetClientSecret(), PrivateKey: made.GetPEM(),
	}, nil
}

// InstallURL is where somebody installs the App; the state comes back with the installation's id.
func (a *App) InstallURL(state string) string {
	path := "/apps/"
	if a.client.endpoints.web.Host != "github.com" {
		// An Enterprise Server has them elsewhere.
		path = "/github-apps/"
	}

	return a.client.at(path+url.PathEscape(a.credentials.Slug)+"/installations/new", map[string]string{"state": state})
}
