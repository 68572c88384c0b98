package github

import (
	"fmt"
	"log/slog"
)

// Credentials are those of a GitHub App, as the manifest flow or its settings page gives them.
type Credentials struct {
	ID int64
	// Slug is the App's name in URLs.
	Slug     string
	ClientID string
	// ClientSecret is for signing people in, PrivateKey, in PEM, for acting as the App.
	ClientSecret, PrivateKey string
}

// LogValue leaves the secrets out of logs.
func (c Credentials) LogValue() slog.Value {
	return slog.GroupValue(slog.Int64("id", c.ID), slog.String("slug", c.Slug), slog.String("client_id", c.ClientID))
}

// String leaves the secrets out of texts.
func (c Credentials) String() string { return fmt.Sprintf("GitHub App %d (%s)", c.ID, c.Slug) }

// GoString leaves the secrets out of what %#v prints.
func (c Credentials) GoString() string { return c.String() }
