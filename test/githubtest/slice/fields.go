package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// fields are those of GraphQL's types that are kept; nil keeps all of a type.
func fields() map[string][]string {
	account := []string{"id", "login", "url", "repositories", "databaseId"}

	return map[string][]string{
		"Query":           {"id", "node", "nodes", "rateLimit", "repository", "repositoryOwner", "viewer"},
		"RateLimit":       nil,
		"Node":            nil,
		"RepositoryOwner": {"id", "login", "url", "repositories"},
		"User":            account,
		"Organization":    account,
		"Repository": {
			"id", "databaseId", "name", "nameWithOwner", "owner", "description", "url", "isPrivate", "isArchived", "isDisabled", "isEmpty", "isFork", "pushedAt",
			"updatedAt", "createdAt", "defaultBranchRef", "ref", "refs", "parent",
		},
		"RepositoryConnection":  {"nodes", "pageInfo", "totalCount"},
		"RepositoryOrder":       nil,
		"RepositoryOrderField":  nil,
		"RepositoryAffiliation": nil,
		"RepositoryPrivacy":     nil,
		"OrderDirection":        nil,
		"PageInfo":              nil,
		"Ref":                   {"id", "name", "prefix", "target"},
		"RefConnection":         {"nodes", "pageInfo", "totalCount"},
		"RefOrder":              nil,
		"RefOrderField":         nil,
		"GitObject":             {"id", "oid"},
		"Commit":                {"id", "oid", "message", "messageHeadline", "committedDate"},
		"DateTime":              nil,
		"URI":                   nil,
		"GitObjectID":           nil,
	}
}

// sliceGraphQL writes the kept types with the kept fields, as far as those are of kept types.
func sliceGraphQL(whole []byte, w io.Writer) error {
	document, err := parser.ParseSchema(&ast.Source{Name: "schema.graphql", Input: string(whole)})
	if err != nil {
		return err
	}

	kept := fields()
	isKept := func(name string) bool {
		_, listed := kept[name]

		return listed || slices.Contains([]string{"Int", "Float", "String", "Boolean", "ID"}, name)
	}

	sliced := &ast.SchemaDocument{}

	for _, definition := range document.Definitions {
		if !isKept(definition.Name) {
			continue
		}

		names := kept[definition.Name]
		all := definition.Fields
		definition.Directives, definition.Fields = nil, nil
		definition.Interfaces = slices.DeleteFunc(definition.Interfaces, func(name string) bool { return !isKept(name) })

		for _, field := range all {
			if names != nil && !slices.Contains(names, field.Name) || !isKept(field.Type.Name()) {
				continue
			}

			field.Directives = nil
			field.Arguments = slices.DeleteFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool { return !isKept(a.Type.Name()) })

			for _, argument := range field.Arguments {
				argument.Directives = nil
			}

			definition.Fields = append(definition.Fields, field)
		}

		for _, value := range definition.EnumValues {
			value.Directives = nil
		}

		sliced.Definitions = append(sliced.Definitions, definition)
	}

	if len(sliced.Definitions) != len(kept) {
		return fmt.Errorf("GitHub's schema has only %d of the %d types", len(sliced.Definitions), len(kept))
	}

	if _, err := fmt.Fprintln(w, "# Part of GitHub's schema, written by test/githubtest/slice."); err != nil {
		return err
	}

	formatter.NewFormatter(w, formatter.WithoutDescription()).FormatSchemaDocument(sliced)

	return nil
}
