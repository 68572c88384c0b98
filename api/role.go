package api

import (
	"slices"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// role is what a member may do in an organisation, as organisation_members.role has it.
type role string

const (
	// roleViewer reads all of an organisation but secrets.
	roleViewer role = "viewer"
	// roleDeveloper also deploys, and changes projects, variables and domains.
	roleDeveloper role = "developer"
	// roleOwner also decides about members, the tokens of others, and what is deleted for good.
	roleOwner role = "owner"
)

// roles are all roles, each with what the ones before it may do and more.
var roles = []role{roleViewer, roleDeveloper, roleOwner}

// includes tells whether the role may do what another one may. An unknown role may do nothing.
func (r role) includes(least role) bool {
	have := slices.Index(roles, r)

	return have >= 0 && have >= slices.Index(roles, least)
}

// atMost returns the role, or the other one where that is lower.
func (r role) atMost(other role) role {
	if r.includes(other) {
		return other
	}

	return r
}

// require returns a forbidden problem where the role does not include the least one.
func (r role) require(least role) error {
	if r.includes(least) {
		return nil
	}

	return problem.New(problem.Forbidden,
		"This needs the role %s in the organisation, and yours is %s. Ask an owner of the organisation to do it, or for that role.", least, r)
}
