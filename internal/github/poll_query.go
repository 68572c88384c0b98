package github

import (
	"fmt"
	"strings"
)

// part is the part of a query that asks for the same branch of some repositories.
type part struct {
	name, branch string
	// looks are the places of what is asked in the whole question.
	looks []int
	ids   []string
}

// partsOf divides a question by branches.
func partsOf(looks []Look) []*part {
	var parts []*part

	byBranch := map[string]*part{}

	for n, look := range looks {
		p := byBranch[look.Branch]
		if p == nil {
			p = &part{name: fmt.Sprintf("p%d", len(parts)), branch: look.Branch}
			byBranch[look.Branch] = p
			parts = append(parts, p)
		}

		p.looks, p.ids = append(p.looks, n), append(p.ids, look.NodeID)
	}

	return parts
}

// lookQuery writes the query. Names of branches are variables, since they may hold anything.
func lookQuery(parts []*part) (text string, variables map[string]any) {
	var declared, asked strings.Builder

	variables = map[string]any{}

	for _, p := range parts {
		fmt.Fprintf(&declared, "$%s: [ID!]!, ", p.name)
		variables[p.name] = p.ids
		branches := "refs(refPrefix: \"refs/heads/\", first: 100) { nodes { name target { oid } } pageInfo { hasNextPage } }"

		if p.branch != "" {
			fmt.Fprintf(&declared, "$%sBranch: String!, ", p.name)
			variables[p.name+"Branch"] = branchesPrefix + p.branch
			branches = fmt.Sprintf("ref(qualifiedName: $%sBranch) { name target { oid ... on Commit { message } } }", p.name)
		}

		fmt.Fprintf(&asked, "%s: nodes(ids: $%s) { ... on Repository { %s %s } }\n", p.name, p.name, repositoryFields, branches)
	}

	return fmt.Sprintf("query(%s) {\n%s%s\n}", strings.TrimSuffix(declared.String(), ", "), asked.String(), rateLimitFields), variables
}

const repositoryFields = "id nameWithOwner isArchived isEmpty pushedAt defaultBranchRef { name }"

const branchesPrefix = "refs/heads/"
