// Package signin asks others who somebody is. What it needs of them, for now GitHub, is one interface, so that others can follow.
package signin

import "context"

// Attempt is one way of a browser to a provider and back.
type Attempt struct {
	// RedirectURL is where the provider sends the browser back to, with a code and the state.
	RedirectURL string
	// State shows that the browser which comes back is the one that left.
	State string
	// Verifier is the secret of PKCE (RFC 7636). The provider gets its hash at first, and itself only with the code.
	Verifier string
	// Login is the account to suggest; empty for none.
	Login string
}

// Identity is who somebody is at a provider.
type Identity struct {
	// Subject is the account's id at the provider, which it keeps for ever.
	Subject string
	// Login is the account's name, which can change and can become another account's.
	Login string
	// Name is what the person is called; it may be empty.
	Name string
	// Emails are the addresses that the provider has verified, in lower case, the primary one first. There may be none.
	Emails []string
}

// Provider tells who somebody is. What it returns as errors is for people where they are problems; they hold neither codes nor tokens.
type Provider interface {
	// IsReady tells whether anybody can sign in with it now.
	IsReady(ctx context.Context) bool
	// Origin is the scheme and host that a browser is sent to.
	Origin() string
	// URL is where a browser is sent to sign in.
	URL(ctx context.Context, attempt Attempt) (string, error)
	// Identify exchanges the code that the browser came back with, which is good once, for who it is.
	Identify(ctx context.Context, attempt Attempt, code string) (Identity, error)
}
