package fakegithub

import (
	"fmt"
	"strings"
)

// root returns what a query begins at.
func (e *execution) root() *node {
	return &node{typename: "Query", fields: map[string]resolver{
		"id": is("MDU6UXVlcnk="),
		"node": func(arguments map[string]any, path []any) any {
			return e.byID(text(arguments["id"]), path)
		},
		"nodes": func(arguments map[string]any, path []any) any {
			ids, _ := arguments["ids"].([]any)
			found := make([]*node, len(ids))

			for n, id := range ids {
				found[n] = e.byID(text(id), append(append([]any{}, path...), n))
			}

			return found
		},
		"repository": func(arguments map[string]any, path []any) any {
			owner, name := text(arguments["owner"]), text(arguments["name"])

			r := e.findRepository(owner, name)
			if r == nil && arguments["followRenames"] != false {
				r = e.repositories[e.renamed[strings.ToLower(owner+"/"+name)]]
			}

			if r == nil || !e.sees(r) {
				e.fail("NOT_FOUND", fmt.Sprintf("Could not resolve to a Repository with the name '%s/%s'.", owner, name), path)

				return nil
			}

			return e.repositoryNode(r)
		},
		"repositoryOwner": func(arguments map[string]any, _ []any) any {
			return e.accountNode(e.findAccount(text(arguments["login"])))
		},
		"viewer":    func(map[string]any, []any) any { return e.accountNode(e.caller()) },
		"rateLimit": func(map[string]any, []any) any { return e.rateLimitNode() },
	}}
}

func text(value any) string {
	s, _ := value.(string)

	return s
}

// byID returns the repository or account of a global id.
func (e *execution) byID(id string, path []any) *node {
	if number, isRepository := fromNodeID(repositoryNode, id); isRepository {
		if r := e.repositories[number]; r != nil && e.sees(r) {
			return e.repositoryNode(r)
		}
	}

	for _, kind := range []string{userNode, organizationNode} {
		if number, isAccount := fromNodeID(kind, id); isAccount && e.accounts[number] != nil {
			return e.accountNode(e.accounts[number])
		}
	}

	e.fail("NOT_FOUND", fmt.Sprintf("Could not resolve to a node with the global id of '%s'", id), path)

	return nil
}

// rateLimitNode says what the query costs and what is left after it.
func (e *execution) rateLimitNode() *node {
	w := e.usage.state(e.demand, e.now())
	used := w.used + e.cost

	return &node{typename: "RateLimit", fields: map[string]resolver{
		"cost": is(e.cost), "limit": is(w.limit), "nodeCount": is(e.nodes), "remaining": is(max(w.limit-used, 0)), "resetAt": is(stamp(w.reset)), "used": is(used),
	}}
}

func (e *execution) accountNode(a *account) *node {
	if a == nil {
		return nil
	}

	kind := kindUser
	if a.kind == kindOrganization {
		kind = kindOrganization
	}

	return &node{typename: kind, fields: map[string]resolver{
		"id": is(a.node()), "databaseId": is(a.id), "login": is(a.login), "url": is(e.base + "/" + a.login),
		"repositories": func(arguments map[string]any, _ []any) any { return e.repositoriesOfAccount(a, arguments) },
	}}
}

func (e *execution) repositoryNode(r *repository) *node {
	return &node{typename: "Repository", fields: map[string]resolver{
		"id": is(r.node()), "databaseId": is(r.id), "name": is(r.name), "nameWithOwner": is(r.fullName()), "description": is(nullable(r.description)),
		"url": is(e.base + "/" + r.fullName()), "isPrivate": is(r.private), "isArchived": is(r.archived), "isDisabled": is(false),
		"isEmpty": is(len(r.branches) == 0), "isFork": is(r.parent != nil), "pushedAt": is(nullableStamp(r.pushed)), "updatedAt": is(stamp(r.updated)),
		"createdAt": is(stamp(r.created)),
		"owner":     func(map[string]any, []any) any { return e.accountNode(r.owner) },
		"parent": func(map[string]any, []any) any {
			if r.parent == nil || !e.sees(r.parent) {
				return nil
			}

			return e.repositoryNode(r.parent)
		},
		"defaultBranchRef": func(_ map[string]any, path []any) any { return e.refOf(r, "refs/heads/"+r.defaultBranch, path) },
		"ref": func(arguments map[string]any, path []any) any {
			name := text(arguments["qualifiedName"])
			if !strings.HasPrefix(name, "refs/") {
				name = "refs/heads/" + name
			}

			return e.refOf(r, name, path)
		},
		"refs": func(arguments map[string]any, path []any) any { return e.refsOf(r, arguments, path) },
	}}
}

// readable tells whether the caller may read a repository's commits, and says so where not.
func (e *execution) readable(r *repository, path []any) bool {
	if e.may(r, "contents:read") {
		return true
	}

	e.fail("FORBIDDEN", "Resource not accessible by integration", path)

	return false
}

func (e *execution) refOf(r *repository, name string, path []any) any {
	if !e.readable(r, path) {
		return nil
	}

	for _, one := range r.refs() {
		if one.name == name {
			return e.refNode(r, one)
		}
	}

	return nil
}

func (e *execution) refNode(r *repository, one ref) *node {
	prefix, name := "refs/heads/", strings.TrimPrefix(one.name, "refs/heads/")
	if tag, isTag := strings.CutPrefix(one.name, "refs/tags/"); isTag {
		prefix, name = "refs/tags/", tag
	}

	return &node{typename: "Ref", fields: map[string]resolver{
		"id": is(nodeID(refNode, r.id) + one.name), "name": is(name), "prefix": is(prefix),
		"target": func(map[string]any, []any) any { return e.commitNode(r, one.hash) },
	}}
}

func (e *execution) commitNode(r *repository, hash string) *node {
	found, _ := e.objects.commit(hash)
	headline, _, _ := strings.Cut(found.message, "\n")

	return &node{typename: "Commit", fields: map[string]resolver{
		"id": is(nodeID(commitNode, r.id) + hash), "oid": is(hash), "message": is(found.message), "messageHeadline": is(headline),
		"committedDate": is(stamp(found.committer.at)),
	}}
}
