// Package registryauth speaks the Docker token protocol: it signs the tokens that the registry verifies, and the
// grants with which a worker asks for one.
//
// The way of a push: the registry answers 401 and names the token endpoint; BuildKit asks there with a grant as its
// basic password; api checks the grant and answers with a token of minutes for that one repository. Nodes do the same
// with their node token. Specification: https://distribution.github.io/distribution/spec/auth/token/.
package registryauth

import (
	"slices"
	"strings"
	"time"
)

// Service is the audience of the tokens, as the registry's configuration names it.
const Service = "zeitwork-registry"

// Issuer is the issuer of the tokens, as the registry's configuration names it.
const Issuer = "zeitwork"

// TokenLifetime is how long a registry token is accepted. Layers that take longer to upload make the client ask again.
const TokenLifetime = 5 * time.Minute

// The actions of the registry.
const (
	Pull   = "pull"
	Push   = "push"
	Delete = "delete"
)

// Access is a set of actions on one repository, in the form of the token's access claim.
type Access struct {
	Type    string   `json:"type"`
	Name    string   `json:"name"`
	Actions []string `json:"actions"`
}

// Repository returns the access to actions on the repository with that path.
func Repository(name string, actions ...string) Access {
	return Access{Type: "repository", Name: name, Actions: actions}
}

// ParseScope reads a scope of the token protocol ("repository:projects/x:pull,push"). It returns false for what is not
// a repository scope.
func ParseScope(scope string) (Access, bool) {
	kind, rest, ok := strings.Cut(scope, ":")
	if !ok || kind != "repository" {
		return Access{}, false
	}

	// The name may hold a colon (a host with a port), the actions never do.
	colon := strings.LastIndex(rest, ":")
	if colon <= 0 || colon == len(rest)-1 {
		return Access{}, false
	}

	return Repository(rest[:colon], strings.Split(rest[colon+1:], ",")...), true
}

// Intersect returns the part of the requested access that is allowed; its actions are empty where nothing is.
func Intersect(requested, allowed Access) Access {
	if requested.Type != allowed.Type || requested.Name != allowed.Name {
		return Repository(requested.Name)
	}

	return Repository(requested.Name, slices.DeleteFunc(slices.Clone(requested.Actions), func(action string) bool {
		return !slices.Contains(allowed.Actions, action)
	})...)
}
