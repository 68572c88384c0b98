package github

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-github/v66/github"
)

// Permissions are what a token may do, by GitHub's names: "contents": "read".
type Permissions map[string]string

// ReadContents is what fetching a repository takes.
func ReadContents() Permissions { return Permissions{"contents": "read"} }

// key names permissions the same whatever their order.
func (p Permissions) key() string {
	parts := make([]string, 0, len(p))
	for _, name := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, name+"="+p[name])
	}

	return strings.Join(parts, ",")
}

// wanted returns the permissions in the form that requests have. GitHub gives a token that asks for none all that the installation has, so that to ask for
// none, or for one that would be left out, is an error.
func (p Permissions) wanted() (*github.InstallationPermissions, error) {
	data, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}

	wanted := &github.InstallationPermissions{}
	if err := json.Unmarshal(data, wanted); err != nil {
		return nil, err
	}

	if len(p) == 0 || !maps.Equal(permissionsOf(wanted), p) {
		return nil, fmt.Errorf("a token cannot be for the permissions %q", p.key())
	}

	return wanted, nil
}

// permissionsOf returns the permissions of an answer by their names.
func permissionsOf(granted *github.InstallationPermissions) map[string]string {
	all := map[string]string{}

	if data, err := json.Marshal(granted); err == nil && granted != nil {
		_ = json.Unmarshal(data, &all)
	}

	return all
}
