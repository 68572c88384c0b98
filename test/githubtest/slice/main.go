// Command slice cuts what the demo GitHub answers out of GitHub's own descriptions of its APIs, so that few of their 14 MB are kept here:
//
//	npm pack @octokit/openapi@23.0.2 @octokit/graphql-schema@15.26.1
//	tar -xzf octokit-openapi-23.0.2.tgz package/generated/api.github.com.json
//	tar -xzf octokit-graphql-schema-15.26.1.tgz package/schema.graphql
//	go run ./test/githubtest/slice openapi package/generated/api.github.com.json > test/githubtest/openapi.json
//	go run ./test/githubtest/slice graphql package/schema.graphql > local/fakegithub/schema.graphql
//
// Both packages are under the MIT license. To answer another operation, or another field, add it to the list in operations.go or fields.go and run it again.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string, w io.Writer) error {
	if len(arguments) != 2 { //nolint:mnd // The usage says which.
		return errors.New("usage: slice openapi|graphql FILE")
	}

	whole, err := os.ReadFile(arguments[1])
	if err != nil {
		return err
	}

	switch arguments[0] {
	case "openapi":
		return sliceOpenAPI(whole, w)
	case "graphql":
		return sliceGraphQL(whole, w)
	default:
		return fmt.Errorf("there is no slice %q", arguments[0])
	}
}
