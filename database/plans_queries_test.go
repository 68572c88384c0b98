package database_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// generatedQuery is a query as sqlc wrote it into this package.
type generatedQuery struct {
	file, text string
	// arguments are the names of $1, $2 … in lower case, as sqlc calls them: nodeid, maxrows.
	arguments []string
}

// generatedQueries reads the queries, by name, from sqlc's Go files. That spares the tests of all queries the types of each.
func generatedQueries(t *testing.T) map[string]generatedQuery {
	t.Helper()

	files, err := filepath.Glob("*.sql.go")
	require.NoError(t, err)

	texts, queries := map[string]string{}, map[string]generatedQuery{}

	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)

		for _, declaration := range file.Decls {
			switch declaration := declaration.(type) {
			case *ast.GenDecl:
				if declaration.Tok == token.CONST {
					spec := declaration.Specs[0].(*ast.ValueSpec)
					texts[spec.Names[0].Name], err = strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
					require.NoError(t, err)
				}
			case *ast.FuncDecl:
				if call := databaseCall(declaration); call != nil {
					queries[declaration.Name.Name] = generatedQuery{file: name, text: texts[call.Args[1].(*ast.Ident).Name], arguments: argumentNames(t, call.Args[2:])}
				}
			}
		}
	}

	require.NotEmpty(t, queries)

	return queries
}

// databaseCall finds q.db.Query(ctx, text, arguments…), or its like, in a method.
func databaseCall(method *ast.FuncDecl) *ast.CallExpr {
	var found *ast.CallExpr

	ast.Inspect(method.Body, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok {
			if function, ok := call.Fun.(*ast.SelectorExpr); ok {
				if receiver, ok := function.X.(*ast.SelectorExpr); ok && receiver.Sel.Name == "db" {
					found = call
				}
			}
		}

		return found == nil
	})

	return found
}

func argumentNames(t *testing.T, arguments []ast.Expr) []string {
	t.Helper()

	names := make([]string, len(arguments))

	for i, argument := range arguments {
		switch argument := argument.(type) {
		case *ast.Ident:
			names[i] = strings.ToLower(argument.Name)
		case *ast.SelectorExpr:
			names[i] = strings.ToLower(argument.Sel.Name)
		default:
			require.Failf(t, "sqlc passes an argument in a way that this test does not know", "%T", argument)
		}
	}

	return names
}
