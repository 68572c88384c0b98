package fakegithub

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// connection returns a page of a list. Its cursors are positions.
func connection[T any](typename string, all []T, arguments map[string]any, describe func(T) *node) *node {
	size, isFirst := number(arguments["first"])
	from, to := 0, len(all)

	if after := text(arguments["after"]); after != "" {
		from = min(position(after), len(all))
	}

	if before := text(arguments["before"]); before != "" {
		to = max(position(before)-1, from)
	}

	if isFirst {
		to = min(from+size, to)
	} else if last, isLast := number(arguments["last"]); isLast {
		from = max(to-last, from)
	}

	nodes := make([]*node, 0, to-from)
	for _, one := range all[from:to] {
		nodes = append(nodes, describe(one))
	}

	info := &node{typename: "PageInfo", fields: map[string]resolver{
		"hasNextPage": is(to < len(all)), "hasPreviousPage": is(from > 0), "startCursor": is(nil), "endCursor": is(nil),
	}}
	if to > from {
		info.fields["startCursor"], info.fields["endCursor"] = is(cursor(from+1)), is(cursor(to))
	}

	return &node{typename: typename, fields: map[string]resolver{"nodes": is(nodes), "totalCount": is(len(all)), "pageInfo": is(info)}}
}

func cursor(position int) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "cursor:%d", position))
}

// position is the reverse of cursor; zero for what is no cursor.
func position(cursor string) int {
	at := 0

	if decoded, err := base64.StdEncoding.DecodeString(cursor); err == nil {
		_, _ = fmt.Sscanf(string(decoded), "cursor:%d", &at)
	}

	return max(at, 0)
}

// repositoriesOfAccount returns the repositories that the account owns and the caller sees.
func (e *execution) repositoriesOfAccount(a *account, arguments map[string]any) *node {
	var all []*repository

	for _, r := range a.repositories {
		differs := func(name string, value bool) bool { return arguments[name] != nil && arguments[name] != value }

		if e.sees(r) && !differs("isArchived", r.archived) && !differs("isFork", r.parent != nil) {
			all = append(all, r)
		}
	}

	order, _ := arguments["orderBy"].(map[string]any)

	slices.SortFunc(all, func(a, b *repository) int {
		sign := 1
		if order["direction"] == "DESC" {
			sign = -1
		}

		compared := 0

		switch order["field"] {
		case "PUSHED_AT":
			compared = a.pushed.Compare(b.pushed)
		case "UPDATED_AT":
			compared = a.updated.Compare(b.updated)
		case "NAME":
			compared = strings.Compare(a.name, b.name)
		}

		if compared == 0 {
			compared = int(a.id - b.id)
		}

		return sign * compared
	})

	return connection("RepositoryConnection", all, arguments, e.repositoryNode)
}

// refsOf returns the refs below a prefix, by their names.
func (e *execution) refsOf(r *repository, arguments map[string]any, path []any) any {
	if !e.readable(r, path) {
		return nil
	}

	prefix, wanted := text(arguments["refPrefix"]), strings.ToLower(text(arguments["query"]))
	all := slices.DeleteFunc(r.refs(), func(one ref) bool {
		return !strings.HasPrefix(one.name, prefix) || !strings.Contains(strings.ToLower(one.name), wanted)
	})

	order, _ := arguments["orderBy"].(map[string]any)
	if order["direction"] == "DESC" || arguments["direction"] == "DESC" {
		slices.Reverse(all)
	}

	return connection("RefConnection", all, arguments, func(one ref) *node { return e.refNode(r, one) })
}
